# SPDX-License-Identifier: MIT
"""What the tests against real servers share: the server, a proxy before it, the tool, and the truth.

    class TestUpload(PeerCase):             a bucket and a proxy of its own for each test
        def test_x(self):
            self.proxy.set_rules([...])
            done = self.unpeg("upload", ...)
            self.assert_stored(key, data)   read back by boto3, past the proxy

UNPEG_PEER names the server's server.json (tests/peers/rgw writes it), UNPEG the tool.
"""
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

for _name in [name for name in os.environ if name.startswith(("AWS_", "PRERENDER_")) or name.lower().endswith("_proxy")]:
    del os.environ[_name]

import boto3                                    # noqa: E402  reads the environment when it is imported
from botocore.config import Config              # noqa: E402
from botocore.exceptions import ClientError     # noqa: E402

from fault_proxy import FaultProxy              # noqa: E402

MIB = 1 << 20
# How long a process may take beyond its budget before a loaded machine is no excuse any more.
SLACK_S = 4
HANG_S = 90


def load_server():
    path = os.environ.get("UNPEG_PEER")
    if not path or not os.path.exists(path):
        sys.exit(f"not run: no server: UNPEG_PEER={path}; tests/peers/rgw run DIR COMMAND... starts one")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


SERVER = load_server()
UNPEG = os.environ.get("UNPEG", "unpeg")


def is_sanitized(path):
    with open(shutil.which(path) or path, "rb") as file:
        return b"__asan_init" in file.read()


SANITIZED = is_sanitized(UNPEG)
# Whether it knows If-None-Match. Where it does not, each process learns so and asks what is there.
CONDITIONS = bool(SERVER.get("conditions"))


def address_of(endpoint):
    parts = urllib.parse.urlsplit(endpoint)
    return parts.hostname, parts.port


def s3_client(endpoint=None, keys=None, **config):
    access, secret, token = keys or (SERVER["access_key"], SERVER["secret_key"], None)
    config.setdefault("retries", {"max_attempts": 0})
    return boto3.client("s3", endpoint_url=endpoint or SERVER["endpoint"], region_name=SERVER["region"],
                        aws_access_key_id=access, aws_secret_access_key=secret, aws_session_token=token,
                        config=Config(s3={"addressing_style": "path"}, **config))


def write_only_keys():
    sts = boto3.client("sts", endpoint_url=SERVER["endpoint"], region_name=SERVER["region"],
                       aws_access_key_id=SERVER["access_key"], aws_secret_access_key=SERVER["secret_key"])
    given = sts.assume_role(RoleArn=SERVER["write_only_role"], RoleSessionName="peers")["Credentials"]
    sts.close()
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def key_environment(keys=None):
    access, secret, token = keys or (SERVER["access_key"], SERVER["secret_key"], None)
    values = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
    if token:
        values["AWS_SESSION_TOKEN"] = token
    return values


def log_bytes(size, seed=0):
    """A V8 log of about so many bytes: a head, a function, ticks; another for each seed, cut at a line's end."""
    head = (f"v8-version,11,3,244,8,-node.{seed},0\n"
            "code-creation,LazyCompile,12,1000,0x7f0000001000,512,spin app.js:3:14,0x100,~\n").encode()
    lines, total, at = [head], len(head), 0
    while total < size:
        block = b"".join(b"tick,0x7f00000010%02x,%d,0,0x0,0,0x7f0000001010\n" % (n & 0xff, 2000 + 997 * n + seed)
                         for n in range(at, at + 2000))
        lines.append(block)
        total += len(block)
        at += 2000
    return b"".join(lines)


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER["ca"], SERVER["key"])
    return context


def needs(what):
    """A test of what not every kind of server does; server.json says what it does."""
    return unittest.skipUnless(SERVER.get(what), f"{SERVER['kind']} has no {what}")


def md5(data):
    return hashlib.md5(data).hexdigest()


