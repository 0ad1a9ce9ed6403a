output "zone_arn" {
  value = aws_route53_zone.main.arn
}

output "ingress_certificate_arn" {
  value = aws_acm_certificate_validation.ingress.certificate_arn
}

output "cloudfront_certificate_arn" {
  value = aws_acm_certificate_validation.cloudfront.certificate_arn
}

output "validation_record_fqdns" {
  value = {
    for option in aws_acm_certificate.ingress.domain_validation_options :
    option.domain_name => aws_route53_record.validation[option.domain_name].fqdn
  }
}
