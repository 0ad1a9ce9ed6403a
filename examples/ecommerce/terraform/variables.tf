variable "aws_region" {
  description = "Region that the stack runs in."
  type        = string
  default     = "us-east-2"
}

variable "dr_region" {
  description = "Region that holds the standby copies. A stack that runs in it makes none."
  type        = string
  default     = "us-west-2"
}

variable "name" {
  description = "Name of the stack, the prefix of everything in it."
  type        = string
  default     = "ecommerce-prod"
}

variable "domain" {
  description = "The public zone."
  type        = string
  default     = "example.com"
}

variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
  default     = "10.20.0.0/16"
}

variable "cluster_version" {
  description = "Kubernetes version of the EKS cluster."
  type        = string
  default     = "1.34"
}

variable "cluster_admin_role" {
  description = "Name of the IAM role whose holders administer the cluster."
  type        = string
  default     = "acme-platform-admin"
}

variable "db_instance_class" {
  description = "Class of the primary database and its read replica."
  type        = string
  default     = "db.r6g.large"
}

variable "db_password" {
  description = "Master password of the database."
  type        = string
  sensitive   = true
}

variable "payment_api_key" {
  description = "Key of the payment provider's API."
  type        = string
  sensitive   = true
}

variable "alert_email" {
  description = "Where alarms are sent."
  type        = string
  default     = "oncall@example.com"
}
