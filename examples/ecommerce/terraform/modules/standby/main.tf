# What the standby region holds while the primary runs: enough to come back from.
# `aws` is the standby region, `aws.primary` the one that is copied from.
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.primary]
    }
  }
}

# Database, and the key of its backups under the alias that the stack itself uses.

resource "aws_kms_key" "rds" {
  description             = "Storage of the databases of ${var.name}"
  deletion_window_in_days = 30
  enable_key_rotation     = true
}

resource "aws_kms_alias" "rds" {
  name          = "alias/${var.name}-rds"
  target_key_id = aws_kms_key.rds.key_id
}

resource "aws_db_instance_automated_backups_replication" "primary" {
  source_db_instance_arn = var.db_instance_arn
  kms_key_id             = aws_kms_key.rds.arn
  retention_period       = 7
}

# Media.

resource "aws_s3_bucket" "media" {
  bucket = "${var.name}-media-${var.region}"
}

resource "aws_s3_bucket_versioning" "media" {
  bucket = aws_s3_bucket.media.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "media" {
  bucket = aws_s3_bucket.media.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "media" {
  bucket = aws_s3_bucket.media.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "CloudFrontReads"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.media.arn}/*"
      Condition = {
        StringEquals = { "AWS:SourceArn" = var.distribution_arn }
      }
    }]
  })
}

resource "aws_iam_role" "replication" {
  name = "${var.name}-media-replication"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "replication" {
  name = "replicate"
  role = aws_iam_role.replication.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [var.media_bucket_arn]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
        Resource = ["${var.media_bucket_arn}/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = ["${aws_s3_bucket.media.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "media" {
  provider = aws.primary

  bucket = var.media_bucket
  role   = aws_iam_role.replication.arn

  rule {
    id     = "standby"
    status = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket        = aws_s3_bucket.media.arn
      storage_class = "STANDARD"

      metrics {
        status = "Enabled"

        event_threshold {
          minutes = 15
        }
      }

      replication_time {
        status = "Enabled"

        time {
          minutes = 15
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.media]
}

# Images.

resource "aws_ecr_replication_configuration" "this" {
  provider = aws.primary

  replication_configuration {
    rule {
      destination {
        region      = var.region
        registry_id = var.account_id
      }

      repository_filter {
        filter      = "ecommerce/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

# Certificate of the load balancer.

resource "aws_acm_certificate" "ingress" {
  domain_name               = var.certificate_domain
  subject_alternative_names = var.certificate_sans
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate_validation" "ingress" {
  certificate_arn         = aws_acm_certificate.ingress.arn
  validation_record_fqdns = [for name in concat([var.certificate_domain], var.certificate_sans) : var.validation_record_fqdns[name]]
}
