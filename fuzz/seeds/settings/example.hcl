# Recovery of the shop: what drplan cannot see for itself. Everything not said here keeps its default
# (docs/configuration.md). Paths are relative to this file.

stack    = "ecommerce"
primary  = "us-east-2"
recovery = ["us-west-2"]

# Recordings, for days on which a region does not answer. The pipeline renews both every night:
#   drplan inventory us-east-2 --primary -o observation.json
#   drplan inventory us-west-2 -o inventory-good.json
observation = "observation.json"
inventory   = { "us-west-2" = "inventory-good.json" }

# A copy, so that the example works without an account. In earnest it is read where the backend keeps it,
# which is in us-west-2 on purpose:
#   bucket = "acme-terraform-state-us-west-2"
#   key    = "ecommerce-prod/terraform.tfstate"
#   region = "us-west-2"
state {
  path = "state.tfstate"
}

terraform {
  dir       = "terraform"
  workspace = "dr"

  variable "aws_region" {
    value = "us-west-2"
  }

  variable "db_password" {
    env = "ECOMMERCE_DB_PASSWORD"
  }

  variable "payment_api_key" {
    env = "ECOMMERCE_PAYMENT_API_KEY"
  }
}

manifests {
  paths = ["kubernetes"]
}

# ---- What we promise. Times run from the decision to recover, in the loss of a whole region.

# The hour of the old runbook was the restore alone. Half an hour more holds the read replica, the rollouts,
# ten minutes to decide, and what DNS and CloudFront take.
objective "stack" {
  rto = "1h30m"
  rpo = "24h"
}

objective "database" {
  rto = "1h"
  rpo = "24h"
}

# "5 min" in the runbook is what a lost node takes. A new one takes longer.
objective "cache" {
  rto = "30m"
}

# Likewise: ten minutes is what a lost node takes, not a lost cluster.
objective "cluster" {
  rto = "30m"
}

objective "application" {
  rto = "1h15m"
}

objective "traffic" {
  rto = "1h30m"
}

objective "module.s3.aws_s3_bucket.media" {
  rpo = "30m"
}

# ---- What comes back from what.

database "primary" {
  address = "module.rds.aws_db_instance.primary"
  prefer  = ["automated_backup", "snapshot"]
  classes = ["db.r6g.large", "db.r6i.large", "db.m6g.large"]

  # The restored instance still has the password of the day of the backup.
  password = "env:ECOMMERCE_DB_PASSWORD"
}

# Logs are shipped every five minutes and are usable here some minutes later. The weekly snapshots are older than
# any objective; they are for the day on which somebody drops a table.
backup "module.rds.aws_db_instance.primary" {
  interval  = "5m"
  copy_time = "10m"
}

# Replication time control: 15 minutes, or S3 raises an alarm.
backup "module.s3.aws_s3_bucket.media" {
  interval  = "0s"
  copy_time = "15m"
}

accept_loss "module.elasticache.aws_elasticache_replication_group.carts" {
  reason = "carts are sessions: a customer whose cart is gone starts another one"
}

# In the recovery region `count` makes none of it: what it holds is what the stack there takes over
# (bucket, key, certificate, images), each under the address that it has in the stack itself.
skip "module.standby" {
  reason = "standby copies for a stack that runs outside us-west-2; they exist already and are taken over by the stack"
}

# No counterparts are named: the key is found by its alias, the certificate by its names, the bucket by its
# replication, the images by their digests. One that cannot be found so would read
#   counterpart "alias/ecommerce-prod-rds" {
#     to = "alias/rds-dr"
#   }

# ---- Traffic, and who decides.

dns {
  names = ["api.example.com", "hooks.example.com", "shop.example.com"]
}

gate "dns" {
  decision = "10m"
  ask      = "Orders are written in us-west-2 from here on. Has the payment provider been told, and is us-east-2 given up?"
}

approval {
  allowed_signers = "allowed_signers"
  quorum          = 2
  expiry          = "90d"
}

# ---- How long it takes: measured in the drill of 8 October 2026 (200 GiB), and in April where October had nothing new.

estimate "cluster" {
  p50      = "9m"
  p90      = "12m"
  measured = "2026-10-08"
}

estimate "node_group" {
  p50      = "2m40s"
  p90      = "4m"
  measured = "2026-10-08"
}

estimate "restore" {
  p50      = "20m"
  p90      = "26m"
  measured = "2026-10-08"
}

estimate "restore_per_100_gib" {
  p50      = "2m"
  p90      = "3m"
  measured = "2026-10-08"
}

estimate "warm_up" {
  p50      = "4m"
  p90      = "7m"
  measured = "2026-10-08"
}

# The read replica of the restored primary.
estimate "aws_db_instance" {
  p50      = "9m"
  p90      = "13m"
  measured = "2026-10-08"
}

estimate "cache" {
  p50      = "7m"
  p90      = "10m"
  measured = "2026-10-08"
}

estimate "load_balancer" {
  p50      = "2m30s"
  p90      = "3m30s"
  measured = "2026-10-08"
}

estimate "rollout" {
  p50      = "1m20s"
  p90      = "2m30s"
  measured = "2026-10-08"
}

# A real cut-over: the maintenance of April.
estimate "records" {
  p50      = "40s"
  p90      = "1m15s"
  measured = "2026-04-19"
}

estimate "distribution" {
  p50      = "4m"
  p90      = "7m"
  measured = "2026-04-19"
}
