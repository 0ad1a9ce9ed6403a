variable "name" {
  type = string
}

variable "region" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  description = "How many availability zones to spread over."
  type        = number
}

variable "cluster_name" {
  description = "The EKS cluster that finds its subnets by tag."
  type        = string
}
