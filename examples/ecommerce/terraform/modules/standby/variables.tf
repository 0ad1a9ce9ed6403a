variable "name" {
  type = string
}

variable "region" {
  description = "The standby region."
  type        = string
}

variable "account_id" {
  type = string
}

variable "db_instance_arn" {
  description = "The database whose automated backups are copied."
  type        = string
}

variable "media_bucket" {
  type = string
}

variable "media_bucket_arn" {
  type = string
}

variable "distribution_arn" {
  type = string
}

variable "certificate_domain" {
  type = string
}

variable "certificate_sans" {
  type = list(string)
}

variable "validation_record_fqdns" {
  description = "The records that validate the certificate's names, by name."
  type        = map(string)
}
