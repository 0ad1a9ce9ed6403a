stack    = "another-key"
primary  = "us-east-2"
recovery = ["us-west-2"]

inventory = { "us-west-2" = "inventory.json" }

terraform {
  dir = "terraform"

  variable "region" {
    value = "us-west-2"
  }
}

database "orders" {
  address  = "aws_db_instance.orders"
  password = "env:ORDERS_DB_PASSWORD"
}
