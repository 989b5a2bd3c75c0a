#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""unpeg list and unpeg fetch: the right object, whole or not at all, over whatever connection."""
import concurrent.futures
import os
import resource
import signal
import subprocess
import time

from harness import MIB, PeerCase, log_bytes, main, needs, write_only_keys

DATA = log_bytes(6 * MIB)
OTHER = log_bytes(6 * MIB, 1)
GET = {"method": "GET", "target": "/unknown/"}
LIST = {"method": "GET", "target": "list-type=2"}


def key_of(realm="r", number=0, card="c"):
    return f"unknown/{realm}/7/{card}/no-step/2024-01-01T00-00-{number:02}-000Z-0-0000000{number % 10}.v8log"


class FetchCase(PeerCase):
    def put(self, key, data=DATA):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        return key

    def fetch(self, *arguments, budget="60s", **options):
        return self.unpeg("fetch", "--store", f"s3://{self.bucket}", "--budget", budget, *arguments, **options)

    def fetch_key(self, *arguments, key=None, **options):
        return self.fetch("--key", key or key_of(), "-o", self.path("got"), *arguments, **options)

    def assert_whole(self, done, data=DATA):
        self.assertEqual(done.code, 0, done)
        self.assert_file(self.path("got"), data)
        self.assert_no_secret(done)
        os.unlink(self.path("got"))

    def assert_none(self, done):
        """No file rather than half of one, and no silence."""
        self.assertNotEqual(done.code, 0, done)
        self.assertFalse(os.path.exists(self.path("got")), done)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(("got", ".got"))], [])
        self.assertTrue(done.err)
        self.assert_no_secret(done)


class TestTransfer(FetchCase):
    def setUp(self):
        super().setUp()
        self.put(key_of())

    def ranges(self):
        return [seen.headers.get("range") for seen in self.requests("GET", "/unknown/")]

    def test_whole(self):
        self.assert_whole(self.fetch_key())
        self.assertEqual(self.ranges(), [None])

    def test_cut_three_times(self):
        """Each byte comes once: what is there is not asked for again."""
        for how in ("cut_down", "end_down"):
            with self.subTest(how=how):
                self.proxy.log.clear()
                self.proxy.set_rules([{**GET, how: 1500000, "times": 3}])
                self.assert_whole(self.fetch_key())
                self.assertEqual(self.ranges()[0], None)
                self.assertEqual(len(self.ranges()), 4)
                self.assertEqual(sum(seen.down for seen in self.requests("GET", "/unknown/")), len(DATA))
                for seen in self.requests("GET", "/unknown/")[1:]:
                    self.assertIn("if-match", seen.headers)

    def test_cut_at_the_edges(self):
        for at in (0, 1, len(DATA) - 1, len(DATA)):
            with self.subTest(at=at):
                self.proxy.set_rules([{**GET, "cut_down": at, "times": 1}])
                self.assert_whole(self.fetch_key())

    def test_many_cuts(self):
        self.proxy.set_rules([{**GET, "cut_down": 700000}])
        self.assert_whole(self.fetch_key())

    def test_cut_for_ever(self):
        self.proxy.set_rules([{**GET, "cut_down": 0}])
        self.assert_none(self.fetch_key())

    def test_refused_at_first(self):
        for status in ("503:SlowDown", "500:InternalError", "429:TooManyRequests"):
            with self.subTest(status=status):
                self.proxy.set_rules([{**GET, "status": status, "times": 2}])
                self.assert_whole(self.fetch_key())

    def test_refused_in_the_middle(self):
        self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 1}, {**GET, "status": "503:SlowDown", "times": 2}])
        self.assert_whole(self.fetch_key())

    def test_refused(self):
        for status in ("403:AccessDenied", "404:NoSuchKey", "503:SlowDown"):
            with self.subTest(status=status):
                self.proxy.set_rules([{**GET, "status": status}])
                done = self.fetch_key()
                self.assert_none(done)
                self.assertIn(status.partition(":")[2], done.err)

    def test_replaced_in_the_middle(self):
        """Never the begin of one object and the end of another."""
        self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 1}, {**GET, "delay": 1, "times": 1}])
        running = self.start("fetch", "--store", f"s3://{self.bucket}", "--key", key_of(), "-o", self.path("got"))
        self.wait_until(lambda: any(seen.down >= 1500000 for seen in self.proxy.log), "the cut")
        self.put(key_of(), OTHER)
        done = running.wait()
        if done.code == 0:
            self.assert_whole(done, OTHER)
        else:
            self.assert_none(done)

    def test_a_store_that_ignores_ranges(self):
        etag = self.s3.head_object(Bucket=self.bucket, Key=key_of())["ETag"]
        whole = {"status": "200:", "body_file": self.write("whole", DATA), "headers": {"ETag": etag}}
        self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 1}, {**GET, **whole}])
        self.assert_whole(self.fetch_key())

    def test_another_range_than_asked_for(self):
        wrong = {"status": "206:", "body": "x" * 100, "headers": {"Content-Range": f"bytes 5-104/{len(DATA)}"}}
        self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 1}, {**GET, **wrong}])
        self.assert_none(self.fetch_key())

    def test_a_changed_byte(self):
        self.proxy.set_rules([{**GET, "flip_down": 3000000}])
        self.assert_none(self.fetch_key())

    def test_chaos(self):
        self.proxy.set_rules([{**GET, "chance": 0.3, "status": "503:SlowDown"}, {**GET, "chance": 0.5, "cut_down": 1000000},
                              {**GET, "chance": 0.3, "end_down": 800000}])
        self.assert_whole(self.fetch_key())

    def test_budget(self):
        for rule in ({"stall_down": 1500000}, {"delay": 3600}, {"rate_down": 300000}, {"cut_down": 10, "delay": 0.3}):
            with self.subTest(rule=rule):
                self.proxy.set_rules([{**GET, **rule}])
                done = self.fetch_key(budget="1500ms")
                self.assert_none(done)
                self.assert_in_time(done, 1.5)

    def test_signal(self):
        self.proxy.set_rules([{**GET, "stall_down": 1500000}])
        running = self.start("fetch", "--store", f"s3://{self.bucket}", "--key", key_of(), "-o", self.path("got"))
        self.wait_until(lambda: any(seen.down >= 1500000 for seen in self.proxy.log), "the stall")
        running.signal(signal.SIGTERM)
        done = running.wait()
        self.assertEqual(done.code, 143, done)
        self.assertLess(done.seconds, 5)
        self.assertFalse(os.path.exists(self.path("got")))

    def test_clock(self):
        self.assert_whole(self.fetch_key(before=("faketime", "-f", "-1h")))


