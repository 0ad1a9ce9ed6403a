terraform {
  backend "s3" {
    bucket = "shop-state-us-west-2"
    key    = "shop.tfstate"
    region = "us-west-2"
  }
}

variable "region" {
  default = "us-east-2"
}

provider "aws" {
  region = var.region
}

resource "aws_vpc" "main" {
  cidr_block = local.cidrs[var.region]

  tags = {
    Name = "shop"
  }
}

locals {
  cidrs = {
    "us-east-2" = "10.20.0.0/16"
    "us-east-1" = "10.30.0.0/16"
  }
}
