"""Fills the emulator: a recovery region (us-west-2) and a healthy primary (us-east-2), more of each kind than a page.

    python seed.py URL WORLD...        worlds: recovery, primary, states, runs, cluster, spare, scenarios

Every secret that a person could hide somewhere is a word that begins with `canary-`; none may be in a recording.
"""

import datetime
import json
import sys
import urllib.request

import boto3

URL = sys.argv[1]
WEST, EAST, ACCOUNT = "us-west-2", "us-east-2", "123456789012"


def client(service, region=WEST):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=URL,
        aws_access_key_id="seed",
        aws_secret_access_key="seed",
    )


def control(what, value):
    data = json.dumps(value).encode()
    urllib.request.urlopen(urllib.request.Request(f"{URL}/drplan/{what}", data=data, method="POST")).read()


def subnets(region):
    ec2 = client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": f"shop-{region}"}])
    cut = lambda zone, net: ec2.create_subnet(VpcId=vpc, CidrBlock=net, AvailabilityZone=f"{region}{zone}")
    return [cut(z, n)["Subnet"]["SubnetId"] for z, n in (("a", "10.9.1.0/24"), ("b", "10.9.2.0/24"))]


def instance(rds, name, key, **more):
    rds.create_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t3.medium", Engine="postgres", EngineVersion="16.3",
        AllocatedStorage=20, MasterUsername="shop", MasterUserPassword="canary-master-password", StorageEncrypted=True,
        KmsKeyId=key, Tags=[{"Key": "stack", "Value": "ecommerce"}, {"Key": "db_password", "Value": "canary-tag"}],
        **more,
    )


def primary_databases():
    rds = client("rds", EAST)
    key = client("kms", EAST).create_key(Description="rds")["KeyMetadata"]["Arn"]
    for name in ("orders", "users"):
        instance(rds, name, key)
        rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-nightly")
    return [f"arn:aws:rds:{EAST}:{ACCOUNT}:db:{name}" for name in ("orders", "users")]


def databases():
    sources = primary_databases()
    rds, kms = client("rds"), client("kms")
    key = kms.create_key(Description="rds-dr")["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/rds-dr", TargetKeyId=key)
    for source in sources:
        rds.start_db_instance_automated_backups_replication(SourceDBInstanceArn=source, KmsKeyId=key)
    for number in range(7):
        rds.copy_db_snapshot(
            SourceDBSnapshotIdentifier=f"arn:aws:rds:{EAST}:{ACCOUNT}:snapshot:orders-nightly",
            TargetDBSnapshotIdentifier=f"orders-copy-{number}", KmsKeyId=key, SourceRegion=EAST,
        )
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="orders-replica", SourceDBInstanceIdentifier=sources[0], KmsKeyId=key, SourceRegion=EAST
    )
    for name in ("reports", "audit", "search"):
        instance(rds, name, key)
    ids = subnets(WEST)
    for number in range(4):
        rds.create_db_subnet_group(DBSubnetGroupName=f"shop-{number}", DBSubnetGroupDescription="d", SubnetIds=ids)
        rds.create_db_parameter_group(DBParameterGroupName=f"shop-{number}", DBParameterGroupFamily="postgres16", Description="d")
    for name in ("shop-cluster", "shop-ledger", "shop-other", "shop-third"):
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily="aurora-postgresql16", Description="d"
        )
    for number in range(3):
        rds.create_db_cluster(
            DBClusterIdentifier=f"ledger-{number}", Engine="aurora-postgresql", MasterUsername="shop",
            MasterUserPassword="canary-cluster-password",
        )
        rds.create_db_cluster_snapshot(DBClusterIdentifier=f"ledger-{number}", DBClusterSnapshotIdentifier=f"ledger-{number}-s")
    now = datetime.datetime.now(datetime.timezone.utc)
    client("cloudwatch").put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": "ReplicaLag", "Value": lag, "Timestamp": now - datetime.timedelta(minutes=ago),
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "orders-replica"}],
            }
            for ago, lag in ((5, 40.0), (2, 2.5))
        ],
    )


