stack    = "us-east-1"
primary  = "us-east-1"
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
