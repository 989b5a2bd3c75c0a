#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The proxy against the real server: what it breaks, and that it breaks nothing else."""
import contextlib
import glob
import http.client
import json
import os
import subprocess
import sys
import time
import unittest

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from harness import MIB, PeerCase, SERVER, address_of, log_bytes, main

ODD_KEYS = ("plain.v8log", "a//b", "tr/", "pct%41+b=c@d:e,f", "q?x=1&y", "blank and \u00e9\u4e16", "~-_.!*'()")


class TestPassing(PeerCase):
    def setUp(self):
        super().setUp()
        self.client = self.client_of(self.endpoint)

    def test_signatures_survive(self):
        for key in ODD_KEYS:
            with self.subTest(key=key):
                self.client.put_object(Bucket=self.bucket, Key=key, Body=key.encode())
                self.assert_stored(key, key.encode())
                self.assertEqual(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read(), key.encode())
                self.client.delete_object(Bucket=self.bucket, Key=key)
        self.assertEqual(self.client.list_objects_v2(Bucket=self.bucket)["KeyCount"], 0)

    def test_multipart(self):
        data = log_bytes(6 * MIB)
        upload = self.client.create_multipart_upload(Bucket=self.bucket, Key="k")["UploadId"]
        place = {"Bucket": self.bucket, "Key": "k", "UploadId": upload}
        parts = [{"PartNumber": n + 1, "ETag": self.client.upload_part(
            PartNumber=n + 1, Body=data[5 * MIB * n:5 * MIB * (n + 1)], **place)["ETag"]} for n in range(2)]
        self.client.complete_multipart_upload(MultipartUpload={"Parts": parts}, **place)
        self.assert_stored("k", data)

    def test_a_wrong_secret_is_refused(self):
        """Else none of these tests would say anything about signatures."""
        with self.assertRaises(ClientError) as caught:
            self.client_of(self.endpoint, ("TESTACCESSKEY", "wrong", None)).list_objects_v2(Bucket=self.bucket)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 403)

    def test_a_changed_body_is_refused(self):
        self.proxy.set_rules([{"method": "PUT", "flip_up": 1000}])
        with self.assertRaises(ClientError):
            self.client.put_object(Bucket=self.bucket, Key="k", Body=bytes(4000))
        self.assertIsNone(self.stored("k"))


