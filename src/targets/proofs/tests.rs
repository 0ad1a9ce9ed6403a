use std::time::Duration;

use serde_json::json;

use super::*;

fn now() -> Inventory {
    let text = json!({
        "format_version": 1,
        "kind": "inventory",
        "region": "us-west-2",
        "account": "123456789012",
        "taken_at": "2026-11-22T12:00:00Z",
        "gaps": [{ "source": "acm:ListCertificates", "reason": "access_denied", "detail": "may not be called" }],
        "keys": [
            { "id": "a", "arn": "arn:aws:kms:us-west-2:1:key/a", "state": "Enabled", "aliases": ["alias/shop"] },
            { "id": "b", "arn": "arn:aws:kms:us-west-2:1:key/b", "state": "PendingDeletion" },
            { "id": "c", "arn": "arn:aws:kms:us-west-2:1:key/c", "state": "Enabled", "usable": false }
        ],
        "images": [{ "repository": "shop/cart", "digest": "sha256:1", "tags": ["v1"] }],
        "asked": { "engines": [{ "name": "postgres", "version": "16.3" }], "repositories": ["shop/cart"] },
        "buckets": [{ "name": "tf-state", "region": "us-west-2" }],
        "orderable_classes": [{ "class": "db.r6g.large", "engine": "postgres", "engine_version": "16.3" }],
        "instance_types": [{ "name": "t3.medium", "zones": ["us-west-2a"] }],
        "quotas": [
            { "service": "vpc", "code": "L-1", "name": "VPCs", "value": 5, "used": 4 },
            { "service": "ec2", "code": "L-2", "name": "Standard", "value": 64 }
        ],
        "db_snapshots": [],
        "iam": { "roles": ["a"] }
    });
    serde_json::from_value(text).unwrap()
}

/// What a check comes to, in a few words.
#[track_caller]
fn said(request: &ProofRequest) -> String {
    match judge(request, &now()) {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Unproven(why) => format!("unproven: {why}"),
        Verdict::Otherwise(mismatch) => {
            assert!(!mismatch.choices.is_empty());
            format!("otherwise: {}", mismatch.found)
        }
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn what_is_there_holds_what_is_not_stops_and_what_nobody_told_is_unproven() {
    let key = |key: &str| ProofRequest::Key { key: text(key) };
    let image = |repository: &str, reference: &str| ProofRequest::Image {
        repository: text(repository),
        reference: text(reference),
    };
    let quota = |service: &str, code: &str, needs: u64| ProofRequest::Quota {
        service: text(service),
        code: text(code),
        needs,
    };
    let offered = |what: &'static str, name: &str, of: &str| ProofRequest::Offered {
        what,
        names: vec![text("none"), text(name)],
        of: text(of),
    };
    let backend = |backend: &str| ProofRequest::StateBackend { backend: text(backend) };
    let plane = |service: &str| ProofRequest::ControlPlane { service: text(service) };
    let point = |id: &str| ProofRequest::RecoveryPoint { id: Some(text(id)) };
    for (request, expected) in [
        (key("arn:aws:kms:us-west-2:1:key/a"), "holds"),
        (key("alias/shop"), "holds"),
        (key("b"), "otherwise: key b is PendingDeletion in us-west-2"),
        (key("c"), "otherwise: whoever runs this may not use key c"),
        (key("d"), "otherwise: key d is not in us-west-2"),
        (image("shop/cart", ":v1"), "holds"),
        (image("shop/cart", "@sha256:1"), "holds"),
        (image("shop/cart", ":v2"), "otherwise: image shop/cart:v2 is not in us-west-2"),
        (image("shop/order", ":v1"), "unproven: ecr:DescribeImages was not asked for this"),
        (
            ProofRequest::Certificate { arn: text("arn"), domains: Vec::new() },
            "unproven: acm:ListCertificates gave no answer: may not be called",
        ),
        (ProofRequest::Bucket { name: text("tf-state") }, "holds"),
        (ProofRequest::Bucket { name: text("gone") }, "otherwise: bucket gone is not there"),
        (offered("db class", "db.r6g.large", "postgres 16.3"), "holds"),
        (
            offered("db class", "db.x1.large", "postgres 16.3"),
            "otherwise: no db class of none, db.x1.large can be had in us-west-2",
        ),
        (
            offered("db class", "db.r6g.large", "mysql 8.0"),
            "unproven: rds:DescribeOrderableDBInstanceOptions was not asked for this",
        ),
        (offered("instance type", "t3.medium", ""), "holds"),
        (quota("vpc", "L-1", 1), "holds"),
        (quota("vpc", "L-1", 2), "otherwise: VPCs: 2 more are needed, and 4 of 5 are in use"),
        (quota("ec2", "L-2", 8), "unproven: how much of Standard is in use nobody tells"),
        (quota("ec2", "L-2", 65), "otherwise: Standard: 65 are needed, and the limit is 64"),
        (quota("rds", "L-3", 1), "unproven: servicequotas:ListServiceQuotas was not asked for this"),
        (backend("s3 tf-state/shop.tfstate"), "holds"),
        (backend("s3 other/shop.tfstate"), "unproven: bucket other is none of this account"),
        (backend("http address"), "unproven: drplan asks no backend of kind http"),
        (plane("iam"), "holds"),
        (plane("route53"), "unproven: route53:ListHostedZones was not asked for this"),
        (point("snap"), "unproven: rds:DescribeDBSnapshots was not asked for this"),
    ] {
        assert_eq!(said(&request), expected, "{request:?}");
    }
}

#[test]
fn a_point_that_no_list_has_is_gone() {
    let mut now = now();
    (now.automated_backups, now.db_instances, now.db_clusters) = (Some(vec![]), Some(vec![]), Some(vec![]));
    (now.cache_snapshots, now.replication_groups, now.backup_points) =
        (Some(vec![]), Some(vec![]), Some(vec![]));
    let gone = ProofRequest::RecoveryPoint { id: Some(text("snap")) };
    let Verdict::Otherwise(mismatch) = judge(&gone, &now) else { panic!() };
    assert_eq!(mismatch.found, "recovery point snap is not in us-west-2 any more");
}

/// A host of this machine that gives one answer to everybody.
async fn host(answer: &'static str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            let mut asked = [0; 1024];
            let _ = peer.read(&mut asked).await;
            let _ = peer.write_all(answer.as_bytes()).await;
        }
    });
    place
}

