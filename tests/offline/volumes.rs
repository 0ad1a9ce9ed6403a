//! Volumes of the cluster are stores: they come up empty, and somebody must have said that they may.

use drplan::model::settings::{AcceptedLoss, Objective, Rewrite};
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::forecast::{Rpo, Verdict};
use drplan::plan::store::PlannedStore;
use serde_json::json;

use crate::defects::found;
use crate::worlds::{Copy, World, managed, state_of};

const CODE: &str = "volume-no-recovery";

const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: uploads\n  namespace: ecommerce\n\
                     spec:\n  accessModes: [ReadWriteOnce]\n  resources: { requests: { storage: 5Gi } }\n";

const SEARCH: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata: { name: search, namespace: ecommerce }
spec:
  replicas: 3
  serviceName: search
  selector: { matchLabels: { app: search } }
  template:
    metadata: { labels: { app: search } }
    spec:
      containers: [{ name: search, image: search:8 }]
      volumes:
        - name: scratch
          emptyDir: {}
        - name: work
          ephemeral: { volumeClaimTemplate: { spec: { accessModes: [ReadWriteOnce] } } }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce] }
";

fn with(manifests: &str) -> World {
    let copy = Copy::new();
    copy.write("kubernetes/volumes.yaml", manifests);
    World::read(copy.path())
}

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

pub(crate) fn accepting(mut world: World, addresses: &[&str]) -> World {
    let accept = |address: &&str| AcceptedLoss {
        address: (*address).to_owned(),
        reason: "it is built again".to_owned(),
        place: None,
    };
    world.settings.accepted_losses.extend(addresses.iter().map(accept));
    world
}

fn of<'p>(plan: &'p Plan, address: &str) -> (&'p PlannedStore, Option<&'p Rpo>) {
    let store = plan.stores.iter().find(|store| store.address == address).unwrap();
    (store, plan.forecast.rpo.iter().find(|rpo| rpo.store == address))
}

#[test]
fn a_claim_is_an_error_until_its_loss_is_accepted_by_name() {
    const ADDRESS: &str = "PersistentVolumeClaim/ecommerce/uploads";
    let world = with(CLAIM);
    let plan = planned(&world);
    assert_eq!(found(&plan, CODE), [(ADDRESS.to_owned(), "kubernetes/volumes.yaml:1".to_owned())]);
    let (store, rpo) = of(&plan, ADDRESS);
    let rpo = rpo.unwrap();
    assert_eq!((&store.chosen, rpo.verdict), (&None, Verdict::Missed));
    assert_eq!((rpo.now_seconds, rpo.worst_seconds), (None, None));

    let mut world = accepting(world, &[ADDRESS]);
    world.settings.objectives.push(Objective {
        component: ADDRESS.to_owned(),
        rto_seconds: None,
        rpo_seconds: Some(60),
        place: None,
    });
    let plan = planned(&world);
    assert_eq!(found(&plan, CODE), []);
    assert_eq!(found(&plan, "subject-unknown"), []);
    let rpo = of(&plan, ADDRESS).1.unwrap();
    assert_eq!((rpo.verdict, rpo.objective_seconds), (Verdict::Accepted, Some(60)));
    assert!(rpo.why.contains("it is built again"), "{}", rpo.why);
}

#[test]
fn the_templates_of_a_stateful_set_are_claims() {
    const ADDRESS: &str = "PersistentVolumeClaim/ecommerce/data-search";
    let world = with(SEARCH);
    let plan = planned(&world);
    assert_eq!(found(&plan, CODE), [(ADDRESS.to_owned(), "kubernetes/volumes.yaml:18".to_owned())]);
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(finding.message.contains("data-search-0 to data-search-2"), "{}", finding.message);
    let each = [0, 1, 2].map(|ordinal| format!("{ADDRESS}-{ordinal}"));
    let each: Vec<&str> = each.iter().map(String::as_str).collect();
    for names in [&[ADDRESS][..], &["StatefulSet/ecommerce/search"], &each] {
        let plan = planned(&accepting(world.clone(), names));
        assert_eq!((found(&plan, CODE), found(&plan, "subject-unknown")), (vec![], vec![]), "{names:?}");
    }
    let some = planned(&accepting(world, &each[..2]));
    assert_eq!(found(&some, CODE).len(), 1);
}

