# SPDX-License-Identifier: MIT
"""Where keys come from on other people's machines, on loopback: a container's endpoint, an instance's metadata, STS.

    services = KeyServices(keys)        keys: (access, secret, session token or None), good ones of the real server
    services.url("/container")          AWS_CONTAINER_CREDENTIALS_FULL_URI
    services.url()                      AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_ENDPOINT_URL_STS
    services.seen                       what was asked for: Asked
    services.end()

They are as strict as the real ones: a wrong token is 401, and metadata without one too. `answers` is what is
answered instead, in turn: a status, or seconds in which nothing is; None is the true answer.
"""
import http.server
import json
import threading
import time
import urllib.parse

SESSION_TOKEN, ROLE = "metadata-token", "a role"
ROLES = "/latest/meta-data/iam/security-credentials/"
STS_ANSWER = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>
<AccessKeyId>{1}</AccessKeyId><SecretAccessKey>{2}</SecretAccessKey><SessionToken>{3}</SessionToken>
<Expiration>{4}</Expiration></Credentials></{0}Result></{0}Response>"""


class Asked:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers = method, target, headers
        self.form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}

    def __repr__(self):
        return f"{self.method} {self.target} {self.form or ''}"


class KeyServices:
    def __init__(self, keys, lifetime_s=3600, tls=None):
        self.keys, self.lifetime_s = keys, lifetime_s
        self.container_token = None     # or what Authorization has to be
        self.answers, self.seen = [], []
        self.ended = threading.Event()
        services = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                services.answer(self, self.rfile.read(length).decode())

            do_GET = do_PUT = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path=""):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}{path}"

    def expiration(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lifetime_s))

    def json(self):
        access, secret, token = self.keys
        given = {"Code": "Success", "AccessKeyId": access, "SecretAccessKey": secret, "Expiration": self.expiration()}
        return json.dumps(dict(given, Token=token) if token else given)

    def sts(self, asked):
        if asked.form.get("WebIdentityToken") != "the identity":
            return 400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>"
        access, secret, token = self.keys
        return 200, STS_ANSWER.format(asked.form.get("Action"), access, secret, token or "", self.expiration())

    def metadata(self, asked):
        if asked.method == "PUT":
            return (200, SESSION_TOKEN) if asked.headers.get("X-aws-ec2-metadata-token-ttl-seconds") else (400, "")
        if asked.headers.get("X-aws-ec2-metadata-token") != SESSION_TOKEN:
            return 401, ""
        if asked.target == ROLES:
            return 200, ROLE + "\n"
        return (200, self.json()) if asked.target == ROLES + urllib.parse.quote(ROLE) else (404, "")

    def container(self, asked):
        wanted = self.container_token
        return (200, self.json()) if wanted in (None, asked.headers.get("Authorization")) else (401, "")

    def truth(self, asked):
        if asked.target.startswith("/container"):
            return self.container(asked)
        return self.sts(asked) if asked.method == "POST" else self.metadata(asked)

    def answer(self, handler, body):
        asked = Asked(handler.command, handler.path, handler.headers, body)
        self.seen.append(asked)
        instead = self.answers.pop(0) if self.answers else None
        if isinstance(instead, float):
            self.ended.wait(instead)
        status, text = (instead, "") if isinstance(instead, int) else self.truth(asked)
        try:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text.encode())
        except OSError:
            pass
