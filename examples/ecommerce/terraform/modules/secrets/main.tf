resource "aws_kms_key" "secrets" {
  description             = "Secrets of ${var.name}"
  deletion_window_in_days = 30
  enable_key_rotation     = true
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${var.name}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}

resource "random_password" "jwt_signing_key" {
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "db_credentials" {
  name        = "${var.name}/db-credentials"
  description = "Endpoint and master user of the primary database"
  kms_key_id  = aws_kms_key.secrets.arn

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value
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
  kms_key_id  = aws_kms_key.secrets.arn

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value
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