class TestDisk(FetchCase):
    def setUp(self):
        super().setUp()
        self.put(key_of())

    def test_a_full_disk(self):
        done = self.fetch("--key", key_of(), "-o", "/dev/full")
        self.assertNotEqual(done.code, 0, done)
        self.assertIn("No space left", done.err)

    def test_a_full_disk_behind_stdout(self):
        with open("/dev/full", "wb") as full:
            done = self.fetch("--key", key_of(), stdout=full)
        self.assertNotEqual(done.code, 0, done)
        self.assertIn("No space left", done.err)

    def test_a_file_that_may_not_grow(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))
        self.assert_none(self.fetch_key(preexec_fn=limit))

    def test_a_folder_that_is_not_there(self):
        done = self.fetch("--key", key_of(), "-o", self.path("none/got"))
        self.assertNotEqual(done.code, 0, done)

    def test_what_was_there_stays_until_the_new_one_is_whole(self):
        self.write("got", b"before")
        self.proxy.set_rules([{**GET, "status": "403:AccessDenied"}])
        self.assertNotEqual(self.fetch_key().code, 0)
        self.assert_file(self.path("got"), b"before")


class TestWhich(FetchCase):
    def test_the_newest_of_a_realm(self):
        for number, data in enumerate((b"a\n", b"b\n", b"c\n")):
            self.put(key_of("user-x", number), data)
        self.put(key_of("user-y", 9), b"other\n")
        self.assert_whole(self.fetch("--realm", "user-x", "-o", self.path("got")), b"c\n")
        self.assert_whole(self.fetch("--realm", "USER-X", "-o", self.path("got")), b"c\n")
        self.assert_whole(self.fetch("--realm", "https://user/x", "-o", self.path("got")), b"c\n")

    def test_a_realm_is_no_pattern(self):
        """It is matched as it stands in a key: what may not stand there is one dash within it, and nothing at its ends."""
        self.put(key_of("plain"), b"a\n")
        for realm in ("^plain", "plain$", "lai"):
            self.assert_whole(self.fetch("--realm", realm, "-o", self.path("got")), b"a\n")
        for realm in ("p.*n", "pl?n", "plai|x", "[p]lain", "pl%", "plain.", ".lain", "%"):
            with self.subTest(realm=realm):
                self.assert_none(self.fetch("--realm", realm, "-o", self.path("got")))

    def test_nothing_is_there(self):
        done = self.fetch("--realm", "nobody", "-o", self.path("got"))
        self.assert_none(done)
        self.assertEqual(done.code, 1, done)
        self.assert_none(self.fetch_key())

    def test_odd_keys(self):
        for name in ("a b", "a+b", "a%41", "q?x=1&y", "\u00e9\u4e16", "<&>\"'", "a//b", "x" * 900):
            key = f"unknown/r/{name}.v8log"
            with self.subTest(key=key):
                self.put(key, name.encode())
                self.assert_whole(self.fetch_key(key=key), name.encode())
                self.clear()

    def test_compressed(self):
        packed = subprocess.run(["zstd", "-qc"], input=DATA, stdout=subprocess.PIPE, check=True).stdout
        self.put(key_of() + ".zst", packed)
        self.assert_whole(self.fetch("--realm", "r", "-o", self.path("got")))


