"""Lists in pages. Moto gives most lists whole, or ignores the token; AWS gives pages, and shorter ones than asked for
when it likes: "there may be more results even if the response has fewer than MaxRecords"
(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html and the page of each action
named below). The whole list is taken from moto and cut here.
"""

import json
import xml.etree.ElementTree as tree
from urllib.parse import urlencode


class Xml:
    """A list in an XML answer: the element that holds it, the token sent and the one given."""

    def __init__(self, holder, send, receive, truncated=False):
        self.holder, self.send, self.receive, self.truncated = holder, send, receive, truncated

    def cut(self, raw, first, size):
        root = tree.fromstring(raw)
        space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
        parent, holder = self._find(root, space)
        if holder is None:
            return raw, None
        entries = list(holder)
        for entry in entries[:first] + entries[first + size :]:
            holder.remove(entry)
        rest = first + size if first + size < len(entries) else None
        for name in {self.receive, "IsTruncated"} if self.truncated else {self.receive}:
            for old in parent.findall(f"{space}{name}"):
                parent.remove(old)
        if rest is not None:
            tree.SubElement(parent, f"{space}{self.receive}").text = f"page-{rest}"
        if self.truncated:
            tree.SubElement(parent, f"{space}IsTruncated").text = "true" if rest is not None else "false"
        quantity = parent.find(f"{space}Quantity")
        if quantity is not None:
            quantity.text = str(len(list(holder)))
        if space:
            return tree.tostring(root, default_namespace=space[1:-1]), rest
        return tree.tostring(root), rest

    def _find(self, root, space):
        for parent in root.iter():
            for child in parent:
                if child.tag == f"{space}{self.holder}":
                    return parent, child
        return None, None


class Json:
    """A list in a JSON answer."""

    def __init__(self, holder, send, receive, truncated=False):
        self.holder, self.send, self.receive, self.truncated = holder, send, receive, truncated

    def cut(self, raw, first, size):
        answer = json.loads(raw)
        entries = answer.get(self.holder, [])
        answer[self.holder] = entries[first : first + size]
        rest = first + size if first + size < len(entries) else None
        answer.pop(self.receive, None)
        if rest is not None:
            answer[self.receive] = f"page-{rest}"
        if self.truncated:
            answer["Truncated"] = rest is not None
        return json.dumps(answer).encode(), rest


def marker(holder):
    return Xml(holder, "Marker", "Marker")


