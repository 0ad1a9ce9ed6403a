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

resource "aws_elasticache_replication_group" "carts" {
  replication_group_id = "carts"
  description          = "carts"
  node_type            = "cache.t4g.small"
  num_cache_clusters   = 2
}
