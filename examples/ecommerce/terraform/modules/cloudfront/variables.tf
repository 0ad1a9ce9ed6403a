variable "name" {
  type = string
}

variable "aliases" {
  type = list(string)
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 for the aliases."
  type        = string
}

variable "web_acl_arn" {
  description = "Web ACL with scope CLOUDFRONT."
  type        = string
}

variable "media_bucket_domain" {
  description = "Regional domain name of the media bucket."
  type        = string
}

variable "api_domain" {
  type = string
}
