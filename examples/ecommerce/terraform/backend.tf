# The state lives outside the primary region: it must be readable when that region is gone.
terraform {
  backend "s3" {
    bucket       = "acme-terraform-state-us-west-2"
    key          = "ecommerce-prod/terraform.tfstate"
    region       = "us-west-2"
    encrypt      = true
    use_lockfile = true
  }
}
