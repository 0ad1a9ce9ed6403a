//! The simulated region kept in step with AWS: each scenario is a list of calls with AWS's answers, asked of the simulated
//! region and of the emulator through the SDK. Where the emulator is not as AWS is, the row says what it answers instead
//! and which page of AWS says otherwise; the simulated region answers as AWS does in every row.

use std::time::Duration;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use aws_sdk_secretsmanager::types::ReplicaRegionType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use drplan::clients::aws::Connection;
use drplan::executor::errors::{Class, classify};
use drplan::model::target::data::{DataRequest, Restore};
use drplan::model::target::traffic::TrafficRequest;
use drplan::model::target::{Acted, Mark, Seen, TargetError};
use drplan::targets::Target;
use drplan::targets::sim::{Region, Setup};

use crate::emulator::{self, PATIENCE};

const HERE: &str = "us-west-2";
/// Made by the world of this name in `tests/aws/seed.py`.
const GROUP: &str = "scenarios";
const NAME: &str = "shop.example.com";

/// What is there at first.
#[derive(Clone, Copy)]
enum Fact {
    Snapshot(&'static str),
    /// Encrypted with a key that is disabled.
    Locked(&'static str),
    ClusterSnapshot(&'static str),
    Instance(&'static str),
    Cluster(&'static str),
    Replica(&'static str),
    /// Type and value of a record of [`NAME`].
    Record(&'static str, &'static str),
    Secret(&'static str),
    /// Scheduled for deletion.
    Doomed(&'static str),
    /// A replica of a secret of another region.
    Follower(&'static str),
}

/// One call.
#[derive(Clone, Copy, Debug)]
enum Call {
    /// Name, snapshot, subnet group.
    Restore(&'static str, &'static str, &'static str),
    /// Name, snapshot, KMS key.
    RestoreCluster(&'static str, &'static str, Option<&'static str>),
    DeleteSnapshot(&'static str),
    Promote(&'static str),
    Modify(&'static str),
    Write(&'static str),
    Detach(&'static str),
    /// Type, value before, value after, in one batch: the old record out, the new one in.
    Move(&'static str, &'static str, &'static str),
    /// Whether an instance is there.
    Is(&'static str),
    /// The value of a record of [`NAME`] with this type.
    Reads(&'static str),
}

/// What the emulator answers.
#[derive(Clone, Copy)]
enum Emulator {
    /// As AWS.
    Same,
    /// Another answer; the page that says what AWS answers.
    Says(&'static str, &'static str),
    /// It has no such call.
    Lacks,
}
use Emulator::{Lacks, Same, Says};

/// A call and AWS's answer: `done`, a value, or the code of an error and its class in the executor's table.
type Row = (Call, &'static str, Option<Class>, Emulator);

const RESTORE: &str =
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html";
const RESTORE_CLUSTER: &str =
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html";
const PROMOTE: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html";
const STATES: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status";
const WRITE: &str = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html";
const BATCH: &str =
    "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html";
const CNAME: &str =
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat";

const SCENARIOS: &[(&str, &[Fact], &[Row])] = &[
    (
        "a restore is done once, under a name that is free",
        &[Fact::Snapshot("a-snap"), Fact::Instance("a-taken")],
        &[
            (Call::Is("a-new"), "no", None, Same),
            (Call::Restore("a-new", "a-snap", GROUP), "done", None, Same),
            (Call::Is("a-new"), "yes", None, Same),
            (Call::Restore("a-new", "a-snap", GROUP), "DBInstanceAlreadyExists", Some(Class::Wait), Same),
            (Call::Restore("a-taken", "a-snap", GROUP), "DBInstanceAlreadyExists", Some(Class::Wait), Same),
        ],
    ),
    (
        "a restore into an unknown subnet group makes nothing",
        &[Fact::Snapshot("b-snap")],
        &[
            (
                Call::Restore("b-new", "b-snap", "b-none"),
                "DBSubnetGroupNotFoundFault",
                Some(Class::Stop),
                Same,
            ),
            (Call::Is("b-new"), "no", None, Same),
        ],
    ),
    (
        "a snapshot that is not there, from the start or from now on",
        &[Fact::Snapshot("c-snap")],
        &[
            (Call::Restore("c-new", "c-none", GROUP), "DBSnapshotNotFound", Some(Class::Stop), Same),
            (Call::DeleteSnapshot("c-snap"), "done", None, Same),
            (Call::Restore("c-new", "c-snap", GROUP), "DBSnapshotNotFound", Some(Class::Stop), Same),
            (Call::Is("c-new"), "no", None, Same),
        ],
    ),
    (
        "a snapshot whose key is disabled",
        &[Fact::Locked("d-snap")],
        &[
            (
                Call::Restore("d-new", "d-snap", GROUP),
                "KMSKeyNotAccessibleFault",
                Some(Class::Stop),
                Says("done", RESTORE),
            ),
            (Call::Is("d-new"), "no", None, Says("yes", RESTORE)),
        ],
    ),
    (
        "a cluster: its own codes, and a key that is not of this region or not there",
        &[Fact::ClusterSnapshot("e-snap"), Fact::Cluster("e-taken")],
        &[
            (
                Call::RestoreCluster("e-new", "e-none", None),
                "DBClusterSnapshotNotFoundFault",
                Some(Class::Stop),
                Same,
            ),
            (
                Call::RestoreCluster("e-new", "e-snap", Some("arn:aws:kms:us-east-2:123456789012:key/e-far")),
                "KMSKeyNotAccessibleFault",
                Some(Class::Stop),
                Says("done", RESTORE_CLUSTER),
            ),
            (
                Call::RestoreCluster(
                    "e-other",
                    "e-snap",
                    Some("arn:aws:kms:us-west-2:123456789012:key/e-none"),
                ),
                "KMSKeyNotAccessibleFault",
                Some(Class::Stop),
                Says("done", RESTORE_CLUSTER),
            ),
            (
                Call::RestoreCluster("e-taken", "e-snap", None),
                "DBClusterAlreadyExistsFault",
                Some(Class::Wait),
                Says("DBClusterSnapshotAlreadyExistsFault", RESTORE_CLUSTER),
            ),
        ],
    ),
    (
        "a promotion, and of what is no replica none",
        &[Fact::Replica("f-replica"), Fact::Instance("f-alone")],
        &[
            (Call::Promote("f-none"), "DBInstanceNotFound", Some(Class::Stop), Says("no code", PROMOTE)),
            (Call::Promote("f-alone"), "InvalidDBInstanceState", Some(Class::Wait), Says("done", PROMOTE)),
            (Call::Promote("f-replica"), "done", None, Same),
            (Call::Promote("f-replica"), "InvalidDBInstanceState", Some(Class::Wait), Says("done", PROMOTE)),
            (Call::Modify("f-replica"), "InvalidDBInstanceState", Some(Class::Wait), Says("done", STATES)),
            (Call::Modify("f-none"), "DBInstanceNotFound", Some(Class::Stop), Same),
            (Call::Modify("f-alone"), "done", None, Same),
        ],
    ),
    (
        "a batch of records is written whole or not at all",
        &[Fact::Record("A", "192.0.2.1"), Fact::Record("TXT", "\"old\"")],
        &[
            (
                Call::Move("A", "192.0.2.9", "192.0.2.2"),
                "InvalidChangeBatch",
                Some(Class::Decide),
                Says("InvalidInput", BATCH),
            ),
            (Call::Reads("A"), "192.0.2.1", None, Same),
            (
                Call::Move("AAAA", "2001:db8::1", "2001:db8::2"),
                "InvalidChangeBatch",
                Some(Class::Decide),
                Says("InvalidInput", BATCH),
            ),
            (Call::Reads("AAAA"), "none", None, Same),
            (Call::Move("A", "192.0.2.1", "192.0.2.2"), "done", None, Same),
            (Call::Reads("A"), "192.0.2.2", None, Same),
            (Call::Reads("TXT"), "\"old\"", None, Same),
        ],
    ),
    (
        "a name that is a CNAME is nothing else",
        &[Fact::Record("CNAME", "old.example.net")],
        &[
            (
                Call::Move("A", "", "192.0.2.2"),
                "InvalidChangeBatch",
                Some(Class::Decide),
                Says("done", CNAME),
            ),
            (Call::Reads("A"), "none", None, Says("192.0.2.2", CNAME)),
            (Call::Move("CNAME", "old.example.net", "new.example.net"), "done", None, Same),
            (Call::Reads("CNAME"), "new.example.net", None, Same),
        ],
    ),
    (
        "and what is something else is no CNAME",
        &[Fact::Record("A", "192.0.2.1")],
        &[
            (
                Call::Move("CNAME", "", "new.example.net"),
                "InvalidChangeBatch",
                Some(Class::Decide),
                Says("done", CNAME),
            ),
            (Call::Reads("A"), "192.0.2.1", None, Same),
        ],
    ),
    (
        "a secret that is there, on its way out, a replica, or not there",
        &[Fact::Secret("g-login"), Fact::Doomed("g-doomed"), Fact::Follower("g-follower")],
        &[
            (Call::Write("g-login"), "done", None, Same),
            (Call::Write("g-none"), "ResourceNotFoundException", Some(Class::Stop), Same),
            (Call::Write("g-doomed"), "InvalidRequestException", Some(Class::Stop), Says("done", WRITE)),
            (Call::Write("g-follower"), "InvalidParameterException", Some(Class::Stop), Same),
            (Call::Detach("g-none"), "ResourceNotFoundException", Some(Class::Stop), Lacks),
            (Call::Detach("g-follower"), "done", None, Lacks),
        ],
    ),
];

#[test]
fn the_simulated_region_refuses_what_aws_refuses() {
    let mut differences = Vec::new();
    for (what, facts, rows) in SCENARIOS {
        let answers = simulated(facts, rows);
        for ((call, expected, class, _), answer) in rows.iter().zip(&answers) {
            differences.extend(difference(what, *call, answer, expected, *class));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_emulator_answers_as_aws_but_where_it_is_said_not_to() {
    let emulator = emulator::with(&[GROUP]);
    let differences = emulator::run(async {
        let connection = emulator.connect(HERE, PATIENCE).await;
        let mut differences = Vec::new();
        for (what, facts, rows) in SCENARIOS {
            let world = World::made(&connection, facts).await;
            for (call, expected, class, emulated) in *rows {
                match emulated {
                    Same => {
                        let answer = world.answer(*call).await;
                        differences.extend(difference(what, *call, &answer, expected, *class));
                    }
                    Says(other, page) => {
                        let answer = word(&world.answer(*call).await);
                        let told = format!("{what}: {call:?}: {answer}, not {other}: compare it with {page}");
                        differences.extend((answer != *other).then_some(told));
                    }
                    Lacks => {}
                }
            }
        }
        differences
    });
    assert!(differences.is_empty(), "{differences:#?}");
}

type Answer = Result<String, TargetError>;

fn word(answer: &Answer) -> String {
    match answer {
        Ok(word) => word.clone(),
        Err(error) => error.code.clone(),
    }
}

fn difference(
    what: &str,
    call: Call,
    answer: &Answer,
    expected: &str,
    class: Option<Class>,
) -> Option<String> {
    let same = word(answer) == expected && answer.as_ref().err().map(classify) == class;
    (!same).then(|| format!("{what}: {call:?}: {answer:?}, not {expected} {class:?}"))
}

// The simulated region -------------------------------------------------------------------------------------------------

fn simulated(facts: &[Fact], rows: &[Row]) -> Vec<Answer> {
    let mut setup = Setup {
        region: Some(HERE.to_owned()),
        groups: [GROUP.to_owned()].into(),
        missing: ["g-none".to_owned()].into(),
        unusable_keys: ["arn:aws:kms:us-west-2:123456789012:key/e-none".to_owned()].into(),
        ..Setup::default()
    };
    // As long as such things take: a minute.
    let minute = |at: usize| (at.to_string(), Duration::from_secs(60));
    setup.durations = (0..rows.len()).map(minute).collect();
    for fact in facts {
        match *fact {
            Fact::Snapshot(name) | Fact::ClusterSnapshot(name) => {
                setup.points.insert(name.to_owned());
            }
            Fact::Locked(name) => {
                setup.points.insert(name.to_owned());
                setup.unusable.insert(name.to_owned());
            }
            Fact::Instance(name) | Fact::Cluster(name) => {
                setup.databases.insert(name.to_owned(), None);
            }
            Fact::Replica(name) => {
                setup.databases.insert(name.to_owned(), None);
                setup.replicas.insert(name.to_owned());
            }
            Fact::Record(kind, value) => {
                setup.records.insert(record(kind), value.to_owned());
            }
            Fact::Secret(_) => {}
            Fact::Doomed(name) => {
                setup.doomed_secrets.insert(name.to_owned());
            }
            Fact::Follower(name) => {
                setup.replica_secrets.insert(name.to_owned());
            }
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let region = Region::new(setup);
        let mut answers = Vec::new();
        for (at, (call, ..)) in rows.iter().enumerate() {
            answers.push(ask(&region, &at.to_string(), *call).await);
        }
        answers
    })
}

fn record(kind: &str) -> (String, String, String, Option<String>) {
    ("Z1".to_owned(), NAME.to_owned(), kind.to_owned(), None)
}

fn mark(step: &str) -> Mark {
    Mark { run: "run".to_owned(), step: step.to_owned(), token: step.to_owned() }
}

fn restore(identifier: &str, point: &str, is_cluster: bool, setting: Option<(&str, &str)>) -> DataRequest {
    DataRequest::Restore(Restore {
        address: "aws_db_instance.a".to_owned(),
        identifier: identifier.to_owned(),
        is_cluster,
        point: Some(point.to_owned()),
        class: None,
        settings: setting.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
        instances: Vec::new(),
        wants: vec!["/id".to_owned()],
    })
}

async fn ask(region: &Region, step: &str, call: Call) -> Answer {
    let request = match call {
        Call::Restore(name, point, group) => restore(name, point, false, Some(("DBSubnetGroupName", group))),
        Call::RestoreCluster(name, point, key) => {
            restore(name, point, true, key.map(|key| ("KmsKeyId", key)))
        }
        Call::Promote(name) => {
            let identifier = name.to_owned();
            let request = DataRequest::Promote { identifier, settings: Vec::new(), wants: Vec::new() };
            // It goes on meanwhile.
            return region.act(&request, &mark(step)).await.map(|_| "done".to_owned());
        }
        Call::Modify(name) => DataRequest::Modify { identifier: name.to_owned(), settings: Vec::new() },
        Call::Write(name) => DataRequest::SpliceSecret {
            name: name.to_owned(),
            splices: vec![("/host".to_owned(), "old".to_owned(), "new".to_owned())],
            wants: Vec::new(),
        },
        Call::Detach(name) => {
            DataRequest::PromoteSecret { name: name.to_owned(), arn: name.to_owned(), wants: Vec::new() }
        }
        Call::Move(kind, from, to) => {
            let (zone, name, record_type, set_identifier) = record(kind);
            let (from, to) = (from.to_owned(), to.to_owned());
            let request = TrafficRequest::Record { zone, name, record_type, set_identifier, from, to };
            return had(region, &request, step).await;
        }
        Call::DeleteSnapshot(name) => {
            region.delete_point(name);
            return Ok("done".to_owned());
        }
        Call::Is(name) => {
            let request = restore(name, "any", false, None);
            let seen = region.look(&request, &mark(step)).await?;
            return Ok(if seen == Seen::Ready { "no" } else { "yes" }.to_owned());
        }
        Call::Reads(kind) => return Ok(region.record(&record(kind)).unwrap_or_else(|| "none".to_owned())),
    };
    had(region, &request, step).await
}

/// Has an effect, and waits until it is done.
async fn had<R: Sync>(region: &Region, request: &R, step: &str) -> Answer
where
    Region: Target<R>,
{
    if region.act(request, &mark(step)).await? == Acted::Accepted {
        while !matches!(region.look(request, &mark(step)).await?, Seen::Done(_)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    Ok("done".to_owned())
}

// The emulator ---------------------------------------------------------------------------------------------------------

/// The clients of a scenario, and its zone.
struct World {
    rds: aws_sdk_rds::Client,
    kms: aws_sdk_kms::Client,
    route53: aws_sdk_route53::Client,
    secrets: aws_sdk_secretsmanager::Client,
    far_secrets: aws_sdk_secretsmanager::Client,
    zone: String,
}

fn refused<E: ProvideErrorMetadata>(service: &'static str, error: &SdkError<E, HttpResponse>) -> TargetError {
    TargetError {
        service,
        call: "call".to_owned(),
        code: error.code().unwrap_or("no code").to_owned(),
        status: error.raw_response().map(|response| response.status().as_u16()),
        message: error.message().unwrap_or_default().to_owned(),
        retry_after: None,
    }
}

fn done<T, E: ProvideErrorMetadata>(
    service: &'static str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Answer {
    answer.map(|_| "done".to_owned()).map_err(|error| refused(service, &error))
}

impl World {
    async fn made(connection: &Connection, facts: &[Fact]) -> Self {
        let route53 = aws_sdk_route53::Client::new(connection.sdk());
        let unique = format!("{:p}", facts.as_ptr());
        let zone = route53.create_hosted_zone().name("example.com").caller_reference(unique).send();
        let zone = zone.await.unwrap().hosted_zone.unwrap().id;
        let far = connection.in_region("us-east-2");
        let world = Self {
            rds: aws_sdk_rds::Client::new(connection.sdk()),
            kms: aws_sdk_kms::Client::new(connection.sdk()),
            route53,
            secrets: aws_sdk_secretsmanager::Client::new(connection.sdk()),
            far_secrets: aws_sdk_secretsmanager::Client::new(far.sdk()),
            zone,
        };
        for fact in facts {
            world.make(*fact).await;
        }
        world
    }

    async fn make(&self, fact: Fact) {
        let secret = |client: &aws_sdk_secretsmanager::Client, name: &str| {
            client.create_secret().name(name).secret_string("{\"host\":\"old\"}")
        };
        match fact {
            Fact::Instance(name) => self.instance(name, None).await,
            Fact::Snapshot(name) => self.snapshot(name, None).await,
            Fact::Locked(name) => {
                let key = self.kms.create_key().send().await.unwrap().key_metadata.unwrap().key_id;
                self.snapshot(name, Some(&key)).await;
                self.kms.disable_key().key_id(key).send().await.unwrap();
            }
            Fact::Cluster(name) => self.cluster(name).await,
            Fact::ClusterSnapshot(name) => {
                let source = format!("{name}-source");
                self.cluster(&source).await;
                let snapshot = self.rds.create_db_cluster_snapshot().db_cluster_identifier(source);
                snapshot.db_cluster_snapshot_identifier(name).send().await.unwrap();
            }
            Fact::Replica(name) => {
                let source = format!("{name}-source");
                self.instance(&source, None).await;
                let replica = self.rds.create_db_instance_read_replica().db_instance_identifier(name);
                replica.source_db_instance_identifier(source).send().await.unwrap();
            }
            Fact::Record(kind, value) => {
                self.batch(&[(ChangeAction::Create, kind, value)]).await.unwrap();
            }
            Fact::Secret(name) => {
                secret(&self.secrets, name).send().await.unwrap();
            }
            Fact::Doomed(name) => {
                secret(&self.secrets, name).send().await.unwrap();
                self.secrets.delete_secret().secret_id(name).recovery_window_in_days(7).send().await.unwrap();
            }
            Fact::Follower(name) => {
                let here = ReplicaRegionType::builder().region(HERE).build();
                secret(&self.far_secrets, name).add_replica_regions(here).send().await.unwrap();
            }
        }
    }

    async fn instance(&self, name: &str, key: Option<&str>) {
        let instance = self.rds.create_db_instance().db_instance_identifier(name).engine("postgres");
        let instance = instance.db_instance_class("db.t3.medium").allocated_storage(20);
        let instance = instance.master_username("shop").master_user_password("canary-master-password");
        let instance = instance.storage_encrypted(key.is_some()).set_kms_key_id(key.map(str::to_owned));
        instance.send().await.unwrap();
    }

    async fn snapshot(&self, name: &str, key: Option<&str>) {
        let source = format!("{name}-source");
        self.instance(&source, key).await;
        let snapshot = self.rds.create_db_snapshot().db_instance_identifier(source);
        snapshot.db_snapshot_identifier(name).send().await.unwrap();
    }

    async fn cluster(&self, name: &str) {
        let cluster = self.rds.create_db_cluster().db_cluster_identifier(name).engine("aurora-postgresql");
        cluster.master_username("shop").master_user_password("canary-cluster-password").send().await.unwrap();
    }

    async fn batch(&self, changes: &[(ChangeAction, &str, &str)]) -> Answer {
        let mut batch = ChangeBatch::builder();
        for (action, kind, value) in changes {
            let value = ResourceRecord::builder().value(*value).build().unwrap();
            let set = ResourceRecordSet::builder().name(NAME).r#type(RrType::from(*kind)).ttl(60);
            let set = set.resource_records(value).build().unwrap();
            batch = batch
                .changes(Change::builder().action(action.clone()).resource_record_set(set).build().unwrap());
        }
        let change = self.route53.change_resource_record_sets().hosted_zone_id(&self.zone);
        done("route53", change.change_batch(batch.build().unwrap()).send().await)
    }

    async fn answer(&self, call: Call) -> Answer {
        match call {
            Call::Restore(name, snapshot, group) => {
                let restore = self.rds.restore_db_instance_from_db_snapshot().db_instance_identifier(name);
                let restore = restore.db_snapshot_identifier(snapshot).db_subnet_group_name(group);
                done("rds", restore.send().await)
            }
            Call::RestoreCluster(name, snapshot, key) => {
                let restore = self.rds.restore_db_cluster_from_snapshot().db_cluster_identifier(name);
                let restore = restore.snapshot_identifier(snapshot).engine("aurora-postgresql");
                done("rds", restore.set_kms_key_id(key.map(str::to_owned)).send().await)
            }
            Call::DeleteSnapshot(name) => {
                done("rds", self.rds.delete_db_snapshot().db_snapshot_identifier(name).send().await)
            }
            Call::Promote(name) => {
                done("rds", self.rds.promote_read_replica().db_instance_identifier(name).send().await)
            }
            Call::Modify(name) => {
                let modify = self.rds.modify_db_instance().db_instance_identifier(name);
                done("rds", modify.backup_retention_period(7).send().await)
            }
            Call::Write(name) => {
                let write = self.secrets.put_secret_value().secret_id(name);
                done("secretsmanager", write.secret_string("{\"host\":\"new\"}").send().await)
            }
            Call::Detach(name) => {
                let detach = self.secrets.stop_replication_to_replica().secret_id(name);
                done("secretsmanager", detach.send().await)
            }
            Call::Move(kind, from, to) => {
                let changes = [(ChangeAction::Delete, kind, from), (ChangeAction::Create, kind, to)];
                let written = if from.is_empty() { &changes[1..] } else { &changes[..] };
                self.batch(written).await
            }
            Call::Is(name) => {
                let all = self.rds.describe_db_instances().into_paginator().items().send();
                let all = all.collect::<Result<Vec<_>, _>>().await.unwrap();
                let is = all.iter().any(|instance| instance.db_instance_identifier() == Some(name));
                Ok(if is { "yes" } else { "no" }.to_owned())
            }
            Call::Reads(kind) => {
                let all = self.route53.list_resource_record_sets().hosted_zone_id(&self.zone).send().await;
                let all = all.unwrap().resource_record_sets;
                let named = |set: &&ResourceRecordSet| {
                    set.name().trim_end_matches('.') == NAME && set.r#type().as_str() == kind
                };
                let found = all.iter().find(named).and_then(|set| set.resource_records().first());
                Ok(found.map_or("none", |record| record.value()).to_owned())
            }
        }
    }
}
