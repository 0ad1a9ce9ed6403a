"""Faults on request: what a service, a region or the way there does on a bad day.

A fault is a JSON object: `kind`, and what it hits (`service`, `region`, `action`; all where left out), how often
(`count`; always where left out), after how many calls that go well (`skip`), and for `timeout` for how long (`delay`).
"""

import json
import socket
import time

# The codes that each protocol's services throttle and deny with:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
CODES = {
    "throttle": {
        "ec2": (503, "RequestLimitExceeded"),
        "query": (400, "Throttling"),
        "json": (400, "ThrottlingException"),
        "s3": (503, "SlowDown"),
        "rest-xml": (400, "Throttling"),
        "rest-json": (429, "ThrottlingException"),
    },
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "query": (403, "AccessDenied"),
        "json": (400, "AccessDeniedException"),
        "s3": (403, "AccessDenied"),
        "rest-xml": (403, "AccessDenied"),
        "rest-json": (403, "AccessDeniedException"),
    },
    "error": {
        "ec2": (500, "InternalError"),
        "query": (500, "InternalFailure"),
        "json": (500, "InternalFailure"),
        "s3": (500, "InternalError"),
        "rest-xml": (500, "InternalFailure"),
        "rest-json": (500, "InternalFailure"),
    },
    "unknown": {
        "ec2": (400, "InvalidAction"),
        "query": (400, "InvalidAction"),
        "json": (400, "UnknownOperationException"),
        "s3": (501, "NotImplemented"),
        "rest-xml": (400, "InvalidAction"),
        "rest-json": (404, "UnknownOperationException"),
    },
}

PAGE = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>canary-html</body></html>\n"


class Faults:
    """The faults that are in force."""

    def __init__(self):
        self.rules = []

    def replace(self, rules):
        self.rules = [dict(rule) for rule in rules]

    def of(self, call):
        """The fault that hits a call, counted."""
        for rule in self.rules:
            named = all(rule.get(key) in (None, getattr(call, key)) for key in ("service", "region", "action"))
            if not named or rule.get("count") == 0:
                continue
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                continue
            if rule.get("count") is not None:
                rule["count"] -= 1
            return rule
        return None


def answer(rule, call, start_response):
    """Answers with a fault; `None` where the answer is moto's after all."""
    kind = rule["kind"]
    if kind in CODES:
        status, code = CODES[kind][call.protocol]
        message = rule.get("message", f"{kind} on request")
        return error(call, status, code, message, start_response)
    if kind in ("html", "html_ok", "html_missing"):
        status = {"html": "502 Bad Gateway", "html_ok": "200 OK", "html_missing": "404 Not Found"}[kind]
        start_response(status, [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
        return [PAGE]
    if kind == "empty":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    if kind == "timeout":
        time.sleep(rule.get("delay", 3600))
        return hang_up(call, start_response)
    if kind == "dead":
        return hang_up(call, start_response)
    return None


def hang_up(call, start_response):
    """Closes the connection without an answer."""
    stream = call.environ.get("werkzeug.socket")
    if stream is not None:
        try:
            stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    start_response("500 Nobody There", [("Content-Length", "0"), ("Connection", "close")])
    return [b""]


def error(call, status, code, message, start_response):
    """An error as the call's protocol has it."""
    kind = "application/x-amz-json-1.1"
    headers = []
    if call.protocol == "ec2":
        body = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>"
        kind = "text/xml"
    elif call.protocol in ("query", "rest-xml"):
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        kind = "text/xml"
    elif call.protocol == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>r</RequestId></Error>"
        kind = "application/xml"
    else:
        body = json.dumps({"__type": code, "message": message})
        headers = [("x-amzn-ErrorType", code)]
    raw = body.encode()
    start_response(f"{status} Error", [("Content-Type", kind), ("Content-Length", str(len(raw))), *headers])
    return [raw]
