#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is wrong around an upload: the network, the clock, the region, the time, and signals.

The claim is that of test_retry.py: stored whole, or not stored and the log still there, in time, and one line says which.
"""
import os
import re
import resource
import signal
import time

from harness import (COMPLETE, CONDITIONS, LARGE, MIB, PART_2, SERVER, SMALL, UploadCase, facts, log_bytes, main, needs,
                     tls_context)


class TestNetwork(UploadCase):
    def test_nobody_listens_at_first(self):
        port = self.proxy.port
        self.proxy.__exit__()
        path = self.write("a.log", SMALL)
        running = self.start("upload", *self.upload_options(), path, environment=self.environment())
        time.sleep(0.3)
        self.proxy = self.start_proxy(port=port)
        self.assert_safe(running.wait(), path, SMALL, stored=True)

    def test_nobody_listens(self):
        path = self.write("a.log", SMALL)
        environment = self.environment(AWS_ENDPOINT_URL_S3="http://127.0.0.1:9")
        done = self.upload(path, environment=environment, budget="3s")
        self.assert_safe(done, path, SMALL, stored=False)
        self.assert_in_time(done, 3)

    def test_no_such_host(self):
        path = self.write("a.log", SMALL)
        environment = self.environment(AWS_ENDPOINT_URL_S3="https://store.invalid")
        done = self.upload(path, environment=environment, budget="3s")
        self.assert_safe(done, path, SMALL, stored=False)
        self.assert_in_time(done, 3)
        self.assertIn("store.invalid", done.out + done.err)

    def test_no_such_proxy(self):
        path = self.write("a.log", SMALL)
        for host in ("http://proxy.invalid:3128", "http://127.0.0.1:9"):
            with self.subTest(host=host):
                environment = self.environment(http_proxy=host, AWS_ENDPOINT_URL_S3=self.endpoint)
                done = self.upload(path, environment=environment, budget="2s")
                self.assert_safe(done, path, SMALL, stored=False)
                self.assert_in_time(done, 2)
                self.assertEqual(self.proxy.log, [])

    def test_endpoints_that_are_none(self):
        for endpoint in ("ftp://127.0.0.1", "127.0.0.1:1", "http://", "http://store.invalid", "file:///etc"):
            with self.subTest(endpoint=endpoint):
                path = self.write("a.log", SMALL)
                done = self.upload(path, environment=self.environment(AWS_ENDPOINT_URL_S3=endpoint))
                self.assert_safe(done, path, SMALL, stored=False)
                self.assertLess(done.seconds, 10)

    def chaos(self, proxy, environment):
        """Two requests of five are refused, and of the others every third loses its connection."""
        proxy.set_rules([{"chance": 0.4, "status": "503:SlowDown"}, {"chance": 0.15, "cut_up": 50000},
                         {"chance": 0.15, "drop_resp": True}])
        path = self.write("a.log", LARGE)
        self.assert_safe(self.upload(path, environment=environment, budget="60s"), path, LARGE)

    def test_chaos(self):
        self.chaos(self.proxy, self.environment())

    def test_chaos_over_tls(self):
        if "ca" not in SERVER:
            self.skipTest("this server has no certificate")
        proxy = self.start_proxy(tls=tls_context())
        endpoint = f"https://127.0.0.1:{proxy.port}"
        self.chaos(proxy, self.environment(AWS_ENDPOINT_URL_S3=endpoint, AWS_CA_BUNDLE=SERVER["ca"]))


class TestClock(UploadCase):
    def test_wrong_clocks(self):
        for offset, tries in (("-1h", 2), ("+1h", 2), ("-400d", 2), ("+14m", 1)):
            with self.subTest(offset=offset):
                self.check([], stored=True, before=("faketime", "-f", offset))
                self.assertEqual(len(self.requests("PUT")), tries)

    def test_a_wrong_clock_is_learned_once(self):
        self.check([], LARGE, stored=True, before=("faketime", "-f", "-1h"))
        refused = [seen for seen in self.proxy.log if seen.status == 403]
        self.assertEqual(len(refused), 1, self.proxy.log)

    def test_a_clock_that_cannot_be_learned(self):
        rule = {"method": "PUT", "status": "403:RequestTimeTooSkewed", "drain": True}
        for headers in ({}, {"Date": "yesterday"}, {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}):
            with self.subTest(headers=headers):
                self.check([{**rule, "headers": headers}], stored=False)
                self.assertLessEqual(len(self.requests("PUT")), 3)


class TestRegion(UploadCase):
    def regions(self):
        scopes = [re.search(r"Credential=[^,]*/\d{8}/([^/]*)/s3/", seen.headers.get("authorization", ""))
                  for seen in self.requests("PUT")]
        return [scope.group(1) if scope else None for scope in scopes]

    @needs("any_region")
    def test_redirects_teach_the_region(self):
        cases = ({"status": "301:PermanentRedirect", "headers": {"x-amz-bucket-region": "eu-west-3"}},
                 {"status": "400:AuthorizationHeaderMalformed", "extra": "<Region>eu-west-3</Region>"},
                 {"status": "400:AuthorizationHeaderMalformed", "headers": {"x-amz-bucket-region": "eu-west-3"}},
                 {"status": "301:PermanentRedirect", "extra": "<Region>eu-west-3</Region>"})
        for case in cases:
            with self.subTest(case=case):
                self.check([{"method": "PUT", "drain": True, "times": 1, **case}], stored=True)
                self.assertEqual(self.regions(), [SERVER["region"], "eu-west-3"])

    def test_a_redirect_to_nowhere(self):
        for case in ({"status": "301:PermanentRedirect"},
                     {"status": "301:PermanentRedirect", "headers": {"x-amz-bucket-region": "eu-west-3"}},
                     {"status": "400:AuthorizationHeaderMalformed", "extra": "<Region>../x y</Region>"}):
            with self.subTest(case=case):
                self.check([{"method": "PUT", "drain": True, **case}], stored=False)
                self.assertLessEqual(len(self.requests("PUT")), 2)

    @needs("region_checked")
    def test_a_server_that_minds_the_region(self):
        path = self.write("a.log", SMALL)
        done = self.upload(path, environment=self.environment(AWS_REGION="eu-north-1"))
        self.assert_safe(done, path, SMALL, stored=True)
        self.assertEqual(self.regions(), ["eu-north-1", SERVER["region"]])

    def test_another_host_for_one_request(self):
        other = self.start_proxy()
        path = f"http://127.0.0.1:{other.port}"
        rule = {"method": "PUT", "status": "307:TemporaryRedirect", "drain": True, "times": 1}
        self.proxy.set_rules([{**rule, "headers": {"Location": f"{path}/{self.bucket}/here"}}])
        log = self.write("a.log", SMALL)
        done = self.upload(log, key="here.v8log")
        self.assert_safe(done, log, SMALL)
        self.assertEqual(len([seen for seen in self.proxy.log if seen.method == "HEAD"]), (1 if CONDITIONS else 2) if done.code == 0 else 0)

    def test_other_hosts_for_ever(self):
        rule = {"method": "PUT", "status": "307:TemporaryRedirect", "drain": True}
        self.check([{**rule, "headers": {"Location": f"{self.endpoint}/{self.bucket}/k"}}], stored=False)
        self.assertLessEqual(len(self.requests("PUT")), 10)


class TestBudget(UploadCase):
    def test_stalls(self):
        for data, place in ((SMALL, {"method": "PUT"}), (LARGE, PART_2), (LARGE, COMPLETE), (SMALL, {"method": "HEAD"})):
            with self.subTest(place=place, size=len(data)):
                fault = {"stall_up": 100} if place.get("method") != "HEAD" else {"delay": 3600}
                done = self.check([{**place, **fault}], data, budget="2s")
                self.assertNotEqual(done.code, 0)
                self.assert_in_time(done, 2)

    def test_a_stalled_answer(self):
        done = self.check([{"method": "PUT", "delay": 3600}], stored=False, budget="1500ms")
        self.assert_in_time(done, 1.5)

    def test_a_slow_link(self):
        done = self.check([{"method": "PUT", "rate_up": 500000}], LARGE, stored=False, budget="2s")
        self.assert_in_time(done, 2)
        self.wait_until(lambda: self.unfinished_uploads() == [], "the upload is aborted", 5)

    def test_refused_for_ever(self):
        done = self.check([{"method": "PUT", "status": "503:SlowDown"}], stored=False, budget="1s")
        self.assert_in_time(done, 1)

    def test_no_time_at_all(self):
        self.check([], stored=False, budget="1ms")


class TestSignals(UploadCase):
    def interrupted(self, rule, reached):
        self.proxy.set_rules([rule])
        path = self.write("a.log", LARGE)
        running = self.start("upload", *self.upload_options(), path, environment=self.environment())
        self.wait_until(reached, "the place")
        running.signal(signal.SIGTERM)
        done = running.wait()
        self.assertEqual(done.code, 143, done)
        self.assertLess(done.seconds, 5)
        self.assert_safe(done, path, LARGE, stored=False)
        self.wait_until(lambda: self.unfinished_uploads() == [], "the upload is aborted", 5)

    def up_of_part_2(self, count):
        return lambda: any(seen.up >= count for seen in self.requests("PUT", "partNumber=2"))

    def test_in_a_transfer(self):
        self.interrupted({**PART_2, "rate_up": MIB}, self.up_of_part_2(100000))

    def test_in_a_stall(self):
        self.interrupted({**PART_2, "stall_up": 70000}, self.up_of_part_2(70000))

    def test_in_a_pause(self):
        rule = {**PART_2, "status": "503:SlowDown", "headers": {"Retry-After": "30"}}
        self.interrupted(rule, lambda: self.requests("PUT", "partNumber=2"))

    def kill_in_part_2(self, *more):
        self.clear()
        self.proxy.set_rules([{**PART_2, "stall_up": 70000}])
        path = self.write("a.log", LARGE)
        running = self.start("upload", *self.upload_options(), *more, path)
        self.wait_until(self.up_of_part_2(70000), "part 2")
        running.signal(signal.SIGKILL)
        running.wait()
        self.assert_file(path, LARGE)
        self.assertEqual(self.stored_keys(), [])
        upload, = self.unfinished_uploads()
        parts = self.s3.list_parts(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])["Parts"]
        self.assertEqual([part["Size"] for part in parts], [8 * MIB])
        self.proxy.set_rules([])
        self.proxy.log.clear()
        return path

    def test_killed(self):
        """Nothing of it counts; what is left in the store is for its lifecycle rule."""
        path = self.kill_in_part_2()
        self.assert_safe(self.upload(path), path, LARGE, stored=True)

    def test_killed_with_notes(self):
        """What was sent is not sent again, under the key that it had."""
        state = self.path("a.state")
        path = self.kill_in_part_2("--state", state)
        done = self.upload(path, "--state", state)
        self.assert_safe(done, path, LARGE, stored=True)
        self.assertEqual(self.requests("PUT", "partNumber=1"), [])
        self.assertEqual((facts(done.out)["resumed"], os.path.exists(state), self.unfinished_uploads()), ("1", False, []))

    def test_killed_with_notes_of_another_log(self):
        """A log that was written anew has nothing of the old one in it."""
        state = self.path("a.state")
        path = self.kill_in_part_2("--state", state)
        other = log_bytes(20 * MIB, 3)
        self.write("a.log", other)
        self.assert_safe(self.upload(path, "--state", state), path, other, stored=True)


class TestNotes(UploadCase):
    def test_notes_that_cannot_be_written(self):
        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        for state, options in ((self.path("none/a.state"), {}), (self.folder, {}),
                               (self.path("a.state"), {"preexec_fn": no_room})):
            with self.subTest(state=state):
                self.clear()
                path = self.write("a.log", LARGE)
                self.assert_safe(self.upload(path, "--state", state, **options), path, LARGE)

    def test_what_is_no_note_stays(self):
        """The log itself above all, when its name is given twice."""
        self.clear()
        path, other = self.write("a.log", LARGE), self.write("other.log", SMALL)
        for state in (path, other):
            with self.subTest(state=state):
                self.assert_safe(self.upload(path, "--state", state), path, LARGE, stored=False)
                self.assert_file(path, LARGE)
                self.assert_file(other, SMALL)

    def test_notes_that_are_damaged(self):
        for damage in (b"", b"\0" * 300, b"unpeg-upload 1\nurl s3"):
            with self.subTest(damage=damage):
                self.clear()
                state = self.write("a.state", damage)
                path = self.write("a.log", LARGE)
                self.assert_safe(self.upload(path, "--state", state), path, LARGE, stored=True)
                self.assertFalse(os.path.exists(state))


if __name__ == "__main__":
    main()
