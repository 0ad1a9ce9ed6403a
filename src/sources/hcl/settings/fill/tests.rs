use crate::model::settings::{PointKind, Settings, ValueSource};
use crate::sources::hcl::testing::settings;

#[test]
fn an_empty_file_has_all_defaults() {
    let expected = Settings { file: Some("drplan.hcl".into()), stack: "shop".into(), ..Settings::default() };
    assert_eq!(settings("").unwrap(), expected);
    assert_eq!(settings("\u{feff}# nothing\r\n").unwrap(), expected);
}

#[test]
fn everything_can_be_said() {
    let read = settings(
        r#"
stack       = "ecommerce"
primary     = "us-east-2"
recovery    = ["us-west-2", "mars-north-1"]
observation = "observation.json"
inventory   = { us-west-2 = "good.json", "eu-west-1" = "eu.json" }

state {
  bucket               = "acme"
  key                  = "shop.tfstate"
  region               = "us-east-2"
  workspace            = "prod"
  workspace_key_prefix = ""
  replica {
    bucket = "acme-dr"
    region = "us-west-2"
  }
}
terraform {
  dir         = "terraform"
  engine      = "off"
  workspace   = "dr"
  parallelism = 20
  variable "aws_region" { value = "us-west-2" }
  variable "zones" { value = ["a", "b"] }
  variable "db_password" { env = "DB_PASSWORD" }
  variable "cert" { file = "cert.pem" }
  variable "api_key" { secret = "shop/api#key" }
}
manifests {
  paths   = ["kubernetes"]
  exclude = ["**/test/*"]
}
objective "database" {
  rto = "1h30m"
  rpo = 86400
}
database "primary" {
  address    = "module.rds.aws_db_instance.primary[\"a\"]"
  kms_key_id = "alias/rds-dr"
  identifier = "shop"
  classes    = ["db.r6g.large"]
  max_age    = "26h"
  prefer     = ["automated_backup", "snapshot"]
  password   = "env:DB_PASSWORD"
}
counterpart "alias/rds" { to = "alias/rds-dr" }
rewrite "flags-us-east-2" { to = "flags-us-west-2" }
rewrite "us-east-2 is our home" { keep = true }
accept_loss "module.cache.x" { reason = "sessions" }
skip "module.standby" { reason = "there already" }
provides "StorageClass/efs" { by = "the platform's chart" }
dns {
  names = ["shop.example.com"]
  keep  = ["internal.example.com"]
}
gate "dns" {
  decision = "10m"
  ask      = "now?"
}
gate "restore" {}
approval {
  allowed_signers = "signers"
  revoked         = "signers"
  quorum          = 2
  expiry          = "30d"
  break_glass     = true
}
journal {
  s3     = "s3://runs/shop/journal"
  region = "us-west-2"
}
window "night" {
  days = ["sat", "sun"]
  from = "22:00"
  to   = "24:00"
}
estimate "cluster" {
  p50      = "9m"
  p90      = "12m"
  measured = "2026-10-08"
}
backup "primary" {
  interval  = "5m"
  copy_time = "10m"
  of        = ["automated_backup"]
}
"#,
    )
    .unwrap();
    assert_eq!((read.stack.as_str(), read.primary.as_deref()), ("ecommerce", Some("us-east-2")));
    assert_eq!(read.recovery, ["us-west-2", "mars-north-1"]);
    assert_eq!(
        read.inventory,
        [
            (Some("us-west-2".to_owned()), "good.json".to_owned()),
            (Some("eu-west-1".to_owned()), "eu.json".to_owned())
        ]
    );
    assert_eq!(read.state.source.as_deref(), Some("s3://acme/shop.tfstate"));
    assert_eq!(read.state.replica.as_deref(), Some("s3://acme-dr/shop.tfstate"));
    assert_eq!(read.state.workspace_key_prefix.as_deref(), Some(""));
    assert_eq!(read.state.replica_region.as_deref(), Some("us-west-2"));
    assert_eq!(read.terraform.parallelism, Some(20));
    let sources: Vec<&ValueSource> =
        read.terraform.variables.iter().map(|variable| &variable.source).collect();
    assert_eq!(
        sources,
        [
            &ValueSource::Plain("us-west-2".into()),
            &ValueSource::Plain("[\"a\",\"b\"]".into()),
            &ValueSource::Environment("DB_PASSWORD".into()),
            &ValueSource::File("cert.pem".into()),
            &ValueSource::Secret("shop/api#key".into()),
        ]
    );
    assert_eq!(read.terraform.variables[2].place.as_ref().unwrap().to_string(), "drplan.hcl:26");
    let objective = &read.objectives[0];
    assert_eq!((objective.rto_seconds, objective.rpo_seconds), (Some(5_400), Some(86_400)));
    let database = &read.databases[0];
    assert_eq!(database.address.as_deref(), Some("module.rds.aws_db_instance.primary[\"a\"]"));
    assert_eq!(database.password, Some(ValueSource::Environment("DB_PASSWORD".into())));
    assert_eq!((database.max_age_seconds, database.prefer.len()), (Some(93_600), 2));
    assert_eq!(read.rewrites[0].to.as_deref(), Some("flags-us-west-2"));
    assert_eq!(read.rewrites[1].to, None);
    assert_eq!((read.gates[0].decision_seconds, read.gates[1].decision_seconds), (600, 300));
    assert_eq!((read.approval.quorum, read.approval.expiry_seconds), (2, 30 * 86_400));
    let journal = read.journal.as_ref().unwrap();
    assert_eq!((journal.bucket.as_str(), journal.prefix.as_str()), ("runs", "shop/journal"));
    assert_eq!(journal.region.as_deref(), Some("us-west-2"));
    let quorum = |text: &str| settings(text).unwrap().approval.quorum;
    assert_eq!(
        quorum("approval {\n  allowed_signers = \"signers\"\n}"),
        1,
        "whoever names approvers wants them asked"
    );
    assert_eq!(quorum("approval {\n  allowed_signers = \"signers\"\n  quorum = 0\n}"), 0);
    assert_eq!(quorum("approval {\n}"), 0);
    assert_eq!(read.windows[0].to, "24:00");
    assert_eq!(read.estimates[0].measured.unwrap().to_string(), "2026-10-08T00:00:00Z");
    assert_eq!((read.backups[0].interval_seconds, read.backups[0].copy_seconds), (300, 600));
    assert_eq!(read.backups[0].of, [PointKind::AutomatedBackup]);
    assert_eq!((read.dns.keep.len(), read.skips.len(), read.accepted_losses.len()), (1, 1, 1));
    assert_eq!(
        (&*read.provides[0].subject, &*read.provides[0].by),
        ("StorageClass/efs", "the platform's chart")
    );
    assert_eq!(read.counterparts[0].to, "alias/rds-dr");
}

#[test]
fn a_path_stands_for_state_and_inventory() {
    let read = settings("inventory = \"all.json\"\nstate {\n  path = \"state.tfstate\"\n  replica {\n    path = \"s3://b/k\"\n  }\n}\n").unwrap();
    assert_eq!(read.inventory, [(None, "all.json".to_owned())]);
    assert_eq!(read.state.source.as_deref(), Some("state.tfstate"));
    assert_eq!(read.state.replica.as_deref(), Some("s3://b/k"));
}
