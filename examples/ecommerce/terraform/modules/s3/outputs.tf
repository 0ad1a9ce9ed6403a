output "media_bucket" {
  value = aws_s3_bucket.media.id

  # Replication from it needs its versions.
  depends_on = [aws_s3_bucket_versioning.media]
}

output "media_bucket_arn" {
  value = aws_s3_bucket.media.arn
}

output "media_bucket_regional_domain_name" {
  value = aws_s3_bucket.media.bucket_regional_domain_name
}
