resource "random_password" "jwt_signing_key" {
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "db_credentials" {
  name        = "${var.name}/db-credentials"
  description = "Endpoint and master user of the primary database"

  dynamic "replica" {
    for_each = var.replica_regions

    content {
      region = replica.key
    }
  }
}

resource "aws_secretsmanager_secret_version" "db_credentials" {
  secret_id = aws_secretsmanager_secret.db_credentials.id

  secret_string = jsonencode({
    host     = var.db_host
    port     = var.db_port
    dbname   = var.db_name
    username = var.db_username
    password = var.db_password
  })
}

resource "aws_secretsmanager_secret" "api_keys" {
  name        = "${var.name}/api-keys"
  description = "Keys that the services need"

  dynamic "replica" {
    for_each = var.replica_regions

    content {
      region = replica.key
    }
  }
}

resource "aws_secretsmanager_secret_version" "api_keys" {
  secret_id = aws_secretsmanager_secret.api_keys.id

  secret_string = jsonencode({
    payment_api_key  = var.payment_api_key
    jwt_signing_key  = random_password.jwt_signing_key.result
    redis_auth_token = var.redis_auth_token
  })
}
