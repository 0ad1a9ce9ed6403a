stack    = "token-of-15-minutes"
primary  = "us-east-2"
recovery = ["us-west-2"]

inventory = { "us-west-2" = "inventory.json" }

terraform {
  dir = "terraform"

  variable "region" {
    value = "us-west-2"
  }
}

manifests {
  paths = ["kubernetes"]
}

# Its pods wait for volumes and each other.
estimate "helm_release" {
  p50      = "16m"
  p90      = "24m"
  measured = "2026-10-08"
}
