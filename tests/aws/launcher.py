"""The AWS emulator of the tests: moto behind corrections, pages, faults and a log of every call.

Binds a free port of 127.0.0.1 and prints it as one JSON line; ends when its standard input does, so that it never
outlives the test that started it. Its own calls, beside moto's `/moto-api/`:
  POST /drplan/reset            everything as new
  POST /drplan/faults   [...]   the faults that are in force from now on (see faults.py)
  POST /drplan/options  {...}   `page`: most entries of a page; 0 leaves pages to moto
  POST /drplan/points   {...}   AWS Backup recovery points by "REGION/VAULT"
  POST /drplan/eks      {...}   `endpoint` and `authority` of the API server that every EKS cluster is
  POST /drplan/tokens/NAME      a TokenReview by the EKS cluster of that name
  POST /drplan/calls            every call since the last reset: service, region, action, status
  POST /drplan/forget           forgets those calls
"""

import contextlib
import io
import json
import logging
import os
import sys
import threading

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import corrections  # noqa: E402
import faults  # noqa: E402
import pages  # noqa: E402
import tokens  # noqa: E402
from calls import Call  # noqa: E402


class Emulator:
    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.world = corrections.World()
        self.faults = faults.Faults()
        self.calls = []
        self.page = 0
        self.lock = threading.Lock()
        self.conditional = threading.Lock()

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO", "").startswith("/drplan/"):
            return self.control(environ, start_response)
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return self.moto(environ, start_response)
        call = Call(environ)
        entry = {"service": call.service, "region": call.region, "action": call.action, "status": None}
        with self.lock:
            self.calls.append(entry)
            rule = self.faults.of(call)
        if rule is not None:
            entry["status"] = rule["kind"]
            answer = faults.answer(rule, call, start_response)
            if answer is not None:
                return answer
        status, headers, body = self.answer(call)
        entry["status"] = int(status.split()[0])
        if rule is not None and rule["kind"] == "drop":
            return faults.hang_up(call, start_response)
        if rule is not None and rule["kind"] == "cut":
            body = body[: len(body) // 2]
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        # The answer to HEAD has a length and no body.
        length = str(len(body)) if call.method != "HEAD" else dict(headers).get("Content-Length", "0")
        start_response(status, [*headers, ("Content-Length", length)])
        return [body]

    def answer(self, call):
        key = (call.service, call.action)
        if key in corrections.CORRECTIONS:
            code, kind, body = corrections.CORRECTIONS[key](call, self.world)
            status, headers = f"{code} {'OK' if code == 200 else 'Error'}", [("Content-Type", kind)]
            if key in pages.LISTS and code == 200 and self.page:
                _, _, first = pages.whole(call)
                body, _ = pages.LISTS[key].cut(body, first, max(self.page, pages.LONG.get(key, 0)))
            return status, headers, body
        if key in pages.LISTS and self.page:
            environ, body, first = pages.whole(call)
            status, headers, body = self.ask(environ, body)
            body = self.touch(key, call, body)
            if status.startswith("200"):
                body, _ = pages.LISTS[key].cut(body, first, max(self.page, pages.LONG.get(key, 0)))
            return status, headers, body
        if key in pages.SIZES and self.page:
            return self.ask(pages.sized(call, self.page), call.body)
        status, headers, body = self.ask(call.environ, call.body)
        return status, headers, self.touch(key, call, body)

    def touch(self, key, call, body):
        touch = corrections.TOUCHES.get(key)
        return touch(call, body, self.world) if touch else body

    def ask(self, environ, body):
        """Asks moto and takes its answer whole."""
        environ = dict(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        got = {}

        def start_response(status, headers, exc_info=None):
            got.update(status=status, headers=list(headers))

        # S3 looks at a condition and writes in one; moto looks first and writes then.
        conditional = "HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ
        with self.conditional if conditional else contextlib.nullcontext():
            answer = self.moto(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return got["status"], got["headers"], body

    def control(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        given = json.loads(environ["wsgi.input"].read(length) or b"null")
        what, result = environ["PATH_INFO"].removeprefix("/drplan/"), {}
        with self.lock:
            if what == "reset":
                self.calls.clear()
                self.world.reset()
                self.faults.replace([])
                self.page = 0
                reset = {**environ, "PATH_INFO": "/moto-api/reset", "REQUEST_METHOD": "POST"}
                self.ask(reset, b"")
            elif what == "faults":
                self.faults.replace(given)
            elif what == "options":
                self.page = given["page"]
            elif what == "points":
                self.world.points.update(given)
            elif what == "eks":
                self.world.eks = given
            elif what.startswith("tokens/"):
                result = tokens.review(given, what.removeprefix("tokens/"))
            elif what == "forget":
                self.calls.clear()
            elif what == "calls":
                result = list(self.calls)
        body = json.dumps(result).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, Emulator(), threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(json.dumps({"port": server.port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
