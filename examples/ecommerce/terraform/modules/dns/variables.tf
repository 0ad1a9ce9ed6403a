variable "name" {
  type = string
}

variable "domain" {
  type = string
}

variable "shop_domain" {
  type = string
}

variable "api_domain" {
  type = string
}

variable "hooks_domain" {
  description = "Where partners call back; its record belongs to external-dns."
  type        = string
}

variable "distribution_domain_name" {
  type = string
}

variable "distribution_hosted_zone_id" {
  type = string
}
