output "service_role_arns" {
  value = { for name, role in aws_iam_role.service : name => role.arn }
}

output "platform_role_arns" {
  value = { for name, role in aws_iam_role.platform : name => role.arn }
}