def keys():
    kms = client("kms")
    for number in range(6):
        key = kms.create_key(Description="canary-key-description")["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/shop-{number}", TargetKeyId=key)
    many = client("kms", EAST).create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    client("kms", EAST).replicate_key(KeyId=many, ReplicaRegion=WEST)
    secrets = client("secretsmanager")
    for number in range(6):
        secrets.create_secret(Name=f"shop/{number}", SecretString="canary-secret-value", Description="canary-description")
    secrets.delete_secret(SecretId="shop/5", RecoveryWindowInDays=30)
    client("secretsmanager", EAST).create_secret(
        Name="shop/replicated", SecretString="canary-replicated", AddReplicaRegions=[{"Region": WEST}]
    )
    acm = client("acm")
    for number in range(6):
        acm.request_certificate(
            DomainName=f"shop-{number}.example.com", SubjectAlternativeNames=[f"*.shop-{number}.example.com"],
            KeyAlgorithm="EC_prime256v1" if number == 0 else "RSA_2048",
        )


def stores():
    for number in range(6):
        s3 = client("s3")
        s3.create_bucket(Bucket=f"shop-west-{number}", CreateBucketConfiguration={"LocationConstraint": WEST})
    for name in ("shop-east-0", "shop-east-1"):
        client("s3", EAST).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": EAST})
        client("s3", EAST).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_versioning(Bucket="shop-west-0", VersioningConfiguration={"Status": "Enabled"})
    rule = lambda name, status, target: {
        "ID": name, "Status": status, "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    s3.put_bucket_replication(
        Bucket="shop-west-0",
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{ACCOUNT}:role/r",
            "Rules": [rule("back", "Enabled", "shop-east-0"), rule("off", "Disabled", "shop-east-1")],
        },
    )
    cache = client("elasticache")
    for number in range(4):
        cache.create_replication_group(
            ReplicationGroupId=f"carts-{number}", ReplicationGroupDescription="carts", CacheNodeType="cache.t3.micro",
            Engine="redis", NumCacheClusters=1, AuthToken="canary-auth-token-0123456789", TransitEncryptionEnabled=True,
        )
    cache.create_cache_cluster(CacheClusterId="sessions", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1)
    for number in range(4):
        cache.create_snapshot(SnapshotName=f"carts-{number}-s", CacheClusterId="sessions")
    backup = client("backup")
    points = {}
    for vault in ("a", "b", "c", "d"):
        backup.create_backup_vault(BackupVaultName=f"dr-{vault}")
        points[f"{WEST}/dr-{vault}"] = [
            {
                "RecoveryPointArn": f"arn:aws:backup:{WEST}:{ACCOUNT}:recovery-point:{vault}{number}",
                "BackupVaultName": f"dr-{vault}", "ResourceArn": f"arn:aws:rds:{EAST}:{ACCOUNT}:db:orders",
                "Status": "COMPLETED", "CreationDate": 1795000000 + number, "BackupSizeInBytes": 5 << 30,
                "EncryptionKeyArn": f"arn:aws:kms:{WEST}:{ACCOUNT}:key/k", "IsEncrypted": True,
            }
            for number in range(5)
        ]
    control("points", points)


def clusters():
    ids = subnets(WEST)
    eks, ecr = client("eks"), client("ecr")
    for number in range(4):
        eks.create_cluster(
            name=f"shop-{number}", version="1.33", roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks",
            resourcesVpcConfig={"subnetIds": ids},
        )
    for repository in ("cart", "order", "payment", "product", "user"):
        ecr.create_repository(repositoryName=f"shop/{repository}")
        for number in range(7):
            layer = {"mediaType": "m", "size": 1, "digest": f"sha256:{repository.encode().hex():0<62}{number:02d}"}
            manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": layer, "layers": [layer]}
            ecr.put_image(repositoryName=f"shop/{repository}", imageManifest=json.dumps(manifest), imageTag=f"v{number}")
    ec2 = client("ec2")
    for number in range(4):
        ec2.create_vpc(CidrBlock=f"10.{20 + number}.0.0/16")
    ec2.allocate_address(Domain="vpc")
    ec2.create_launch_template(
        LaunchTemplateName="nodes", LaunchTemplateData={"UserData": "Y2FuYXJ5LXVzZXItZGF0YQ==", "InstanceType": "t3.medium"}
    )