fn waits_for(seen: Seen) -> String {
    match seen {
        Seen::Done(_) => "done".to_owned(),
        Seen::Underway(progress) => progress.status,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn an_endpoint_answers_below_500_or_is_waited_for() {
    let good = host("HTTP/1.1 301 Moved\r\nlocation: https://x/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(waits_for(answers::endpoint(&good).await), "done");
    let bad = host("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(waits_for(answers::endpoint(&bad).await), format!("{bad} answers 503"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().to_string();
    drop(listener);
    let said = waits_for(answers::endpoint(&closed).await);
    assert!(said.starts_with(&format!("{closed} does not answer: ")), "{said}");
    let none = waits_for(answers::endpoint("no host at all").await);
    assert!(none.contains("this is no host"), "{none}");
}

#[tokio::test]
async fn a_name_is_moved_when_it_leads_to_no_host_of_the_primary() {
    assert_eq!(waits_for(answers::name("localhost", &[]).await), "done");
    let old = [text("127.0.0.1"), text("[::1]:443")];
    assert!(waits_for(answers::name("localhost", &old).await).starts_with("localhost still leads to "));
    // The name itself is a host of the primary, too: users come by it.
    assert_eq!(waits_for(answers::name("localhost", &[text("localhost")]).await), "done");
    let none = waits_for(answers::name("no-such-host.invalid", &[]).await);
    assert!(none.starts_with("no-such-host.invalid is not resolved yet: "), "{none}");
}

/// Nobody answers: what the credentials are is proven or fails, all else goes on and says so.
#[tokio::test]
async fn what_nobody_answers_is_unproven() {
    struct Nobody;
    impl World for Nobody {
        fn inventory(&self) -> BoxFuture<'_, Result<Arc<Inventory>, String>> {
            Box::pin(async { Err("there are no credentials".to_owned()) })
        }
    }
    let proofs = Proofs::new("us-west-2", true, &Nobody);
    let mark = Mark { run: text("run"), step: text("step"), token: text("t") };
    let seen = proofs.look(&ProofRequest::Key { key: text("a") }, &mark).await.unwrap();
    let Seen::Done(outputs) = seen else { panic!("{seen:?}") };
    assert_eq!(outputs[UNPROVEN], "there are no credentials");
    let unbuilt = proofs.look(&ProofRequest::Converged { left_out: Vec::new() }, &mark).await.unwrap_err();
    assert_eq!(unbuilt.code, TargetError::NOT_BUILT);
    assert!(PATIENCE < Duration::from_secs(10));
}
