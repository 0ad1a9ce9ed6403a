# For the load balancer, in the stack's own region.
resource "aws_acm_certificate" "ingress" {
  domain_name               = var.api_domain
  subject_alternative_names = [var.hooks_domain]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "cloudfront" {
  provider = aws.us_east_1

  domain_name       = var.shop_domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# One record validates a name in every region of the account.
resource "aws_route53_record" "validation" {
  for_each = {
    for option in concat(
      [for option in aws_acm_certificate.ingress.domain_validation_options : option],
      [for option in aws_acm_certificate.cloudfront.domain_validation_options : option],
    ) : option.domain_name => option
  }

  zone_id         = aws_route53_zone.main.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "ingress" {
  certificate_arn = aws_acm_certificate.ingress.arn

  validation_record_fqdns = [
    for option in aws_acm_certificate.ingress.domain_validation_options :
    aws_route53_record.validation[option.domain_name].fqdn
  ]
}

resource "aws_acm_certificate_validation" "cloudfront" {
  provider = aws.us_east_1

  certificate_arn = aws_acm_certificate.cloudfront.arn

  validation_record_fqdns = [
    for option in aws_acm_certificate.cloudfront.domain_validation_options :
    aws_route53_record.validation[option.domain_name].fqdn
  ]
}
