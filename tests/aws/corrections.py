"""What moto lacks or gets wrong, as AWS has it. Each correction names the page it follows."""

import datetime
import json
from xml.sax.saxutils import escape

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, InstanceTypeBackend
from moto.rds import rds_backends

ACCOUNT = "123456789012"
RDS = "http://rds.amazonaws.com/doc/2014-10-31/"

# AWS answers with a page in less than a second; moto writes all 1,395 types for every page, in 6 s of a processor.
FAMILIES = ("t3.", "t4g.", "m5.", "m6g.", "r6g.", "c6g.")
InstanceTypeBackend.instance_types = [
    kind for kind in InstanceTypeBackend.instance_types if kind.name.startswith(FAMILIES)
]
for regions in INSTANCE_TYPE_OFFERINGS.values():
    for region, offers in regions.items():
        regions[region] = [offer for offer in offers if offer["InstanceType"].startswith(FAMILIES)]


class World:
    """Facts that moto has no place for; reset with it."""

    def __init__(self):
        self.replicated = {}
        self.points = {}
        self.eks = None

    def reset(self):
        self.__init__()


def moment(minutes=0):
    """A time this long ago, as XML answers write it."""
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def xml(action, inner):
    body = (
        f'<{action}Response xmlns="{RDS}"><{action}Result>{inner}</{action}Result>'
        f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
    )
    return 200, "text/xml", body.encode()


def fields(**values):
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items() if value is not None)


def js(value):
    return 200, "application/json", json.dumps(value).encode()


# RDS -----------------------------------------------------------------------------------------------------------------


def backup_xml(backup):
    window = fields(EarliestTime=moment(7 * 24 * 60), LatestTime=moment(backup.get("lag_minutes", 5)))
    rest = {k: v for k, v in backup.items() if k != "lag_minutes"}
    return f"<DBInstanceAutomatedBackup>{fields(**rest)}<RestoreWindow>{window}</RestoreWindow></DBInstanceAutomatedBackup>"


def automated_backup(instance, region, **more):
    return {
        "DBInstanceArn": instance.db_instance_arn,
        "DBInstanceIdentifier": instance.db_instance_identifier,
        "Region": region,
        "AllocatedStorage": instance.allocated_storage,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "Encrypted": "true",
        **more,
    }


def start_replication(call, world):
    """Called in the destination with the source's ARN and a key of the destination; afterwards the destination lists
    the backup, with the restore window, which ends some minutes ago.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartDBInstanceAutomatedBackupsReplication.html"""
    source = call.value("SourceDBInstanceArn")
    region, name = source.split(":")[3], source.rsplit(":", 1)[-1]
    instance = rds_backends[ACCOUNT][region].databases[name]
    known = world.replicated.setdefault(call.region, [])
    arn = f"arn:aws:rds:{call.region}:{ACCOUNT}:auto-backup:ab-{len(known):08d}{abs(hash(source)) % 10**8:08d}"
    backup = automated_backup(
        instance, region, Status="active", DBInstanceAutomatedBackupsArn=arn, KmsKeyId=call.value("KmsKeyId")
    )
    known.append(backup)
    return xml(call.action, backup_xml(backup).replace("<DBInstanceAutomatedBackup>", "<DBInstanceAutomatedBackup>", 1))


def instance_backups(call, world):
    """Replicated backups of other regions and the region's own, each with its restore window.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceAutomatedBackup.html"""
    own = [
        automated_backup(
            instance,
            call.region,
            Status="active",
            DBInstanceAutomatedBackupsArn=f"arn:aws:rds:{call.region}:{ACCOUNT}:auto-backup:ab-own{index:08d}",
            KmsKeyId=instance.kms_key_id,
        )
        for index, instance in enumerate(rds_backends[ACCOUNT][call.region].databases.values())
    ]
    found = world.replicated.get(call.region, []) + own
    listed = "".join(backup_xml(backup) for backup in found)
    return xml(call.action, f"<DBInstanceAutomatedBackups>{listed}</DBInstanceAutomatedBackups>")


