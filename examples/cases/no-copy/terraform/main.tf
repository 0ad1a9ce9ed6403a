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

resource "aws_db_instance" "orders" {
  identifier          = "orders"
  engine              = "postgres"
  engine_version      = "16.10"
  instance_class      = "db.r6g.large"
  allocated_storage   = 50
  username            = "app"
  db_name             = "shop"
  password            = var.db_password
  skip_final_snapshot = true
}

variable "db_password" {
  sensitive = true
  default   = null
}