class TestRights(FetchCase):
    @needs("write_only_role")
    def test_a_role_that_may_only_write(self):
        self.put(key_of())
        environment = self.environment(write_only_keys())
        done = self.fetch_key(environment=environment)
        self.assert_none(done)
        self.assertIn("403", done.err)
        for arguments in (("fetch", "--realm", "r", "-o", self.path("got")), ("list",)):
            done = self.unpeg(*arguments, "--store", f"s3://{self.bucket}", "--budget", "60s", environment=environment)
            self.assert_none(done)
            self.assertIn("AccessDenied", done.err)
        self.assertLessEqual(len(self.proxy.log), 3)


class TestParsing(FetchCase):
    def setUp(self):
        super().setUp()
        self.put(key_of())

    def test_straight_into_the_report(self):
        for arguments in (("--report",), ("--line",)):
            with self.subTest(arguments=arguments):
                self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 3}])
                done = self.fetch("--key", key_of(), *arguments)
                self.assertEqual(done.code, 0, done)
                self.assertIn("spin", done.out)

    def test_a_transfer_that_ends_early_is_no_end_of_the_log(self):
        self.proxy.set_rules([{**GET, "cut_down": 1500000, "times": 1}, {**GET, "status": "403:AccessDenied"}])
        done = self.fetch("--key", key_of(), "--report")
        self.assertNotEqual(done.code, 0, done)
        self.assertIn("AccessDenied", done.out + done.err)


class TestList(FetchCase):
    def list(self, *arguments, **options):
        return self.unpeg("list", "--store", f"s3://{self.bucket}", "--budget", "60s", *arguments, **options)

    def keys(self, done):
        self.assertEqual(done.code, 0, done)
        return [line.split(None, 2)[2] for line in done.out.splitlines()]

    def test_nothing(self):
        self.assertEqual(self.keys(self.list()), [])

    def test_newest_first(self):
        keys = [self.put(key_of("r", number), b"x") for number in (2, 0, 1)]
        self.assertEqual(self.keys(self.list()), sorted(keys, reverse=True))
        self.assertEqual(self.keys(self.list("-n", "1")), [max(keys)])

    def test_odd_keys(self):
        keys = [self.put(f"unknown/r/{name}.v8log", b"x") for name in ("a b", "a+b", "%41", "\u00e9\u4e16", "<&>", "q?x=1&y")]
        self.assertEqual(sorted(self.keys(self.list())), sorted(keys))

    def test_control_characters_do_not_reach_the_terminal(self):
        self.put("unknown/r/\x1b[31m\u202e.v8log", b"x")
        done = self.list("--all")
        self.assertEqual(done.code, 0, done)
        self.assertFalse(set("\x1b\u202e") & set(done.out), done)

    def many(self, count):
        keys = [key_of(f"realm-{number % 7}", 0, f"card{number}") for number in range(count)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: self.put(key, b"x"), keys))
        return keys

    def test_pages(self):
        """More than the 1000 keys of one answer; with every page refused, cut and shortened once."""
        keys = self.many(1030)
        self.assertEqual(sorted(self.keys(self.list())), sorted(keys))
        self.assertEqual(len(self.requests("GET", "list-type=2")), 2)
        for rule in ({"status": "503:SlowDown", "after": 1}, {"cut_down": 5000}, {"end_down": 5000, "after": 1}):
            with self.subTest(rule=rule):
                self.proxy.set_rules([{**LIST, "times": 1, **rule}])
                self.assertEqual(sorted(self.keys(self.list())), sorted(keys))
        found = self.keys(self.list("--realm", "realm-3"))
        self.assertEqual(sorted(found), sorted(key for key in keys if "/realm-3/" in key))

    def test_half_a_list_is_no_list(self):
        self.put(key_of())
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' \
               "<ListBucketResult><Contents><Key>&b;</Key></Contents></ListBucketResult>"
        for rule in ({"status": "200:", "body": "<ListBucketResult><Contents><Key>a</Key>"}, {"status": "200:", "body": bomb},
                     {"status": "200:", "body": ""}, {"status": "200:", "body": "<html></html>"}, {"status": "403:AccessDenied"},
                     {"cut_down": 100}):
            with self.subTest(rule=rule):
                self.proxy.set_rules([{**LIST, **rule}])
                done = self.list()
                self.assertGreater(done.code, 0, done)
                self.assertEqual(done.out, "")
                self.assertTrue(done.err)

    def test_pages_without_end(self):
        page = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>" \
               "</ListBucketResult>"
        self.proxy.set_rules([{**LIST, "status": "200:", "body": page}])
        done = self.unpeg("list", "--store", f"s3://{self.bucket}", "--budget", "1s")
        self.assertGreater(done.code, 0, done)
        self.assert_in_time(done, 1)

    def test_budget(self):
        self.proxy.set_rules([{**LIST, "delay": 3600}])
        began = time.monotonic()
        done = self.unpeg("list", "--store", f"s3://{self.bucket}", "--budget", "1s")
        self.assertGreater(done.code, 0, done)
        self.assertLess(time.monotonic() - began, 6)


if __name__ == "__main__":
    main()
