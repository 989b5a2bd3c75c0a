#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The signer against botocore's over random requests: every Authorization must be the same.

    signer_fuzz.py STORE_PROBE [COUNT [SEED]]
"""
import datetime
import hashlib
import json
import random
import subprocess
import sys
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AWKWARD = "abcXYZ019-_.~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\u00e9\u00df\u6f22\U0001f600\t"
EPOCH = datetime.datetime(1970, 1, 1)
EMPTY = hashlib.sha256(b"").hexdigest()


class Made:
    """One random request, as botocore and as the probe take it."""

    def __init__(self, rng):
        self.rng = rng
        self.service = rng.choice(["s3", "s3", "s3", "sts"])
        # Other services sign a path that is normalised and encoded twice: theirs is "/".
        self.path = "/" + self.text(6, "abc") + "/" + self.text(40) if self.service == "s3" else "/"
        self.query = {self.text(8): self.text(12) if rng.random() < .8 else "" for _ in range(rng.randint(0, 5))}
        self.payload = rng.choice(["UNSIGNED-PAYLOAD", EMPTY, hashlib.sha256(self.text(9).encode()).hexdigest()])
        self.method = rng.choice(["GET", "PUT", "POST", "DELETE", "HEAD"])
        self.keys = self.text(16, "ABCDEF0123:"), self.text(40, "abcXYZ/+=")
        self.region = rng.choice(["us-east-1", "eu-west-3", "cn-north-1"])
        self.host = rng.choice(["b.s3.us-east-1.amazonaws.com", "127.0.0.1:8100", "[::1]:9"])
        self.unix_s = 1767225600 + rng.randint(-10**9, 10**9)
        self.headers = self.random_headers()

    def text(self, most, letters=AWKWARD):
        return "".join(self.rng.choice(letters) for _ in range(self.rng.randint(1, most)))

    def value(self):
        """With blanks inside and around, which are signed as one and as none."""
        value = self.text(12, "abcDEF=&:;/,\u00e9  \t")
        return value if value.strip() else "v"

    def random_headers(self):
        rng = self.rng
        headers = {"x-amz-" + self.text(8, "abcz-09"): self.value() for _ in range(rng.randint(0, 5))}
        headers.pop("x-amz-date", None)
        if rng.random() < .3:  # one name begins another
            headers.update({"x-amz-meta-a": self.value(), "x-amz-meta-a-b": self.value()})
        if rng.random() < .3:
            headers["content-type"] = rng.choice(["text/plain", "application/x-www-form-urlencoded; charset=utf-8"])
        if rng.random() < .2:
            headers["range"] = "bytes=%d-" % rng.randint(0, 10**9)
        if rng.random() < .2:
            headers["if-match"] = '"%s"' % self.text(12, "0123abc-")
        if rng.random() < .5:
            headers["x-amz-security-token"] = self.text(60, "abcXYZ/+=")
        if self.service == "s3":
            headers["x-amz-content-sha256"] = self.payload
        return headers

    def for_probe(self):
        return json.dumps({"method": self.method, "host": self.host, "path": self.path, "query": list(self.query.items()),
                           "headers": list(self.headers.items()), "payload": self.payload, "access_key": self.keys[0],
                           "secret_key": self.keys[1], "region": self.region, "service": self.service,
                           "unix_s": self.unix_s})

    def by_botocore(self):
        payload = self.payload
        base = S3SigV4Auth if self.service == "s3" else SigV4Auth

        class Auth(base):
            def payload(self, request):
                return payload

        date = (EPOCH + datetime.timedelta(seconds=self.unix_s)).strftime("%Y%m%dT%H%M%SZ")
        url = "https://" + self.host + quote(self.path, safe="/-_.~")
        request = AWSRequest(method=self.method, url=url, params=dict(self.query), headers=dict(self.headers))
        request.context["timestamp"] = date
        request.headers["X-Amz-Date"] = date
        auth = Auth(Credentials(*self.keys), self.service, self.region)
        canonical = auth.canonical_request(request)
        to_sign = auth.string_to_sign(request, canonical)
        return "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s" % (
            auth.scope(request), auth.signed_headers(auth.headers_to_sign(request)), auth.signature(to_sign, request))


def main(probe, count="3000", seed="7"):
    rng = random.Random(int(seed))
    made = [Made(rng) for _ in range(int(count))]
    lines = "\n".join(one.for_probe() for one in made) + "\n"
    output = subprocess.run([probe, "sign"], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    answers = output.splitlines()
    assert len(answers) == len(made), "%d requests, %d answers" % (len(made), len(answers))
    wrong = [(one, answer) for one, answer in zip(made, answers) if one.by_botocore() != answer]
    for one, answer in wrong[:3]:
        print("request  %s\nbotocore %s\nunpeg    %s" % (one.for_probe(), one.by_botocore(), answer))
    print("%d requests, %d differ (seed %s)" % (len(made), len(wrong), seed))
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
