variable "name" {
  type = string
}

variable "region" {
  type = string
}

variable "distribution_arn" {
  description = "The distribution that may read the bucket."
  type        = string
}
