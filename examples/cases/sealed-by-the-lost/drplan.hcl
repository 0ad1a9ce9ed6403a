stack    = "sealed-by-the-lost"
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
