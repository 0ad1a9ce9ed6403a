"""What a request asks for: service, region and action, read from its signature and its shape."""

import functools
import json
import re
from urllib.parse import parse_qs

import botocore.session

# Names in signatures that differ from botocore's names of services.
MODELS = {"monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}


class Call:
    """One request to the emulator."""

    def __init__(self, environ):
        self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO", "/")
        self.query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.body = environ["wsgi.input"].read(length) if length else b""
        self.account, self.region, self.service = scope(environ, self.query)
        self.target = environ.get("HTTP_X_AMZ_TARGET", "")
        form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        self.form = parse_qs(self.body.decode(), keep_blank_values=True) if form else {}
        self.action = self._action()

    def _action(self):
        if "Action" in self.form:
            return self.form["Action"][0]
        if self.target:
            return self.target.rsplit(".", 1)[-1]
        if "x-id" in self.query:
            return self.query["x-id"][0]
        return rest_action(self.service, self.method, self.path, frozenset(self.query)) or self.method

    @property
    def protocol(self):
        """How an error has to look."""
        if self.form:
            return "ec2" if self.service == "ec2" else "query"
        if self.target:
            return "json"
        if self.service == "s3":
            return "s3"
        return "rest-xml" if self.service in ("route53", "cloudfront") else "rest-json"

    def json(self):
        """The body of a JSON request."""
        return json.loads(self.body or b"{}")

    def value(self, name, default=None):
        """A parameter, wherever this protocol puts it."""
        if self.form:
            return self.form.get(name, [default])[0]
        if self.target:
            return self.json().get(name, default)
        return self.query.get(name, [default])[0]


def scope(environ, query):
    """Account (unknown here), region and service from the credential scope of Signature Version 4."""
    header = re.search(r"Credential=([^,\s]+)", environ.get("HTTP_AUTHORIZATION", ""))
    text = header.group(1) if header else query.get("X-Amz-Credential", [""])[0]
    parts = text.split("/")
    if len(parts) != 5:
        return None, "", ""
    return None, parts[2], parts[3]


@functools.lru_cache(maxsize=None)
def operations(service):
    """Operations of a service with REST paths: (name, method, pattern, needed query keys, literal length)."""
    model = botocore.session.get_session().get_service_model(MODELS.get(service, service))
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        parts = re.split(r"(\{[^}]*\})", path.rstrip("/"))
        wild = lambda part: ".+" if part.endswith("+}") else "[^/]+"
        pattern = "".join(wild(part) if part.startswith("{") else re.escape(part) for part in parts)
        keys = frozenset(part.partition("=")[0] for part in query.split("&") if part)
        found.append((name, http["method"], re.compile(f"^{pattern}/?$"), keys, len(re.sub(r"\{[^}]*\}", "", path))))
    return found


@functools.lru_cache(maxsize=None)
def rest_action(service, method, path, keys):
    """The operation whose path and query fit best."""
    if not service:
        return None
    fits = [
        (len(needed), literal, name)
        for name, verb, pattern, needed, literal in operations(service)
        if verb == method and needed <= keys and pattern.match(path)
    ]
    # Of S3's pairs the newer list is told by its own parameter, and presigned look-alikes come last.
    return max(fits)[2] if fits else None