def global_services():
    dns = client("route53", "us-east-1")
    for number in range(4):
        zone = dns.create_hosted_zone(Name=f"shop-{number}.example.com", CallerReference=str(number))["HostedZone"]["Id"]
        many = 12 if number == 0 else 1
        change = lambda at: {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"{'*' if at == 0 else f'n{at}'}.shop-{number}.example.com", "Type": "CNAME", "TTL": 60,
                "ResourceRecords": [{"Value": f"k8s-shop-{at}.us-east-2.elb.amazonaws.com"}],
            },
        }
        dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change(at) for at in range(many)]})
        dns.create_health_check(
            CallerReference=str(number),
            HealthCheckConfig={
                "Type": "HTTPS", "FullyQualifiedDomainName": f"shop-{number}.example.com", "Port": 443,
                "ResourcePath": "/healthz?token=canary-health-check",
            },
        )
    edge = client("cloudfront", "us-east-1")
    for number in range(4):
        edge.create_distribution(
            DistributionConfig={
                "CallerReference": str(number), "Comment": "canary-comment", "Enabled": True,
                "Aliases": {"Quantity": 1, "Items": [f"www.shop-{number}.example.com"]},
                "Origins": {
                    "Quantity": 1,
                    "Items": [
                        {
                            "Id": "alb", "DomainName": "k8s-shop.us-east-2.elb.amazonaws.com",
                            "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Auth", "HeaderValue": "canary-header"}]},
                            "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                        }
                    ],
                },
                "DefaultCacheBehavior": {
                    "TargetOriginId": "alb", "ViewerProtocolPolicy": "redirect-to-https",
                    "ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "none"}}, "MinTTL": 0,
                },
            }
        )
    iam = client("iam", "us-east-1")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "canaryrole", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
    for number in range(7):
        iam.create_role(RoleName=f"shop-{number}", AssumeRolePolicyDocument=trust, Description="canary-role-description")
        iam.create_policy(PolicyName=f"shop-{number}", PolicyDocument=allow)
        iam.create_instance_profile(InstanceProfileName=f"shop-{number}")
        iam.add_role_to_instance_profile(InstanceProfileName=f"shop-{number}", RoleName=f"shop-{number}")
        iam.create_user(UserName=f"shop-{number}")
    iam.create_open_id_connect_provider(Url="https://oidc.eks.us-east-2.amazonaws.com/id/ABC", ThumbprintList=["a" * 40])


def recovery():
    databases()
    keys()
    stores()
    clusters()
    global_services()