class TestFaults(PeerCase):
    def setUp(self):
        super().setUp()
        self.client = self.client_of(self.endpoint, read_timeout=1)
        self.data = log_bytes(2 * MIB)

    def put(self, key="k"):
        return self.client.put_object(Bucket=self.bucket, Key=key, Body=self.data)

    def get(self):
        return self.client.get_object(Bucket=self.bucket, Key="k")["Body"].read()

    def test_an_answer_in_chunks_is_cut(self):
        """Listings come so."""
        self.client.put_object(Bucket=self.bucket, Key="k", Body=b"x")
        self.proxy.log.clear()
        for rule in ({"cut_down": 100}, {"end_down": 100}):
            with self.subTest(rule=rule):
                self.proxy.set_rules([{"method": "GET", "times": 1, **rule}])
                with self.assertRaises((BotoCoreError, ResponseParserError)):
                    self.client.list_objects_v2(Bucket=self.bucket)
        self.assertEqual([seen.down for seen in self.requests("GET")], [100, 100])
        self.assertEqual(self.client.list_objects_v2(Bucket=self.bucket)["KeyCount"], 1)

    def test_cut_up(self):
        self.proxy.set_rules([{"method": "PUT", "cut_up": 1500000, "times": 1}])
        self.assertRaises(BotoCoreError, self.put)
        self.assertEqual([seen.up for seen in self.requests("PUT")], [1500000])
        self.assertIsNone(self.stored("k"))
        self.put()
        self.assert_stored("k", self.data)

    def test_cut_after_the_last_byte(self):
        self.proxy.set_rules([{"method": "PUT", "cut_up": len(self.data)}])
        self.assertRaises(BotoCoreError, self.put)

    def test_stall_up(self):
        self.proxy.set_rules([{"method": "PUT", "stall_up": 1000}])
        self.assertRaises(BotoCoreError, self.put)
        self.assertEqual([seen.up for seen in self.requests("PUT")], [1000])
        self.assertIsNone(self.stored("k"))

    def test_down(self):
        self.put()
        for rule, expected in (({"cut_down": 1000000}, 1000000), ({"stall_down": 70000}, 70000),
                               ({"end_down": 80000}, 80000)):
            with self.subTest(rule=rule):
                self.proxy.log.clear()
                self.proxy.set_rules([rule])
                with self.assertRaises(Exception):
                    self.get()
                self.assertEqual([seen.down for seen in self.requests("GET")], [expected])
        self.proxy.set_rules([{"flip_down": 77}])
        found = self.get()
        self.assertEqual([at for at, byte in enumerate(found) if byte != self.data[at]], [77])

    def test_rate_and_delay(self):
        self.proxy.set_rules([{"rate_up": 4 * MIB, "delay": 0.1}])
        began = time.monotonic()
        self.put()
        self.assertGreater(time.monotonic() - began, 0.5)
        self.assert_stored("k", self.data)

    def test_status(self):
        for drain in (False, True):
            self.proxy.set_rules([{"method": "PUT", "status": "503:SlowDown", "drain": drain,
                                   "headers": {"Retry-After": "7"}}])
            with self.subTest(drain=drain), self.assertRaises(ClientError) as caught:
                self.client.put_object(Bucket=self.bucket, Key="k", Body=b"small")
            self.assertEqual(caught.exception.response["Error"]["Code"], "SlowDown")
            self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"], "7")
        self.assertIsNone(self.stored("k"))

    def test_the_answer_is_lost(self):
        for rule, arrives in (({"drop_resp": True}, True), ({"close": True}, False)):
            with self.subTest(rule=rule):
                key = next(iter(rule))
                self.proxy.set_rules([rule])
                self.assertRaises(BotoCoreError, self.put, key)
                self.assertEqual(self.stored(key) == self.data, arrives)

    def test_headers_of_the_answer(self):
        self.put()
        self.proxy.set_rules([{"method": "HEAD", "set_headers": {"ETag": '"0"'}}])
        self.assertEqual(self.client.head_object(Bucket=self.bucket, Key="k")["ETag"], '"0"')

    def test_raw(self):
        proxy = self.start_proxy(raw=True)
        client = self.client_of(f"http://127.0.0.1:{proxy.port}")
        proxy.set_rules([{"method": "CONNECT", "close": True, "times": 1}])
        with self.assertRaises(BotoCoreError):
            client.put_object(Bucket=self.bucket, Key="k", Body=self.data)
        client.put_object(Bucket=self.bucket, Key="k", Body=self.data)
        self.assert_stored("k", self.data)
        self.assertEqual(len(proxy.log), 2)

    def test_which_requests(self):
        self.proxy.set_rules([{"method": "PUT", "target": "/k", "after": 1, "times": 1, "status": "500:InternalError"}])
        self.put("k1")
        self.put("other")
        self.assertRaises(ClientError, self.put, "k2")
        self.put("k3")
        self.assertEqual(sorted(self.stored_keys()), ["k1", "k3", "other"])


class TestPrograms(PeerCase):
    """The proxy and the server as programs."""

    def here(self, name):
        return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)

    def test_rules_of_a_file(self):
        rules = self.write("rules.json", b"[]")
        host, port = address_of(SERVER["endpoint"])
        proxy = subprocess.Popen([sys.executable, self.here("fault_proxy.py"), "--upstream", f"{host}:{port}",
                                  "--rules", rules], stdout=subprocess.PIPE, text=True)
        try:
            port = int(proxy.stdout.readline().split()[-1])
            self.assertIn(self.ask(port), (200, 404))
            self.write("rules.json", json.dumps([{"status": "503:SlowDown"}]).encode())
            self.wait_until(lambda: self.ask(port) == 503, "the new rule")
        finally:
            proxy.kill()
            proxy.communicate()

    @staticmethod
    def ask(port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
        return status

    def test_a_server_without_packages_is_not_run(self):
        done = subprocess.run([sys.executable, self.here("rgw"), "run", self.path("s"), "true"], env={"PATH": "/nowhere"},
                              stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 77)
        self.assertIn("not run", done.stderr)

    @unittest.skipIf(SERVER["kind"] != "rgw", "another kind of server")
    def test_a_server_ends_with_its_keeper(self):
        script = "kill -9 $(sed 's/.*keeper.: //;s/}//' \"$UNPEG_PEER\")"
        done = subprocess.run([sys.executable, self.here("rgw"), "run", self.path("s"), "sh", "-c", script],
                              stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.wait_until(lambda: not self.daemons(), "the daemons end")
        self.assertFalse(os.path.exists(self.path("s")))

    def daemons(self):
        """Processes whose configuration lies in this test's folder."""
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            with contextlib.suppress(OSError), open(path, "rb") as file:
                if f"{self.path('s')}/ceph.conf".encode() in file.read():
                    found.append(path)
        return found


if __name__ == "__main__":
    main()
