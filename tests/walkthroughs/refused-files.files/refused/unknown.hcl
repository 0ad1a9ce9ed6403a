stack = "ecommerce"

database "primary" {
  adress = "module.rds.aws_db_instance.primary"
}
