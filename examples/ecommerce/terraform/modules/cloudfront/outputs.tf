output "distribution_arn" {
  value = aws_cloudfront_distribution.shop.arn
}

output "distribution_domain_name" {
  value = aws_cloudfront_distribution.shop.domain_name
}

output "distribution_hosted_zone_id" {
  value = aws_cloudfront_distribution.shop.hosted_zone_id
}