LISTS = {
    ("rds", "DescribeDBSnapshots"): marker("DBSnapshots"),
    ("rds", "DescribeDBClusterSnapshots"): marker("DBClusterSnapshots"),
    ("rds", "DescribeDBInstances"): marker("DBInstances"),
    ("rds", "DescribeDBClusters"): marker("DBClusters"),
    ("rds", "DescribeDBSubnetGroups"): marker("DBSubnetGroups"),
    ("rds", "DescribeDBParameterGroups"): marker("DBParameterGroups"),
    ("rds", "DescribeDBClusterParameterGroups"): marker("DBClusterParameterGroups"),
    ("rds", "DescribeDBInstanceAutomatedBackups"): marker("DBInstanceAutomatedBackups"),
    ("rds", "DescribeDBClusterAutomatedBackups"): marker("DBClusterAutomatedBackups"),
    ("rds", "DescribeOrderableDBInstanceOptions"): marker("OrderableDBInstanceOptions"),
    ("elasticache", "DescribeReplicationGroups"): marker("ReplicationGroups"),
    ("elasticache", "DescribeSnapshots"): marker("Snapshots"),
    ("iam", "ListRoles"): Xml("Roles", "Marker", "Marker", truncated=True),
    ("iam", "ListPolicies"): Xml("Policies", "Marker", "Marker", truncated=True),
    ("iam", "ListInstanceProfiles"): Xml("InstanceProfiles", "Marker", "Marker", truncated=True),
    ("iam", "ListUsers"): Xml("Users", "Marker", "Marker", truncated=True),
    ("ec2", "DescribeVpcs"): Xml("vpcSet", "NextToken", "nextToken"),
    ("ec2", "DescribeInstanceTypeOfferings"): Xml("instanceTypeOfferingSet", "NextToken", "nextToken"),
    ("ec2", "DescribeInstanceTypes"): Xml("instanceTypeSet", "NextToken", "nextToken"),
    ("elasticloadbalancing", "DescribeLoadBalancers"): Xml("LoadBalancers", "Marker", "NextMarker"),
    ("cloudfront", "ListDistributions"): Xml("Items", "Marker", "NextMarker", truncated=True),
    ("route53", "ListHostedZones"): Xml("HostedZones", "marker", "NextMarker", truncated=True),
    ("route53", "ListHealthChecks"): Xml("HealthChecks", "marker", "NextMarker", truncated=True),
    ("s3", "ListBuckets"): Xml("Buckets", "continuation-token", "ContinuationToken"),
    ("kms", "ListKeys"): Json("Keys", "Marker", "NextMarker", truncated=True),
    ("kms", "ListAliases"): Json("Aliases", "Marker", "NextMarker", truncated=True),
    ("secretsmanager", "ListSecrets"): Json("SecretList", "NextToken", "NextToken"),
    ("acm", "ListCertificates"): Json("CertificateSummaryList", "NextToken", "NextToken"),
    ("ecr", "DescribeRepositories"): Json("repositories", "nextToken", "nextToken"),
    ("ecr", "DescribeImages"): Json("imageDetails", "nextToken", "nextToken"),
    ("servicequotas", "ListServiceQuotas"): Json("Quotas", "NextToken", "NextToken"),
    ("eks", "ListClusters"): Json("clusters", "nextToken", "nextToken"),
    ("eks", "DescribeClusterVersions"): Json("clusterVersions", "nextToken", "nextToken"),
    ("eks", "DescribeAddonVersions"): Json("addons", "nextToken", "nextToken"),
    ("backup", "ListBackupVaults"): Json("BackupVaultList", "nextToken", "NextToken"),
    ("backup", "ListRecoveryPointsByBackupVault"): Json("RecoveryPoints", "nextToken", "NextToken"),
}

# Long lists have pages of at least this many, or a test would ask a thousand times.
LONG = {
    ("ec2", "DescribeInstanceTypeOfferings"): 60,
    ("ec2", "DescribeInstanceTypes"): 60,
    ("rds", "DescribeOrderableDBInstanceOptions"): 60,
    ("route53", "ListResourceRecordSets"): 6,
}

# Lists that moto cuts rightly itself, with the parameter for the size.
SIZES = {("route53", "ListResourceRecordSets"): "maxitems", ("s3", "ListObjectVersions"): "max-keys"}

# Parameters that ask for a page, of any service: moto shall give the whole.
PAGING = {
    "Marker", "MaxRecords", "MaxItems", "NextToken", "MaxResults", "Limit", "nextToken", "maxResults", "PageSize",
    "marker", "maxitems", "continuation-token", "max-buckets",
}


def whole(call):
    """The request without its paging parameters, and where its page begins."""
    pages = LISTS[(call.service, call.action)]
    token = call.value(pages.send)
    first = int(token.removeprefix("page-")) if token and token.startswith("page-") else 0
    environ = dict(call.environ)
    body = call.body
    if call.form:
        body = urlencode({k: v for k, v in call.form.items() if k not in PAGING}, doseq=True).encode()
    elif call.target:
        body = json.dumps({k: v for k, v in call.json().items() if k not in PAGING}).encode()
    else:
        kept = {k: v for k, v in call.query.items() if k not in PAGING}
        environ["QUERY_STRING"] = urlencode(kept, doseq=True)
    return environ, body, first


def sized(call, size):
    """The request with a size that moto follows."""
    environ = dict(call.environ)
    query = dict(call.query)
    key = (call.service, call.action)
    query[SIZES[key]] = [str(max(size, LONG.get(key, 0)))]
    environ["QUERY_STRING"] = urlencode(query, doseq=True)
    return environ
