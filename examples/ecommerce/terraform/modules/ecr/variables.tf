variable "repositories" {
  description = "A repository for each service."
  type        = set(string)
}
