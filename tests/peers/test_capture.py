#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""unpeg capture and drain when the store, the network, the disk, the clock or a signal is against them.

The claim of each: one line, in time, that says what happened; and then a drain that nothing hinders has all of the
log in the store, once, or it still is among the logs. UNPEG_KILLS is how many processes are killed at random places.
"""
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from harness import (COMPLETE, LARGE, MIB, PART_2, SERVER, SLACK_S, SMALL, PeerCase, facts, log_bytes, main, needs,
                     write_only_keys)

KILLS = int(os.environ.get("UNPEG_KILLS", "6"))
# Of a process that is gone: nothing is alive to look at.
LOG = "isolate-0x1-999999991-unpeg-999999991.log"
SUMMARIZED, STORED, PENDING, KEPT = 0, 7, 8, 9
# Where the machine has no time for a summary, the exit code says that too, and the upload is as it would be.
IN_STORE, WAITS = (SUMMARIZED, STORED), (PENDING, KEPT)
PUT = {"method": "PUT"}

# What is between capture and store, the bytes of the log, and how it ends: for ever, until the drain.
FAULTS = (
    ("refused", [{"status": "403:AccessDenied"}], SMALL, WAITS),
    ("not there", [{"close": True}], SMALL, WAITS),
    ("busy", [{"status": "503:SlowDown"}], SMALL, WAITS),
    ("busy for an hour", [{**PUT, "status": "503:SlowDown", "headers": {"Retry-After": "3600"}}], SMALL, WAITS),
    ("busy once", [{**PUT, "status": "503:SlowDown", "times": 1}], SMALL, IN_STORE),
    ("broken inside", [{**PUT, "status": "500:InternalError"}], LARGE, WAITS),
    ("slow", [{**PUT, "rate_up": MIB}], LARGE, WAITS),
    ("slow to answer", [{**PUT, "delay": 3600}], SMALL, WAITS),
    ("stalled", [{**PUT, "stall_up": 70000}], SMALL, WAITS),
    ("stalled in part 2", [{**PART_2, "stall_up": 70000}], LARGE, WAITS),
    ("stalled at the end", [{**COMPLETE, "delay": 3600}], LARGE, WAITS),
    ("cut once", [{**PUT, "cut_up": 100000, "times": 1}], SMALL, IN_STORE),
    ("cut in part 2", [{**PART_2, "cut_up": 3000000, "times": 1}], LARGE, IN_STORE),
    ("cut for ever", [{**PUT, "cut_up": 100000}], SMALL, WAITS),
    ("cut for ever in part 2", [{**PART_2, "cut_up": 3000000}], LARGE, WAITS),
    ("answers lost", [{"drop_resp": True}], SMALL, WAITS),
    ("end lost once", [{**COMPLETE, "drop_resp": True, "times": 1}], LARGE, IN_STORE),
    ("end failed within its 200", [{**COMPLETE, "status": "200:InternalError", "drain": True}], LARGE, WAITS),
    ("bytes changed", [{**PUT, "flip_up": 1000}], SMALL, WAITS),
    ("another object", [{"method": "HEAD", "set_headers": {"Content-Length": "17"}}], SMALL, WAITS),
    ("stale keys", [{"status": "400:ExpiredToken"}], SMALL, WAITS),
    ("a portal", [{"status": "200:", "body": "<html></html>"}], LARGE, WAITS),
)


class CaptureCase(PeerCase):
    def setUp(self):
        super().setUp()
        self.logs = self.path("logs")

    def begin(self, data, rules=()):
        """One log, nothing in the store, and nothing that waits."""
        self.clear()
        shutil.rmtree(self.logs, ignore_errors=True)
        os.mkdir(self.logs)
        self.data = data
        self.write(f"logs/{LOG}", data)
        self.proxy.set_rules(rules)

    def capture_arguments(self, budget="20s", when="always"):
        return ("capture", "--dir", self.logs, "--observe", "1ms", "--upload", when, "--budget", budget,
                "--store", f"s3://{self.bucket}", "--key", "realm=r,card=c,job=7")

    def capture(self, *more, budget_s=20, **options):
        """One that had time to take hold of the log: a machine too busy for that gets more, and loses nothing by it."""
        for factor in (1, 4, 16):
            done = self.capture_once(factor * budget_s, *more, **options)
            said = facts(done.out)
            late = said.get("failed", "").startswith(("pick: it did not end in time", "spool: it did not end in time"))
            if not late or said.get("upload") == "stored":
                return done
            self.assert_file(os.path.join(self.logs, LOG), self.data)
            shutil.rmtree(f"{self.logs}/unpeg-spool", ignore_errors=True)
        return done

    def capture_once(self, budget_s, *more, when="always", **options):
        done = self.unpeg(*self.capture_arguments(f"{budget_s}s", when), *more, **options)
        self.assertEqual(done.out.count("\n"), 1, done)
        self.assert_no_secret(done)
        self.assertLess(done.seconds, budget_s + SLACK_S, done)
        self.assertLess(int(facts(done.out)["total_ms"]), 1000 * budget_s + 1000, done)
        return done

    def drain(self, *more, **options):
        return self.unpeg("drain", "--budget", "60s", *more, self.logs, **options)

    def copies(self):
        """Of the log, on this disk."""
        names = [os.path.join(folder, name) for folder, _, names in os.walk(self.logs) for name in names]
        return [name for name in names if name.endswith((".log", ".v8log"))]

    def assert_nothing_lost(self, done):
        """Whatever was interrupted: whole in the store, or whole on the disk; and nothing that is half of it."""
        keys = self.stored_keys()
        for key in keys:
            self.assert_stored(key, self.data)
        for name in self.copies():
            self.assert_file(name, self.data)
        self.assertTrue(keys or self.copies(), f"lost: {done}")
        return keys

    def assert_drained(self, done):
        """A drain that nothing hinders: once in the store, and no more here."""
        self.proxy.set_rules([])
        drained = self.drain()
        self.assertEqual(drained.code, 0, f"{done}\n{drained}")
        key, = self.stored_keys()
        self.assert_stored(key, self.data)
        self.assertEqual(self.copies(), [], drained)
        self.assertEqual(self.unfinished_uploads(), [])
        self.assert_no_secret(drained)
        return key


class TestFaults(CaptureCase):
    def test_faults(self):
        for name, rules, data, codes in FAULTS:
            with self.subTest(fault=name):
                self.begin(data, rules)
                done = self.capture(budget_s=3 if codes == WAITS else 20)
                said = facts(done.out)
                self.assertIn(done.code, codes, done)
                keys = self.assert_nothing_lost(done)
                self.assertEqual(said["upload"], "pending" if codes == WAITS else "stored", done)
                if codes == WAITS:
                    self.assertIn("upload: ", said["failed"])
                    self.assert_file(os.path.join(self.folder, said["file"]), data)
                else:
                    self.assertEqual((keys, self.copies()), ([said["key"]], []), done)
                self.assertEqual(self.assert_drained(done), said["key"])

    def test_a_log_that_says_nothing_is_stored_or_waits(self):
        for rules, code in (([], STORED), ([{"status": "403:AccessDenied"}], KEPT)):
            with self.subTest(code=code):
                self.begin(b"no log of V8\n" * 1000, rules)
                done = self.capture(when="on-failure")
                self.assertEqual(done.code, code, done)
                self.assert_nothing_lost(done)
                self.assert_drained(done)

    def test_nobody_listens(self):
        self.begin(SMALL)
        done = self.capture(budget_s=2, environment=self.environment(AWS_ENDPOINT_URL_S3="http://127.0.0.1:9"))
        self.assertIn(done.code, WAITS, done)
        self.assert_nothing_lost(done)
        self.assert_drained(done)

    def test_no_such_host(self):
        self.begin(SMALL)
        done = self.capture(budget_s=2, environment=self.environment(AWS_ENDPOINT_URL_S3="https://store.invalid"))
        self.assertIn(done.code, WAITS, done)
        self.assertIn("store.invalid", done.out)
        self.assert_drained(done)

    def test_wrong_clocks(self):
        for offset in ("-1h", "+1h", "-400d"):
            with self.subTest(offset=offset):
                self.begin(LARGE)
                done = self.capture(before=("faketime", "-f", offset))
                self.assertIn(done.code, IN_STORE, done)
                self.assertEqual(self.assert_nothing_lost(done), [facts(done.out)["key"]])

    def test_no_keys_then_keys(self):
        self.begin(SMALL)
        none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
        done = self.capture(environment=self.environment(**none))
        self.assertIn(done.code, WAITS, done)
        self.assertIn("credentials", done.out)
        self.assert_drained(done)

    def test_wrong_keys(self):
        self.begin(SMALL)
        done = self.capture(environment=self.environment((SERVER["access_key"], "wrong", None)))
        self.assertIn(done.code, WAITS, done)
        self.assert_nothing_lost(done)
        self.assert_drained(done)

    @needs("write_only_role")
    def test_a_role_that_may_only_write(self):
        for data in (SMALL, LARGE):
            self.begin(data)
            done = self.capture(environment=self.environment(write_only_keys()))
            self.assertIn(done.code, IN_STORE, done)
            self.assertEqual(facts(done.out)["verified"], "parts", done)
            self.assertEqual(self.assert_nothing_lost(done), [facts(done.out)["key"]])

    def test_compressed(self):
        self.begin(LARGE, [{**PUT, "cut_up": 1000}])
        done = self.capture("--compress", "zstd", budget_s=2)
        self.assertIn(done.code, WAITS, done)
        self.assert_file(self.copies()[0], LARGE)
        self.proxy.set_rules([])
        self.assertEqual(self.drain().code, 0)
        key, = self.stored_keys()
        plain = subprocess.run(["zstd", "-dc"], input=self.stored(key), stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual((key[-4:], plain == LARGE, self.copies()), (".zst", True, []))


class TestResume(CaptureCase):
    def stop_in_part_2(self):
        self.begin(LARGE, [{**PART_2, "stall_up": 70000}])
        running = self.start(*self.capture_arguments("60s"))
        self.wait_until(lambda: any(seen.up >= 70000 for seen in self.requests("PUT", "partNumber=2")), "part 2")
        running.signal(signal.SIGTERM)
        done = running.wait()
        self.assert_nothing_lost(done)
        return done

    def test_parts_are_not_sent_twice(self):
        done = self.stop_in_part_2()
        self.proxy.log.clear()
        self.assert_drained(done)
        self.assertEqual(self.requests("PUT", "partNumber=1"), [])

    def test_an_upload_that_the_store_dropped(self):
        done = self.stop_in_part_2()
        for upload in self.unfinished_uploads():
            self.s3.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        self.assert_drained(done)

    def test_notes_that_are_damaged(self):
        """What a dying machine leaves. Whose log it was is not known any more, but it gets into the store."""
        for damage in (b"", b"\0" * 300, b"{", b"unpeg-upload 1\nurl"):
            with self.subTest(damage=damage):
                self.stop_in_part_2()
                for name in os.listdir(f"{self.logs}/unpeg-spool"):
                    if name.endswith(".state"):
                        self.write(f"logs/unpeg-spool/{name}", damage)
                self.proxy.set_rules([])
                drained = self.drain("--store", f"s3://{self.bucket}")
                self.assert_nothing_lost(drained)
                self.assertEqual(drained.code, 0, drained)
                self.assertEqual((len(self.stored_keys()), self.copies()), (1, []), drained)

    def test_the_sweep_of_the_next_launch(self):
        """It takes the log's own name away; the spool's stays."""
        self.begin(SMALL, [{"status": "403:AccessDenied"}])
        done = self.capture()
        os.unlink(os.path.join(self.logs, LOG))
        self.assert_nothing_lost(done)
        self.assert_drained(done)

    def test_a_log_that_grows(self):
        """A prefix is stored, and all of it later, when nobody writes it any more."""
        self.begin(log_bytes(2 * MIB), [{**PUT, "rate_up": 4 * MIB}])
        path, ended = os.path.join(self.logs, LOG), threading.Event()

        def write():
            with open(path, "ab", buffering=0) as file:
                while not ended.wait(0.01):
                    file.write(b"tick,0x7f0000001000,1,0,0x0,0,0x7f0000001010\n")
        writer = threading.Thread(target=write)
        writer.start()
        try:
            done = self.capture()
            self.assertTrue(os.path.exists(path), done)
            self.assertEqual(self.drain().code, 0)
            self.assertTrue(os.path.exists(path))
        finally:
            ended.set()
            writer.join()
        self.assertIn(done.code, IN_STORE, done)
        with open(path, "rb") as file:
            whole = file.read()
        for key in self.stored_keys():
            found = self.stored(key)
            self.assertTrue(whole.startswith(found) and found.endswith(b"\n"), key)
        self.proxy.set_rules([])
        self.assertEqual(self.drain().code, 0)
        self.assertIn(whole, [self.stored(key) for key in self.stored_keys()])
        self.assertEqual(self.copies(), [])

    def test_several_drains_at_once(self):
        self.begin(LARGE, [{**PART_2, "rate_up": 8 * MIB}])
        done = self.capture(budget_s=1)
        drains = [self.start("drain", "--budget", "60s", self.logs) for _ in range(3)]
        ends = [running.wait() for running in drains]
        self.assertIn(0, [end.code for end in ends], ends)
        self.assert_nothing_lost(done)
        self.assert_drained(done)


class TestDisk(CaptureCase):
    def limited(self, size):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return limit

    def test_no_byte_can_be_written(self):
        """The link needs none, and the log is stored all the same or waits."""
        for rules in ([], [{"status": "403:AccessDenied"}]):
            with self.subTest(rules=rules):
                self.begin(SMALL, rules)
                done = self.capture(preexec_fn=self.limited(0), stdout=subprocess.PIPE)
                self.assert_nothing_lost(done)
                self.proxy.set_rules([])
                drained = self.drain("--store", f"s3://{self.bucket}")
                self.assertEqual(drained.code, 0, drained)
                self.assert_nothing_lost(drained)

    def test_a_spool_on_another_disk_that_is_full(self):
        """A copy that has no room is no copy: it goes without the spool."""
        spool = tempfile.mkdtemp(prefix="unpeg-spool-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, spool, ignore_errors=True)
        self.assertNotEqual(os.stat(spool).st_dev, os.stat(self.folder).st_dev, "not run: one file system")
        for rules, size in (([], 100000), ([{"status": "403:AccessDenied"}], 100000), ([], MIB)):
            with self.subTest(rules=rules, size=size):
                self.begin(SMALL, rules)
                done = self.capture("--spool", spool, preexec_fn=self.limited(size))
                self.assertEqual(len(self.assert_nothing_lost(done)), 0 if rules else 1, done)
                self.assertEqual(facts(done.out)["upload"], "failed" if rules else "stored", done)
                self.assert_file(os.path.join(self.logs, LOG), SMALL)
                self.assertEqual([name for name in os.listdir(spool) if "v8log" in name], [])


class TestKills(CaptureCase):
    def kill(self, running, delay):
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.process.pid, signal.SIGKILL)
        return running.wait()

    def longest(self, *arguments):
        began = time.monotonic()
        self.unpeg(*arguments)
        return time.monotonic() - began

    def test_killed_anywhere(self):
        """A capture, the drain after it and the network: each ends at a random place of its time."""
        chance = random.Random(os.environ.get("UNPEG_SEED", "1"))
        slow = [{**PUT, "rate_up": 60 * MIB}]
        self.begin(LARGE, slow)
        capture_s = self.longest(*self.capture_arguments("10s"))
        for number in range(KILLS):
            with self.subTest(number=number):
                self.begin(LARGE, slow)
                done = self.kill(self.start(*self.capture_arguments("10s")), chance.uniform(0, 1.1 * capture_s))
                self.assert_nothing_lost(done)
                done = self.kill(self.start("drain", self.logs), chance.uniform(0, capture_s))
                self.assert_nothing_lost(done)
                self.cut_network_in_a_drain(chance.uniform(0, capture_s))
                self.finish()

    def cut_network_in_a_drain(self, delay):
        port = self.proxy.port
        running = self.start("drain", "--budget", f"{int(1000 * delay) + 500}ms", self.logs)
        time.sleep(delay)
        self.proxy.__exit__()
        done = running.wait()
        self.proxy = self.start_proxy(port=port)
        self.assert_nothing_lost(done)

    def finish(self):
        """What was killed before it had a second name is among the logs yet, for the next capture."""
        drained = self.drain("--store", f"s3://{self.bucket}")
        self.assertEqual(drained.code, 0, drained)
        keys = self.assert_nothing_lost(drained)
        if keys:
            self.assertEqual((len(keys), self.copies()), (1, []), drained)
            return
        self.assertEqual([os.path.basename(name) for name in self.copies()], [LOG], drained)
        self.assertIn(self.capture().code, IN_STORE)
        self.assertEqual(len(self.assert_nothing_lost(drained)), 1)

    def test_told_to_end(self):
        for rules, place in (([{**PART_2, "stall_up": 70000}], "partNumber=2"), ([{**COMPLETE, "delay": 3600}], "uploadId")):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(place=place, signal=number):
                    self.begin(LARGE, rules)
                    running = self.start(*self.capture_arguments("60s"))
                    self.wait_until(lambda place=place: self.requests(None, place), "the place")
                    running.signal(number)
                    done = running.wait()
                    self.assertEqual(done.code, 128 + number, done)
                    self.assertLess(done.seconds, 5)
                    self.assertEqual(done.out.count("\n"), 1, done)
                    self.assert_nothing_lost(done)
                    self.assert_drained(done)


if __name__ == "__main__":
    main()
