terraform {
  backend "s3" {
    bucket = "state"
    key    = "shop.tfstate"
    region = "us-east-2"
  }
}
provider "aws" {
  alias  = "west"
  region = var.region
}
variable "region" {
  default = "us-east-2"
}
locals {
  zones = ["${var.region}a", "us-east-2b"]
  doc   = <<-EOT
    %{if true}x%{endif} ${jsonencode({ a = [for k, v in var.m : k if v > 1] })}
  EOT
}
module "vpc" {
  source = "./vpc"
}
resource "aws_sqs_queue" "q" {
  count = terraform.workspace == "dr" ? 1 : 0
  name  = "q"
  dynamic "x" {
    for_each = toset(["a"])
    content { y = x.value }
  }
  lifecycle { ignore_changes = [name] }
}
