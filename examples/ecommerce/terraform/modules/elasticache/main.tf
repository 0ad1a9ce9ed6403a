# Carts are sessions: a customer whose cart is gone starts another one. Nothing here is backed up.
resource "random_password" "auth_token" {
  length  = 48
  special = false
}

resource "aws_elasticache_subnet_group" "this" {
  name        = "${var.name}-carts"
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-carts"
  description = "Cart sessions of ${var.name}"
  family      = "redis7"

  parameter {
    name  = "maxmemory-policy"
    value = "volatile-lru"
  }
}

resource "aws_security_group" "redis" {
  name        = "${var.name}-redis"
  description = "Cart sessions"
  vpc_id      = var.vpc_id

  tags = {
    Name = "${var.name}-redis"
  }
}

resource "aws_vpc_security_group_ingress_rule" "redis" {
  security_group_id            = aws_security_group.redis.id
  description                  = "Redis from the nodes"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = var.node_security_group_id
}

resource "aws_elasticache_replication_group" "carts" {
  replication_group_id = "${var.name}-carts"
  description          = "Cart sessions"
  engine               = "redis"
  engine_version       = "7.1"
  node_type            = "cache.t4g.small"
  port                 = 6379

  num_cache_clusters         = 2
  multi_az_enabled           = true
  automatic_failover_enabled = true
  snapshot_retention_limit   = 0

  subnet_group_name    = aws_elasticache_subnet_group.this.name
  parameter_group_name = aws_elasticache_parameter_group.this.name
  security_group_ids   = [aws_security_group.redis.id]

  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = random_password.auth_token.result
}
