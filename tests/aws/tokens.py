"""Reads an EKS token as a cluster does, and answers its TokenReview.

What is checked is what aws-iam-authenticator checks
(https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go, `Verify`), and the signature is
made once more by botocore instead of by STS.
"""

import base64
import datetime
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import botocore.auth
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PREFIX = "k8s-aws-v1."
HEADER = "x-k8s-aws-id"
PARAMETERS = {
    "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
    "X-Amz-Security-Token", "X-Amz-Signature",
}
# The key that the SDKs have for tests.
# The second is of somebody whom a cluster may give more than the first.
KEYS = dict.fromkeys(("ANOTREAL", "APPLIER"), "notrealrnrELgWzOk3IfjzDKtFBhDby")


class Refused(Exception):
    pass


def check(holds, why):
    if not holds:
        raise Refused(why)


def signature(url, key, session, at, region, cluster, expires):
    request = AWSRequest(method="GET", url=url, headers={HEADER: cluster})
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: at):
        SigV4QueryAuth(Credentials(key, KEYS[key], session), "sts", region, expires=expires).add_auth(request)
    return parse_qs(urlsplit(request.prepare().url).query)["X-Amz-Signature"][0]


def verify(token, cluster):
    """Who signed a token for a cluster."""
    check(token.startswith(PREFIX), "no EKS token")
    text = token.removeprefix(PREFIX)
    check("=" not in text and "+" not in text and "/" not in text, "not base64url without padding")
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    check(url.scheme == "https" and url.path == "/", "not https://HOST/")
    given = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
    check(set(given) <= PARAMETERS, "a parameter that the authenticator does not allow")
    check(given["Action"] == "GetCallerIdentity", "another action")
    check(HEADER in given["X-Amz-SignedHeaders"].split(";"), f"{HEADER} is not signed")
    check(given["X-Amz-SignedHeaders"] == f"host;{HEADER}", "more headers are signed than the authenticator sends")
    expires = int(given["X-Amz-Expires"])
    check(0 < expires <= 60, "not a short presigned URL")
    at = datetime.datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    age = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - at
    check(datetime.timedelta(minutes=-1) < age < datetime.timedelta(minutes=14), "expired, or from the future")
    key, _, region, service, _ = given["X-Amz-Credential"].split("/")
    check(service == "sts" and url.hostname == f"sts.{region}.amazonaws.com", "not the region's STS")
    check(key in KEYS, "nobody's key")
    plain = f"https://{url.hostname}/?Action={given['Action']}&Version={given['Version']}"
    made = signature(plain, key, given.get("X-Amz-Security-Token"), at, region, cluster, expires)
    check(made == given["X-Amz-Signature"], "the signature is wrong, or for another cluster")
    return key


def review(request, cluster):
    """https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication"""
    try:
        key = verify(request["spec"]["token"], cluster)
        user = {"username": f"iam:{key}", "groups": ["recorders"]}
        status = {"authenticated": True, "user": user}
    except (Refused, KeyError, ValueError) as why:
        status = {"authenticated": False, "error": str(why)}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}