#[test]
fn what_goes_with_its_pod_is_not_asked_for() {
    let ephemeral = CLAIM
        .replace("  name: uploads\n", "  name: uploads\n  annotations: { drplan.dev/ephemeral: \"true\" }\n");
    assert_ne!(ephemeral, CLAIM);
    let no_templates = SEARCH.split("  volumeClaimTemplates").next().unwrap().to_owned();
    for manifests in [&ephemeral, &no_templates] {
        assert_eq!(found(&planned(&with(manifests)), CODE), []);
    }
}

#[test]
fn a_claim_without_a_namespace_lies_in_default() {
    let world = with(&CLAIM.replace("  namespace: ecommerce\n", ""));
    assert_eq!(found(&planned(&world), CODE)[0].0, "PersistentVolumeClaim/uploads");
    let plan = planned(&accepting(world, &["PersistentVolumeClaim/default/uploads"]));
    assert_eq!((found(&plan, CODE), found(&plan, "subject-unknown")), (vec![], vec![]));
}

/// The file system is the store; it is asked for once, by its own address.
#[test]
fn a_claim_on_a_volume_of_the_state_goes_with_that() {
    let bound = format!(
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {{ name: shared }}\nspec:\n  capacity: {{ storage: 5Gi }}\n  \
         accessModes: [ReadWriteMany]\n  csi: {{ driver: efs.csi.aws.com, volumeHandle: \"fs-0a1b2c3d4e5f60718::fsap-1\" }}\n\
         ---\n{CLAIM}  volumeName: shared\n"
    );
    let mut world = with(&bound);
    assert_eq!(found(&planned(&world), CODE).len(), 1);
    world.state = state_of(&[managed(
        "aws_efs_file_system.shared",
        json!({
            "id": "fs-0a1b2c3d4e5f60718",
            "arn": "arn:aws:elasticfilesystem:us-east-2:123456789012:file-system/fs-0a1b2c3d4e5f60718",
        }),
        &[],
    )]);
    let plan = planned(&world);
    assert_eq!(found(&plan, CODE), []);
    assert_eq!(found(&plan, "store-no-recovery")[0].0, "aws_efs_file_system.shared");
}

#[test]
fn a_claim_that_terraform_made_is_one_too() {
    const ADDRESS: &str = "kubernetes_persistent_volume_claim.uploads";
    let claim = managed(ADDRESS, json!({ "id": "shop/uploads", "metadata": [{ "name": "uploads" }] }), &[]);
    let vpc = managed(
        "aws_vpc.main",
        json!({ "id": "vpc-0a1b2c3d4e5f60718", "arn": "arn:aws:ec2:us-east-2:123456789012:vpc/vpc-0a1b2c3d4e5f60718" }),
        &[],
    );
    let world = World::of_state(state_of(&[vpc, claim]));
    let plan = planned(&world);
    assert_eq!(found(&plan, CODE)[0].0, ADDRESS);
    assert_eq!(of(&plan, ADDRESS).1.unwrap().verdict, Verdict::Missed);
    let plan = planned(&accepting(world, &[ADDRESS]));
    assert_eq!(found(&plan, CODE), []);
}

/// An operator's database, and a disk that is named by its id, say nowhere that they claim a volume.
#[test]
fn what_an_operator_runs_and_what_a_disk_holds_are_stores() {
    let manifests = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: ledger, namespace: ecommerce }
spec: { instances: 3, storage: { size: 20Gi } }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: archive }
spec:
  capacity: { storage: 10Gi }
  accessModes: [ReadWriteOnce]
  csi: { driver: ebs.csi.aws.com, volumeHandle: vol-0123456789abcdef0 }
";
    let plan = planned(&with(manifests));
    let told: Vec<String> = found(&plan, CODE).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(told, ["Cluster/ecommerce/ledger", "PersistentVolume/archive"]);
    let accepted = accepting(with(manifests), &["Cluster/ecommerce/ledger", "PersistentVolume/archive"]);
    assert_eq!(found(&planned(&accepted), CODE), []);
    // What a bucket holds is decided about as a bucket.
    let bucket = manifests.replace("vol-0123456789abcdef0", "s3-csi-shared");
    assert_eq!(found(&planned(&with(&bucket)), CODE).len(), 1);
}

const FILES: &str = "fs-0123456789abcdef0";

