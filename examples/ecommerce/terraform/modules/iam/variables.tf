variable "name" {
  type = string
}

variable "account_id" {
  type = string
}

variable "oidc_provider_arn" {
  type = string
}

variable "oidc_issuer" {
  description = "The cluster's issuer without its scheme."
  type        = string
}

variable "zone_arn" {
  description = "The zone that external-dns writes in."
  type        = string
}

variable "services" {
  description = "Services with a role of their own, named like their service accounts."
  type        = set(string)
}
