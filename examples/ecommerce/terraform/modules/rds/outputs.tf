output "primary_identifier" {
  value = aws_db_instance.primary.identifier
}

output "primary_arn" {
  value = aws_db_instance.primary.arn
}

output "primary_address" {
  value = aws_db_instance.primary.address
}

output "replica_identifier" {
  value = aws_db_instance.read_replica.identifier
}

output "replica_address" {
  value = aws_db_instance.read_replica.address
}

output "port" {
  value = aws_db_instance.primary.port
}

output "database_name" {
  value = aws_db_instance.primary.db_name
}

output "username" {
  value = aws_db_instance.primary.username
}