def cluster_backups(call, world):
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterAutomatedBackups.html"""
    return xml(call.action, "<DBClusterAutomatedBackups></DBClusterAutomatedBackups>")


FAMILIES = ["t3", "t4g", "m5", "m6g", "m6i", "m7g", "r5", "r6g", "r6i", "r7g"]
SIZES = ["micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge"]


def orderable(call, world):
    """One entry for each class and storage type, with the zones that offer it.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html"""
    engine, version = call.value("Engine"), call.value("EngineVersion")
    listed = []
    for family in FAMILIES:
        for size in SIZES:
            if family[0] != "t" and size in ("micro", "small", "medium"):
                continue
            zones = "ab" if family == "r7g" else "abc"
            names = "".join(f"<AvailabilityZone><Name>{call.region}{z}</Name></AvailabilityZone>" for z in zones)
            for storage in ("gp2", "gp3", "io1"):
                entry = fields(
                    Engine=engine, EngineVersion=version, DBInstanceClass=f"db.{family}.{size}", StorageType=storage
                )
                listed.append(
                    f"<OrderableDBInstanceOption>{entry}<AvailabilityZones>{names}</AvailabilityZones>"
                    "</OrderableDBInstanceOption>"
                )
    if version == "0.0":
        listed = []
    return xml(call.action, f"<OrderableDBInstanceOptions>{''.join(listed)}</OrderableDBInstanceOptions>")


# Service Quotas ------------------------------------------------------------------------------------------------------

# Code: name, AWS's default, value that applies (None: only the default is known).
# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, service by service.
QUOTAS = {
    "autoscaling": {
        "L-CDE20ADC": ("Auto Scaling groups per region", 500, 500),
        "L-6B80B8FA": ("Launch configurations per region", 200, 200),
    },
    "ec2": {
        "L-0263D0A3": ("EC2-VPC Elastic IPs", 5, None),
        "L-1216C47A": ("Running On-Demand Standard instances", 5, 64),
        "L-34B43A08": ("All Standard Spot Instance Requests", 5, 64),
        "L-1945791B": ("Running On-Demand Inf instances", 0, None),
        "L-B5D1601B": ("All Inf Spot Instance Requests", 0, None),
        "L-2C3B7624": ("Running On-Demand Trn instances", 0, None),
        "L-6B0D517C": ("All Trn Spot Instance Requests", 0, None),
        "L-3819A6DF": ("All G and VT Spot Instance Requests", 0, None),
        "L-DB2E81BA": ("Running On-Demand G and VT instances", 0, None),
        "L-417A185B": ("Running On-Demand P instances", 0, None),
        "L-7212CCBC": ("All P Spot Instance Requests", 0, None),
        "L-43DA4232": ("Running On-Demand High Memory instances", 0, None),
        "L-6E869C2A": ("Running On-Demand DL instances", 0, None),
        "L-85EED4F7": ("All DL Spot Instance Requests", 0, None),
        "L-7295265B": ("Running On-Demand X instances", 0, None),
        "L-E3A00192": ("All X Spot Instance Requests", 0, None),
        "L-74FC7D96": ("Running On-Demand F instances", 0, None),
        "L-88CF9481": ("All F Spot Instance Requests", 0, None),
        "L-F7808C92": ("Running On-Demand HPC instances", 0, None),
    },
    "eks": {"L-1194D53C": ("Clusters", 100, None), "L-6D54EA21": ("Managed node groups per cluster", 30, 30)},
    "elasticfilesystem": {"L-848C634D": ("File systems per account", 1000, 1000)},
    "elasticloadbalancing": {
        "L-53DA6B97": ("Application Load Balancers per Region", 50, 50),
        "L-69A177A2": ("Network Load Balancers per Region", 50, 50),
        "L-B22855CB": ("Target Groups per Region", 3000, 3000),
        "L-E9E9831D": ("Classic Load Balancers per Region", 20, 20),
    },
    "rds": {
        "L-7B6409FD": ("DB instances", 40, 40),
        "L-952B80B8": ("DB clusters", 40, 40),
        "L-48C6BF61": ("DB subnet groups", 50, 50),
        "L-DE55804A": ("Parameter groups", 50, 50),
        "L-9FA33840": ("Option groups", 20, None),
    },
    "vpc": {
        "L-F678F1CE": ("VPCs per Region", 5, 20),
        "L-A4707A72": ("Internet gateways per Region", 5, 5),
        "L-DF5E4CA3": ("Network interfaces per Region", 5000, 5000),
        "L-E79EC296": ("VPC security groups per Region", 2500, 2500),
        "L-FE5A380F": ("NAT gateways per Availability Zone", 5, 5),
    },
}


def quota(service, code, value):
    name, _, _ = QUOTAS[service][code]
    return {"ServiceCode": service, "QuotaCode": code, "QuotaName": name, "Value": float(value)}


def applied_quotas(call, world):
    """"If the applied quota value is not available for a quota, the quota is not retrieved."
    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html"""
    service = call.value("ServiceCode")
    known = QUOTAS.get(service, {})
    return js({"Quotas": [quota(service, code, at) for code, (_, _, at) in known.items() if at is not None]})


def default_quota(call, world):
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html"""
    service, code = call.value("ServiceCode"), call.value("QuotaCode")
    if code not in QUOTAS.get(service, {}):
        message = json.dumps({"__type": "NoSuchResourceException", "message": "The request failed"})
        return 400, "application/x-amz-json-1.1", message.encode()
    return js({"Quota": quota(service, code, QUOTAS[service][code][1])})


