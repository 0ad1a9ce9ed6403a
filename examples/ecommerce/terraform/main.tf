data "aws_caller_identity" "current" {}

locals {
  shop_domain  = "shop.${var.domain}"
  api_domain   = "api.${var.domain}"
  hooks_domain = "hooks.${var.domain}"

  services = toset([
    "user-service",
    "product-service",
    "cart-service",
    "payment-service",
    "order-service",
  ])

  # The standby copies are made by the stack that runs in the primary region only.
  makes_standby = var.aws_region != var.dr_region

  tags = {
    Project     = "ecommerce"
    Environment = "prod"
    ManagedBy   = "terraform"
  }
}

module "vpc" {
  source = "./modules/vpc"

  name         = var.name
  region       = var.aws_region
  cidr         = var.vpc_cidr
  zones        = 3
  cluster_name = var.name
}

module "eks" {
  source = "./modules/eks"

  name               = var.name
  region             = var.aws_region
  account_id         = data.aws_caller_identity.current.account_id
  cluster_version    = var.cluster_version
  admin_role         = var.cluster_admin_role
  vpc_id             = module.vpc.vpc_id
  private_subnet_ids = module.vpc.private_subnet_ids
  public_subnet_ids  = module.vpc.public_subnet_ids
}

module "rds" {
  source = "./modules/rds"

  name                   = var.name
  vpc_id                 = module.vpc.vpc_id
  subnet_ids             = module.vpc.private_subnet_ids
  node_security_group_id = module.eks.node_security_group_id
  instance_class         = var.db_instance_class
  password               = var.db_password
}

module "elasticache" {
  source = "./modules/elasticache"

  name                   = var.name
  vpc_id                 = module.vpc.vpc_id
  subnet_ids             = module.vpc.private_subnet_ids
  node_security_group_id = module.eks.node_security_group_id
}

module "s3" {
  source = "./modules/s3"

  name             = var.name
  region           = var.aws_region
  distribution_arn = module.cloudfront.distribution_arn
}

module "cloudfront" {
  source = "./modules/cloudfront"

  name                = var.name
  aliases             = [local.shop_domain]
  certificate_arn     = module.dns.cloudfront_certificate_arn
  web_acl_arn         = module.waf.cloudfront_web_acl_arn
  media_bucket_domain = module.s3.media_bucket_regional_domain_name
  api_domain          = local.api_domain
}

module "secrets" {
  source = "./modules/secrets"

  name             = var.name
  db_host          = module.rds.primary_address
  db_port          = module.rds.port
  db_name          = module.rds.database_name
  db_username      = module.rds.username
  db_password      = var.db_password
  payment_api_key  = var.payment_api_key
  redis_auth_token = module.elasticache.auth_token
  replica_regions  = local.makes_standby ? [var.dr_region] : []
}

module "ecr" {
  source = "./modules/ecr"

  repositories = local.services
}

module "iam" {
  source = "./modules/iam"

  name              = var.name
  account_id        = data.aws_caller_identity.current.account_id
  oidc_provider_arn = module.eks.oidc_provider_arn
  oidc_issuer       = module.eks.oidc_issuer
  zone_arn          = module.dns.zone_arn
  services          = local.services
}

module "waf" {
  source = "./modules/waf"

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name = var.name
}

module "dns" {
  source = "./modules/dns"

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name                        = var.name
  domain                      = var.domain
  shop_domain                 = local.shop_domain
  api_domain                  = local.api_domain
  hooks_domain                = local.hooks_domain
  distribution_domain_name    = module.cloudfront.distribution_domain_name
  distribution_hosted_zone_id = module.cloudfront.distribution_hosted_zone_id
}

module "standby" {
  source = "./modules/standby"
  count  = local.makes_standby ? 1 : 0

  providers = {
    aws         = aws.dr
    aws.primary = aws
  }

  name                    = var.name
  region                  = var.dr_region
  account_id              = data.aws_caller_identity.current.account_id
  db_instance_arn         = module.rds.primary_arn
  media_bucket            = module.s3.media_bucket
  media_bucket_arn        = module.s3.media_bucket_arn
  distribution_arn        = module.cloudfront.distribution_arn
  certificate_domain      = local.api_domain
  certificate_sans        = [local.hooks_domain]
  validation_record_fqdns = module.dns.validation_record_fqdns
}
