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
  cidr_block = "10.20.0.0/16"

  tags = {
    Name = "shop"
  }
}

data "terraform_remote_state" "network" {
  backend = "s3"

  config = {
    bucket = "network-state"
    key    = "network.tfstate"
    region = "us-east-2"
  }
}