def facts(line):
    """name=value of a line, values unquoted."""
    found = re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))', line)
    return {name: re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


class Done:
    """A process that has ended."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __repr__(self):
        return f"exit {self.code} after {self.seconds:.2f} s\nstdout: {self.out!r}\nstderr: {self.err!r}"


class Running:
    """A tool under way; not there any more when the test ends."""

    def __init__(self, command, environment, folder, **options):
        self.began = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                                        stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **options)

    def signal(self, number):
        self.began = time.monotonic()
        self.process.send_signal(number)

    def wait(self, limit=HANG_S):
        try:
            out, err = self.process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"still running after {limit} s: {err.decode(errors='replace')}") from None
        return Done(self.process.returncode, (out or b"").decode(errors="replace"), err.decode(errors="replace"),
                    time.monotonic() - self.began)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class PeerCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.began = time.monotonic()
        self.s3 = self.client_of()
        self.folder = tempfile.mkdtemp(prefix="unpeg-peers-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.bucket = "t" + uuid.uuid4().hex[:12]
        self.s3.create_bucket(Bucket=self.bucket)
        self.proxy = self.start_proxy()

    def start_proxy(self, upstream=None, **options):
        proxy = FaultProxy(address_of(upstream or SERVER["endpoint"]), **options)
        proxy.__enter__()
        self.addCleanup(proxy.__exit__)
        return proxy

    def tearDown(self):
        print(f"({time.monotonic() - self.began:.1f} s) ", end="", file=sys.stderr)

    def client_of(self, *arguments, **options):
        client = s3_client(*arguments, **options)
        self.addCleanup(client.close)
        return client

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.proxy.port}"

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    # The tool

    def environment(self, keys=None, **more):
        values = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.folder, "TMPDIR": self.folder,
                  "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_S3": self.endpoint,
                  "AWS_REGION": SERVER["region"], **key_environment(keys)}
        values.update({name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")})
        # faketime and fiu-run load a library of theirs before the sanitizer's.
        values["ASAN_OPTIONS"] = ":".join([values.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"]).lstrip(":")
        values.update(more)
        return {name: value for name, value in values.items() if value is not None}

    def start(self, *arguments, environment=None, before=(), **options):
        running = Running([*before, UNPEG, *arguments], environment or self.environment(), self.folder, **options)
        self.addCleanup(running.end)
        return running

    def unpeg(self, *arguments, limit=HANG_S, **options):
        return self.start(*arguments, **options).wait(limit)

    def upload_options(self, key="realm=r,card=c,job=7", store=None, budget="60s"):
        return "--store", store or f"s3://{self.bucket}", "--key", key, "--budget", budget

    def upload(self, path, *more, key="realm=r,card=c,job=7", store=None, budget="60s", **options):
        return self.unpeg("upload", *self.upload_options(key, store, budget), *more, path, **options)

    # The truth

    def stored_keys(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def stored(self, key):
        """The object, or None."""
        try:
            return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise

    def unfinished_uploads(self):
        return self.s3.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])

    def clear(self):
        """As if the test began here."""
        for key in self.stored_keys():
            self.s3.delete_object(Bucket=self.bucket, Key=key)
        for upload in self.unfinished_uploads():
            self.s3.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        self.proxy.log.clear()
        self.proxy.set_rules([])

    def assert_file(self, path, data):
        with open(path, "rb") as file:
            found = file.read()
        self.assertEqual((len(found), md5(found)), (len(data), md5(data)), f"{path} is not what it was")

    def assert_stored(self, key, data):
        found = self.stored(key)
        self.assertIsNotNone(found, f"{key} is not stored; there are {self.stored_keys()}")
        self.assertEqual((len(found), md5(found)), (len(data), md5(data)), f"{key} is another object")

    def assert_safe(self, done, path, data, stored=None):
        """The claim of all these tests: whole in the store and said so, or still on the disk and said so."""
        keys = self.stored_keys()
        for key in keys:
            self.assert_stored(key, data)
        if stored is not None:
            self.assertEqual((done.code == 0, bool(keys)), (stored, stored), f"stored: {keys}; {done}")
        if done.code == 0:
            self.assertEqual(len(keys), 1, done)
            self.assertTrue(keys[0].endswith(facts(done.out).get("key", "-")), done)
        else:
            self.assert_file(path, data)
            self.assertGreaterEqual(done.code, 0, done)
            self.assertTrue(done.err or done.out, "silence")
        self.assert_no_secret(done)

    def assert_no_secret(self, done):
        for secret in (SERVER["secret_key"], "AWS4-HMAC-SHA256", "Signature="):
            self.assertNotIn(secret, done.out + done.err)

    def assert_in_time(self, done, budget_s):
        """What the tool says it took is not the machine's fault; what its process took may be."""
        self.assertLess(done.seconds, budget_s + SLACK_S, done)
        said = facts(done.out).get("ms")
        if said:
            self.assertLess(int(said), 1000 * budget_s + 500, done)

    def requests(self, method=None, target=""):
        return [seen for seen in list(self.proxy.log) if method in (None, seen.method) and target in seen.target and
                not (seen.status == 501 and "status" not in seen.rule and not CONDITIONS)]

    def wait_until(self, condition, what, limit=30):
        end = time.monotonic() + limit
        while not condition():
            self.assertLess(time.monotonic(), end, f"{what} within {limit} s; seen: {self.proxy.log}")
            time.sleep(0.005)


SMALL, LARGE = log_bytes(300000), log_bytes(20 * MIB)
# Of an upload in parts, as rules and requests name them.
PART_2 = {"method": "PUT", "target": "partNumber=2"}
COMPLETE = {"method": "POST", "target": "uploadId="}
CREATE = {"method": "POST", "target": "uploads"}


class UploadCase(PeerCase):
    def check(self, rules, data=SMALL, stored=None, **options):
        self.clear()
        self.proxy.set_rules(rules)
        path = self.write("a.log", data)
        done = self.upload(path, **options)
        self.assert_safe(done, path, data, stored=stored)
        return done


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.suppress(BrokenPipeError):
        unittest.main(module="__main__", verbosity=2)