/// Manifests that name a disk or a file system of the lost region, with what the finding is about.
const FIXED: [(&str, &str); 4] = [
    (
        "PersistentVolume/shared",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: shared }\nspec:\n  \
         csi: { driver: efs.csi.aws.com, volumeHandle: \"fs-0123456789abcdef0::fsap-0123456789abcdef0\" }\n",
    ),
    (
        "PersistentVolume/shared",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: shared }\nspec:\n  \
         nfs: { server: fs-0123456789abcdef0.efs.us-east-2.amazonaws.com, path: / }\n",
    ),
    (
        "Deployment/ecommerce/web",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: ecommerce }\nspec:\n  \
         selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      \
         containers: [{ name: web, image: \"web:1\" }]\n      volumes:\n        - name: files\n          \
         nfs: { server: fs-0123456789abcdef0.efs.us-east-2.amazonaws.com, path: / }\n",
    ),
    (
        "Pod/ecommerce/web",
        "apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: ecommerce }\nspec:\n  \
         containers: [{ name: web, image: \"web:1\" }]\n  volumes:\n    - name: disk\n      \
         awsElasticBlockStore: { volumeID: \"aws://us-east-2a/vol-0123456789abcdef0\" }\n",
    ),
];

#[test]
fn disks_and_file_systems_of_the_lost_region_are_stores() {
    for (address, manifests) in FIXED {
        let world = with(manifests);
        let plan = planned(&world);
        let told: Vec<String> = found(&plan, CODE).into_iter().map(|(subject, _)| subject).collect();
        assert_eq!(told, [address]);
        assert_eq!(of(&plan, address).1.unwrap().verdict, Verdict::Missed);
        let accepted = planned(&accepting(world.clone(), &[address]));
        assert_eq!((found(&accepted, CODE), found(&accepted, "subject-unknown")), (vec![], vec![]));
        assert_eq!(of(&accepted, address).1.unwrap().verdict, Verdict::Accepted);

        let id = if manifests.contains(FILES) { FILES } else { "vol-0123456789abcdef0" };
        let rewritten = |to: Option<&str>| {
            let mut world = world.clone();
            let to = to.map(str::to_owned);
            world.settings.rewrites.push(Rewrite { text: id.to_owned(), to, place: None });
            found(&planned(&world), CODE).len()
        };
        assert_eq!(rewritten(Some("fs-0999999999abcdef1")), 0, "{address}");
        // Kept, it stays the lost one.
        assert_eq!(rewritten(None), 1, "{address}");
        let elsewhere = manifests.replace("us-east-2", "eu-west-1");
        assert_eq!(found(&planned(&with(&elsewhere)), CODE).len(), usize::from(elsewhere == manifests));
    }
}

/// What its volume is rewritten to holds the data: the claim has no need of an acceptance.
#[test]
fn a_claim_on_a_volume_that_is_rewritten_is_no_error() {
    let bound = format!("{}---\n{CLAIM}  volumeName: shared\n", FIXED[0].1);
    let mut world = with(&bound);
    assert_eq!(found(&planned(&world), CODE)[0].0, "PersistentVolumeClaim/ecommerce/uploads");
    let to = Some("fs-0999999999abcdef1".to_owned());
    world.settings.rewrites.push(Rewrite { text: FILES.to_owned(), to, place: None });
    assert_eq!(found(&planned(&world), CODE), []);
}

fn object(api: &str, kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: {api}\nkind: {kind}\nmetadata: {{ name: store, namespace: ecommerce }}\nspec: {{ {spec} }}\n"
    )
}

/// Applied in another region they make an empty store.
#[test]
fn what_a_controller_makes_in_aws_is_a_store() {
    for (api, kind) in [
        ("rds.services.k8s.aws/v1alpha1", "DBInstance"),
        ("rds.services.k8s.aws/v1alpha1", "DBCluster"),
        ("dynamodb.services.k8s.aws/v1alpha1", "Table"),
        ("s3.services.k8s.aws/v1alpha1", "Bucket"),
        ("elasticache.services.k8s.aws/v1alpha1", "ReplicationGroup"),
        ("memorydb.services.k8s.aws/v1alpha1", "Cluster"),
        ("efs.services.k8s.aws/v1alpha1", "FileSystem"),
        ("opensearchservice.services.k8s.aws/v1alpha1", "Domain"),
        ("sqs.services.k8s.aws/v1alpha1", "Queue"),
        ("kafka.services.k8s.aws/v1alpha1", "Cluster"),
        ("documentdb.services.k8s.aws/v1alpha1", "DBCluster"),
        ("rds.aws.upbound.io/v1beta1", "Instance"),
        ("rds.aws.m.upbound.io/v1beta1", "Cluster"),
        ("s3.aws.upbound.io/v1beta1", "Bucket"),
        ("database.aws.crossplane.io/v1beta1", "RDSInstance"),
        ("cache.aws.crossplane.io/v1beta1", "ReplicationGroup"),
        ("kubedb.com/v1", "Postgres"),
    ] {
        let address = format!("{kind}/ecommerce/store");
        let world = with(&object(api, kind, "name: store"));
        let plan = planned(&world);
        assert_eq!(found(&plan, CODE), [(address.clone(), "kubernetes/volumes.yaml:1".to_owned())], "{api}");
        assert_eq!(of(&plan, &address).1.unwrap().verdict, Verdict::Missed);
        assert_eq!(found(&planned(&accepting(world, &[&address])), CODE), []);
    }
    for (api, kind, spec) in [
        ("rds.services.k8s.aws/v1alpha1", "DBSubnetGroup", "name: store"),
        ("rds.aws.upbound.io/v1beta1", "Instance", "forProvider: { region: eu-west-1 }"),
        ("rds.aws.upbound.io/v1beta1", "Instance", "managementPolicies: [Observe]"),
        ("ops.kubedb.com/v1alpha1", "PostgresOpsRequest", "type: Restart"),
        ("kubedb.com/v1", "Redis", "storageType: Ephemeral"),
    ] {
        assert_eq!(found(&planned(&with(&object(api, kind, spec))), CODE), [], "{api} {spec}");
    }
}

