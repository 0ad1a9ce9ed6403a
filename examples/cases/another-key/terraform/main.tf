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
  storage_encrypted   = true
  kms_key_id          = aws_kms_key.db.arn
  skip_final_snapshot = true
}

variable "db_password" {
  sensitive = true
  default   = null
}

resource "aws_kms_key" "db" {
  description = "orders"
}

resource "aws_kms_alias" "db" {
  name          = "alias/orders"
  target_key_id = aws_kms_key.db.key_id
}
