output "cluster_name" {
  value = module.eks.cluster_name
}

output "db_host" {
  value = module.rds.primary_address
}

output "db_read_host" {
  value = module.rds.replica_address
}

output "redis_host" {
  value = module.elasticache.primary_endpoint
}

output "media_bucket" {
  value = module.s3.media_bucket
}

output "cdn_domain" {
  value = module.cloudfront.distribution_domain_name
}

output "ingress_certificate_arn" {
  value = module.dns.ingress_certificate_arn
}

output "ingress_security_group_id" {
  value = module.eks.ingress_security_group_id
}

output "ingress_web_acl_arn" {
  value = module.waf.ingress_web_acl_arn
}

output "service_role_arns" {
  value = module.iam.service_role_arns
}
