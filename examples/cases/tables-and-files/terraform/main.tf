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

resource "aws_dynamodb_table" "sessions" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_efs_file_system" "uploads" {
  creation_token = "uploads"
}

resource "aws_sqs_queue" "mails" {
  name = "mails"
}