/// The state knows it, and only a person can make it writable.
#[test]
fn a_replica_of_a_file_system_is_named_in_the_fix() {
    let arn = |id: &str| format!("arn:aws:elasticfilesystem:us-east-2:123456789012:file-system/{id}");
    let fix = |region: &str| {
        let (mine, other) = ("fs-0a1b2c3d4e5f60718", "fs-0999999999abcdef1");
        let files = managed("aws_efs_file_system.shared", json!({ "id": mine, "arn": arn(mine) }), &[]);
        let replica = managed(
            "aws_efs_replication_configuration.shared",
            json!({ "id": mine, "source_file_system_id": mine,
                    "destination": [{ "region": region, "file_system_id": other, "status": "ENABLED" }] }),
            &["aws_efs_file_system.shared"],
        );
        let mut world = with("");
        world.state = state_of(&[files, replica]);
        let plan = planned(&world);
        let finding = plan.findings.into_iter().find(|one| one.code == "store-no-recovery").unwrap();
        finding.fix.clone()
    };
    let told = fix("us-west-2");
    assert!(told.contains("its replica fs-0999999999abcdef1 is there, read-only"), "{told}");
    assert!(
        told.contains("delete-replication-configuration --source-file-system-id fs-0a1b2c3d4e5f60718"),
        "{told}"
    );
    assert!(!fix("eu-west-1").contains("fs-0999999999abcdef1"));
}

#[test]
fn a_kafka_keeps_what_its_pools_keep() {
    let stores = |kafka: &str, pool: &str| {
        let object = |kind: &str, name: &str, annotations: &str, spec: &str| {
            format!(
                "---\napiVersion: kafka.strimzi.io/v1beta2\nkind: {kind}\nmetadata: {{ name: {name}, namespace: a, \
                 annotations: {{ {annotations} }} }}\nspec: {spec}\n"
            )
        };
        let pools = if pool.is_empty() { "" } else { "strimzi.io/node-pools: enabled" };
        let mut text = object("Kafka", "k", pools, kafka);
        if !pool.is_empty() {
            text.push_str(&object("KafkaNodePool", "p", "", &format!("{{ storage: {pool} }}")));
        }
        crate::defects::subjects(&planned(&with(&text)), CODE)
    };
    let claim = "{ type: persistent-claim, size: 1Gi }";
    let of_kafka = format!("{{ kafka: {{ storage: {claim} }} }}");
    assert_eq!(stores(&of_kafka, ""), ["Kafka/a/k"]);
    assert_eq!(stores("{ kafka: { storage: { type: ephemeral } } }", ""), Vec::<String>::new());
    assert_eq!(stores("{ kafka: {} }", claim), ["KafkaNodePool/a/p"]);
    assert_eq!(stores(&of_kafka, "{ type: ephemeral }"), Vec::<String>::new());
    assert_eq!(
        stores("{ kafka: {} }", "{ type: jbod, volumes: [{ type: ephemeral }] }"),
        Vec::<String>::new()
    );
    assert_eq!(
        stores("{ kafka: {} }", &format!("{{ type: jbod, volumes: [{{ type: ephemeral }}, {claim}] }}")),
        ["KafkaNodePool/a/p"]
    );
}
