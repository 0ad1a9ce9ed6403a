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

resource "aws_scheduler_schedule" "bills" {
  name                = "bills"
  schedule_expression = "rate(1 hour)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    role_arn = "arn:aws:iam::123456789012:role/bills"
  }
}