# EKS -----------------------------------------------------------------------------------------------------------------


def cluster_versions(call, world):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html"""
    status = lambda minor: "UNSUPPORTED" if minor < 29 else "EXTENDED_SUPPORT" if minor < 32 else "STANDARD_SUPPORT"
    versions = [{"clusterVersion": f"1.{minor}", "clusterType": "eks", "versionStatus": status(minor)} for minor in range(27, 36)]
    return js({"clusterVersions": versions})


def addon_versions(call, world):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html"""
    names = ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
    version = lambda minor: {"addonVersion": f"v1.{minor}.0-eksbuild.1", "compatibilities": [{"clusterVersion": "1.33"}]}
    return js({"addons": [{"addonName": name, "addonVersions": [version(m) for m in (18, 19)]} for name in names]})


# AWS Backup ----------------------------------------------------------------------------------------------------------


def recovery_points(call, world):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html"""
    vault = call.path.split("/")[2]
    return js({"RecoveryPoints": world.points.get(f"{call.region}/{vault}", [])})


CORRECTIONS = {
    ("rds", "StartDBInstanceAutomatedBackupsReplication"): start_replication,
    ("rds", "DescribeDBInstanceAutomatedBackups"): instance_backups,
    ("rds", "DescribeDBClusterAutomatedBackups"): cluster_backups,
    ("rds", "DescribeOrderableDBInstanceOptions"): orderable,
    ("servicequotas", "ListServiceQuotas"): applied_quotas,
    ("servicequotas", "GetAWSDefaultServiceQuota"): default_quota,
    ("eks", "DescribeClusterVersions"): cluster_versions,
    ("eks", "DescribeAddonVersions"): addon_versions,
    ("backup", "ListRecoveryPointsByBackupVault"): recovery_points,
}


# Answers of moto's that need a touch ----------------------------------------------------------------------------------


def versioning(call, body, world):
    """The outermost element has a name of its own.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"""
    return body.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration")


def cache_snapshots(call, body, world):
    """Each snapshot lists its nodes with the time each was taken.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_NodeSnapshot.html"""
    node = fields(CacheNodeId="0001", SnapshotCreateTime="2026-11-22T11:00:00.000Z")
    nodes = f"<NodeSnapshots><NodeSnapshot>{node}</NodeSnapshot></NodeSnapshots></Snapshot>"
    return body.replace(b"</Snapshot>", nodes.encode())


def hosts(call, body, world):
    """A load balancer's host has its own region in it.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html"""
    return body.replace(b".us-east-1.elb.amazonaws.com", f".{call.region}.elb.amazonaws.com".encode())


def api_server(call, body, world):
    """The endpoint answers, and the authority is base64 of PEM.
    https://docs.aws.amazon.com/eks/latest/APIReference/API_Certificate.html"""
    answer = json.loads(body)
    if world.eks is None or "cluster" not in answer:
        return body
    answer["cluster"]["endpoint"] = world.eks["endpoint"]
    answer["cluster"]["certificateAuthority"] = {"data": world.eks["authority"]}
    return json.dumps(answer).encode()


TOUCHES = {
    ("eks", "DescribeCluster"): api_server,
    ("elasticloadbalancing", "DescribeLoadBalancers"): hosts,
    ("s3", "GetBucketVersioning"): versioning,
    ("elasticache", "DescribeSnapshots"): cache_snapshots,
}