def primary():
    primary_databases()
    ids = subnets(EAST)
    balancers = client("elbv2", EAST)
    for number in range(5):
        made = balancers.create_load_balancer(Name=f"k8s-shop-{number}", Subnets=ids, Type="application")["LoadBalancers"][0]
        tags = {
            0: {"ingress.k8s.aws/stack": "ecommerce/shop", "elbv2.k8s.aws/cluster": "shop"},
            1: {"service.k8s.aws/stack": "monitoring/grafana", "elbv2.k8s.aws/cluster": "shop"},
            2: {"ingress.k8s.aws/stack": "shared", "elbv2.k8s.aws/cluster": "shop"},
        }.get(number, {"Name": "somebody-else"})
        balancers.add_tags(ResourceArns=[made["LoadBalancerArn"]], Tags=[{"Key": k, "Value": v} for k, v in tags.items()])
    classic = client("elb", EAST)
    classic.create_load_balancer(
        LoadBalancerName="legacy", AvailabilityZones=[f"{EAST}a"],
        Listeners=[{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}],
        Tags=[{"Key": "kubernetes.io/service-name", "Value": "ecommerce/legacy"}],
    )
    address = client("ec2", EAST).allocate_address(Domain="vpc")["PublicIp"]
    dns = client("route53", "us-east-1")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="p")["HostedZone"]["Id"]
    into = lambda name, kind, **more: {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": kind, **more}}
    alias = {"HostedZoneId": "Z3AADJGX6KTTL2", "DNSName": "dualstack.k8s-shop-0.us-east-2.elb.amazonaws.com.", "EvaluateTargetHealth": True}
    value = lambda text: {"TTL": 300, "ResourceRecords": [{"Value": text}]}
    dns.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                into("shop.example.com", "A", AliasTarget=alias),
                into("db.example.com", "CNAME", **value("orders.abc.us-east-2.rds.amazonaws.com")),
                into("ip.example.com", "A", **value(address)),
                into("away.example.com", "A", **value("192.0.2.1")),
                into("west.example.com", "CNAME", **value("k8s-shop.us-west-2.elb.amazonaws.com")),
            ]
        },
    )
    client("cloudwatch", EAST).put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": "FreeStorageSpace", "Value": float(8 << 30),
                # Before the clock of any recording: a value of this very second may lie outside what is asked.
                "Timestamp": datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=2),
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "orders"}],
            }
        ],
    )


def state(serial, lineage="b2f0c1aa-0000", address="web"):
    resource = {
        "mode": "managed", "type": "aws_instance", "name": address, "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": {"id": "i-0", "user_data": "canary-user-data"}}],
    }
    return json.dumps(
        {"version": 4, "terraform_version": "1.9.0", "serial": serial, "lineage": lineage, "outputs": {}, "resources": [resource]}
    )


def states():
    for bucket, region in (("state", EAST), ("state-copy", WEST), ("plain", WEST)):
        s3 = client("s3", region)
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        if bucket != "plain":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put = lambda bucket, key, body: client("s3", EAST if bucket == "state" else WEST).put_object(Bucket=bucket, Key=key, Body=body.encode())
    for serial in (410, 411, 412, 409):
        put("state", "shop/terraform.tfstate", state(serial))
    put("state", "shop/terraform.tfstate.tflock", "{}")
    put("state", "env:/dr/shop/terraform.tfstate", state(7, "dr-lineage", "dr"))
    put("state-copy", "shop/terraform.tfstate", state(411))
    put("state-copy", "env:/dr/shop/terraform.tfstate", state(7, "dr-lineage", "dr"))
    put("state", "mixed.tfstate", state(412))
    put("state", "mixed.tfstate", state(1, "fresh-lineage"))
    put("state", "deleted.tfstate", state(3))
    client("s3", EAST).delete_object(Bucket="state", Key="deleted.tfstate")
    put("plain", "shop/terraform.tfstate", state(5))


def eks(name, net):
    ec2 = client("ec2", EAST)
    vpc = ec2.create_vpc(CidrBlock=f"{net}.0.0/16")["Vpc"]["VpcId"]
    zones = ((f"{EAST}a", f"{net}.1.0/24"), (f"{EAST}b", f"{net}.2.0/24"))
    ids = [ec2.create_subnet(VpcId=vpc, CidrBlock=cut, AvailabilityZone=zone)["Subnet"]["SubnetId"] for zone, cut in zones]
    client("eks", EAST).create_cluster(
        name=name, version="1.33", roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks", resourcesVpcConfig={"subnetIds": ids}
    )


WORLDS = {
    "recovery": recovery,
    "primary": primary,
    "states": states,
    "runs": lambda: client("s3").create_bucket(Bucket="runs", CreateBucketConfiguration={"LocationConstraint": WEST}),
    "cluster": lambda: eks("shop", "10.40"),
    "scenarios": lambda: client("rds").create_db_subnet_group(
        DBSubnetGroupName="scenarios", DBSubnetGroupDescription="d", SubnetIds=subnets(WEST)
    ),
    "spare": lambda: eks("spare", "10.41"),
}
for world in sys.argv[2:]:
    WORLDS[world]()
