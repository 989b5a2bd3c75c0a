#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""unpeg upload against a store that works: sizes, names, encryption, roles, collisions, TLS, and the local file."""
import os
import shutil
import subprocess
import threading
import time

from harness import COMPLETE, CONDITIONS, MIB, SANITIZED, SERVER, PeerCase, log_bytes, main, needs, tls_context, write_only_keys

SINGLE_LIMIT = 16 * MIB
PART = 8 * MIB


class TestSizes(PeerCase):
    def test_sizes(self):
        """Around the limit of one piece, and parts that do and do not end on the last byte."""
        whole = log_bytes(3 * PART)
        for size in (1, 100000, SINGLE_LIMIT - 1, SINGLE_LIMIT, SINGLE_LIMIT + 1, 3 * PART):
            with self.subTest(size=size):
                self.clear()
                path = self.write("a.log", whole[:size])
                self.assert_safe(self.upload(path), path, whole[:size], stored=True)
                parts = self.requests("PUT", "partNumber=")
                self.assertEqual(len(parts), 0 if size <= SINGLE_LIMIT else -(-size // PART))
                self.assertEqual(self.unfinished_uploads(), [])

    def test_an_empty_log(self):
        path = self.write("a.log", b"")
        self.assert_safe(self.upload(path), path, b"")

    def test_what_is_proven_is_asked_for(self):
        path = self.write("a.log", log_bytes(MIB))
        done = self.upload(path)
        self.assert_safe(done, path, log_bytes(MIB), stored=True)
        self.assertEqual(len(self.requests("HEAD")), 1 if CONDITIONS else 2)
        self.assertIn("verified=head", done.out)

    def test_compressed(self):
        data = log_bytes(20 * MIB)
        path = self.write("a.log", data)
        done = self.upload(path, "--compress", "zstd")
        self.assertEqual(done.code, 0, done)
        key, = self.stored_keys()
        self.assertTrue(key.endswith(".v8log.zst"), key)
        found = self.stored(key)
        self.assertLess(len(found), len(data))
        plain = subprocess.run(["zstd", "-dc"], input=found, stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(plain, data)


class TestNames(PeerCase):
    def test_segments(self):
        path = self.write("a.log", log_bytes(1000))
        done = self.upload(path, key="realm=https://\u00e9 x/y,job=7,card=a b+c=d:e,step=s")
        self.assert_safe(done, path, log_bytes(1000), stored=True)
        key, = self.stored_keys()
        self.assertRegex(key, r"^unknown/x-y/7/a-b-c-d-e/s/\d{4}-\d\d-\d\dT[0-9-]+Z?-[0-9]+-?[0-9a-f]{6,8}\.v8log$")

    def test_long_names_fit(self):
        path = self.write("a.log", log_bytes(1000))
        name = ",".join(f"{part}={'x' * 300}" for part in ("env", "realm", "job", "card", "step"))
        self.assert_safe(self.upload(path, key=name), path, log_bytes(1000), stored=True)
        self.assertLessEqual(len(self.stored_keys()[0]), 1024)

    def test_a_prefix_of_the_store(self):
        path = self.write("a.log", log_bytes(1000))
        done = self.upload(path, store=f"s3://{self.bucket}/team a/\u00e9")
        self.assert_safe(done, path, log_bytes(1000), stored=True)
        self.assertTrue(self.stored_keys()[0].startswith("team a/\u00e9/"))

    def test_captures_of_one_moment_do_not_collide(self):
        for number in range(3):
            path = self.write("a.log", log_bytes(1000, number))
            self.assertEqual(self.upload(path).code, 0)
        self.assertEqual(len(self.stored_keys()), 3)


class TestCollision(PeerCase):
    KEY = "r/fixed.v8log"
    # What a store says that knows no If-None-Match.
    NO_CONDITIONS = {"status": "501:NotImplemented", "drain": True, "times": 1}

    def cases(self):
        for data in (log_bytes(1000), log_bytes(20 * MIB)):
            for rules in ([], [{"method": "PUT", **self.NO_CONDITIONS}], [{**COMPLETE, **self.NO_CONDITIONS}]):
                with self.subTest(size=len(data), rules=rules):
                    self.clear()
                    yield data, rules

    def test_another_object_is_not_replaced(self):
        for data, rules in self.cases():
            self.s3.put_object(Bucket=self.bucket, Key=self.KEY, Body=b"theirs")
            self.proxy.set_rules(rules)
            path = self.write("a.log", data)
            done = self.upload(path, key=self.KEY)
            self.assertNotEqual(done.code, 0, done)
            self.assert_stored(self.KEY, b"theirs")
            self.assertEqual(open_read(path), data)
            self.assertEqual(self.unfinished_uploads(), [])

    def test_the_same_object_is_success(self):
        for data, rules in self.cases():
            path = self.write("a.log", data)
            self.assertEqual(self.upload(path, key=self.KEY).code, 0)
            self.proxy.set_rules(rules)
            done = self.upload(path, key=self.KEY)
            self.assertEqual(done.code, 0, done)
            self.assert_stored(self.KEY, data)
            self.assertEqual(self.unfinished_uploads(), [])


class TestRights(PeerCase):
    @needs("write_only_role")
    def test_a_role_that_may_only_write(self):
        keys = write_only_keys()
        for data in (log_bytes(MIB), log_bytes(20 * MIB)):
            with self.subTest(size=len(data)):
                self.clear()
                path = self.write("a.log", data)
                done = self.upload(path, environment=self.environment(keys))
                self.assert_safe(done, path, data, stored=True)
                self.assertIn("verified=parts", done.out)

    @needs("write_only_role")
    def test_a_role_that_may_only_write_cannot_do_what_was_asked(self):
        path = self.write("a.log", log_bytes(MIB))
        done = self.upload(path, "--verify", "head", environment=self.environment(write_only_keys()))
        self.assertNotEqual(done.code, 0, done)
        self.assertEqual(open_read(path), log_bytes(MIB))

    def test_wrong_keys(self):
        access = SERVER["access_key"]
        for keys in ((access, "wrong", None), ("NOBODY", "wrong", None)):
            with self.subTest(keys=keys):
                self.proxy.log.clear()
                path = self.write("a.log", log_bytes(MIB))
                self.assert_safe(self.upload(path, environment=self.environment(keys)), path, log_bytes(MIB), stored=False)
                self.assertLessEqual(len(self.proxy.log), 1 if CONDITIONS else 3)

    @needs("write_only_role")
    def test_a_wrong_session_token(self):
        access, secret, token = write_only_keys()
        path = self.write("a.log", log_bytes(MIB))
        done = self.upload(path, environment=self.environment((access, secret, token[:-8] + "AAAAAAA=")))
        self.assert_safe(done, path, log_bytes(MIB), stored=False)

    def test_no_bucket(self):
        path = self.write("a.log", log_bytes(MIB))
        done = self.upload(path, store="s3://there-is-no-such-bucket")
        self.assert_safe(done, path, log_bytes(MIB), stored=False)
        self.assertIn("NoSuchBucket", done.out + done.err)

    @needs("kms_key")
    def test_kms(self):
        """The header names of a key id are those on which a signer that sorts lines, not names, fails."""
        for data in (log_bytes(MIB), log_bytes(20 * MIB)):
            with self.subTest(size=len(data)):
                self.clear()
                path = self.write("a.log", data)
                done = self.upload(path, "--sse", "aws:kms", "--sse-kms-key", SERVER["kms_key"])
                self.assert_safe(done, path, data, stored=True)
                head = self.s3.head_object(Bucket=self.bucket, Key=self.stored_keys()[0])
                self.assertEqual((head["ServerSideEncryption"], head["SSEKMSKeyId"]), ("aws:kms", SERVER["kms_key"]))


class TestTls(PeerCase):
    def setUp(self):
        super().setUp()
        if "ca" not in SERVER:
            self.skipTest("this server has no TLS")
        self.tls = self.start_proxy(tls=tls_context())
        self.data = log_bytes(MIB)
        self.log_path = self.write("a.log", self.data)

    def over_tls(self, host, *options, **environment):
        environment = self.environment(AWS_ENDPOINT_URL_S3=f"https://{host}:{self.tls.port}", **environment)
        return self.upload(self.log_path, *options, environment=environment)

    def test_own_authority(self):
        ca = SERVER["ca"]
        for host, options, environment in (("127.0.0.1", ["--ca-file", ca], {}), ("s3.localhost", [], {"AWS_CA_BUNDLE": ca}),
                                           ("127.0.0.1", [], {"SSL_CERT_FILE": ca})):
            with self.subTest(host=host, options=options):
                self.clear()
                self.log_path = self.write("a.log", self.data)
                self.assert_safe(self.over_tls(host, *options, **environment), self.log_path, self.data, stored=True)

    def test_an_unknown_authority_is_not_asked_twice(self):
        done = self.over_tls("127.0.0.1")
        self.assert_safe(done, self.log_path, self.data, stored=False)
        self.assertIn("certificate", (done.out + done.err).lower())
        self.assertEqual(self.tls.log, [])
        self.assertLess(done.seconds, 10)

    def test_another_host_s_certificate(self):
        done = self.over_tls("localhost", "--ca-file", SERVER["ca"])
        self.assert_safe(done, self.log_path, self.data, stored=False)
        self.assertEqual(self.tls.log, [])

    def test_no_such_authority_file(self):
        done = self.over_tls("127.0.0.1", "--ca-file", self.path("none.pem"))
        self.assert_safe(done, self.log_path, self.data, stored=False)
        self.assertLess(done.seconds, 10)

    def test_the_server_s_own_tls_and_a_broken_handshake(self):
        proxy = self.start_proxy(upstream=SERVER["https_endpoint"].replace("s3.localhost", "127.0.0.1"), raw=True)
        proxy.set_rules([{"method": "CONNECT", "close": True, "times": 2}])
        environment = self.environment(AWS_ENDPOINT_URL_S3=f"https://s3.localhost:{proxy.port}", AWS_CA_BUNDLE=SERVER["ca"])
        self.assert_safe(self.upload(self.log_path, environment=environment), self.log_path, self.data, stored=True)
        self.assertGreaterEqual(len(proxy.log), 3)


class TestLocalFile(PeerCase):
    def test_a_file_that_grows_is_kept(self):
        """What is stored is a prefix that ends with a line; that never counts as all of it."""
        path = self.write("a.log", log_bytes(2 * MIB))
        self.proxy.set_rules([{"method": "PUT", "rate_up": 4 * MIB}])
        writing = threading.Event()

        def write():
            with open(path, "ab", buffering=0) as file:
                while not writing.wait(0.01):
                    file.write(b"tick,0x7f0000001000,1,0,0x0,0,0x7f0000001010\ntick,0x7f")
        writer = threading.Thread(target=write)
        writer.start()
        try:
            time.sleep(0.1)
            done = self.upload(path, "--delete")
        finally:
            writing.set()
            writer.join()
        self.assertEqual(done.code, 0, done)
        self.assertTrue(os.path.exists(path), done)
        found = self.stored(self.stored_keys()[0])
        whole = open_read(path)
        self.assertTrue(whole.startswith(found) and found.endswith(b"\n"))
        self.assertGreaterEqual(len(found), 2 * MIB)

    def test_a_file_that_is_held_open_is_kept(self):
        path = self.write("a.log", log_bytes(MIB))
        with open(path, "ab"):
            done = self.upload(path, "--delete")
        self.assertEqual(done.code, 0, done)
        self.assert_stored(self.stored_keys()[0], log_bytes(MIB))
        self.assertTrue(os.path.exists(path), done)
        self.assertEqual(self.upload(path, "--delete").code, 0)
        self.assertFalse(os.path.exists(path))

    def with_faults(self, fault, path):
        if not shutil.which("fiu-run"):
            self.fail("not run: fiu-run is not installed; tools/install-packages peers")
        if SANITIZED:
            self.skipTest("fiu-run's library and a sanitizer's do not go together")
        return self.upload(path, before=("fiu-run", "-x", "-c", fault))

    def test_read_errors(self):
        """Which of its two names a read has depends on how the program was built."""
        data = log_bytes(20 * MIB)
        path = self.write("a.log", data)
        ends = [self.with_faults(f"enable name=posix/io/rw/{call},failinfo=5", path) for call in ("pread", "pread64")]
        failed = [done for done in ends if done.code != 0]
        self.assertTrue(failed, ends)
        for done in failed:
            self.assert_safe(done, path, data)
            self.assertIn("Input/output error", done.out + done.err)

    def test_sends_that_fail(self):
        data = log_bytes(20 * MIB)
        path = self.write("a.log", data)
        fault = "enable_random name=posix/io/net/send,probability=0.05,failinfo=104"
        self.assert_safe(self.with_faults(fault, path), path, data)

    def test_no_such_file(self):
        done = self.upload(self.path("none.log"))
        self.assertNotEqual(done.code, 0)
        self.assertIn("none.log", done.err)
        self.assertEqual((self.proxy.log, self.stored_keys()), ([], []))


def open_read(path):
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    main()
