#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is wrong around an upload: the network, the clock, the region, the keys, the time, and signals.

The claim is that of test_retry.py: stored whole, or not stored and the log still there, in time, and one line says which.
"""
import http.server
import json
import re
import threading
import time

from harness import COMPLETE, CONDITIONS, LARGE, MIB, PART_2, SERVER, SMALL, UploadCase, key_environment, main, needs

STALE_KEYS = ("400:ExpiredToken", "403:ExpiredToken", "400:InvalidToken", "403:TokenRefreshRequired", "403:RequestExpired")


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

    def test_endpoints_that_are_none(self):
        for endpoint in ("ftp://127.0.0.1", "127.0.0.1:1", "http://", "http://store.invalid", "file:///etc"):
            with self.subTest(endpoint=endpoint):
                path = self.write("a.log", SMALL)
                done = self.upload(path, environment=self.environment(AWS_ENDPOINT_URL_S3=endpoint))
                self.assert_safe(done, path, SMALL, stored=False)
                self.assertLess(done.seconds, 10)

    def test_chaos(self):
        """Two requests of five are refused, and of the others every third loses its connection."""
        self.proxy.set_rules([{"chance": 0.4, "status": "503:SlowDown"}, {"chance": 0.15, "cut_up": 50000},
                              {"chance": 0.15, "drop_resp": True}])
        self.check_chaos()

    def check_chaos(self):
        path = self.write("a.log", LARGE)
        self.assert_safe(self.upload(path, budget="60s"), path, LARGE)


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


class Keys:
    """A container's credentials service: another set of keys each time, all of them good ones."""

    def __init__(self, case):
        self.asked = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                keys = key_environment()
                soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
                body = json.dumps({"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"],
                                   "Expiration": soon}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)

    @property
    def environment(self):
        return {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self.server.server_port}/keys"}


class TestKeys(UploadCase):
    def test_stale_keys_are_fetched_anew_in_mid_upload(self):
        for status in STALE_KEYS:
            with self.subTest(status=status):
                keys = Keys(self)
                self.check([{**PART_2, "status": status, "drain": True, "times": 1}], LARGE, stored=True,
                           environment=self.environment(**keys.environment))
                self.assertEqual(keys.asked, 2)
                self.assertEqual(len(self.requests("PUT", "partNumber=1")), 1)

    def test_keys_that_stay_stale(self):
        keys = Keys(self)
        self.check([{**PART_2, "status": "400:ExpiredToken", "drain": True}], LARGE, stored=False,
                   environment=self.environment(**keys.environment))
        self.assertLessEqual(len(self.requests("PUT", "partNumber=2")), 2)
        self.assertEqual(self.unfinished_uploads(), [])

    def test_keys_that_cannot_be_fetched_anew(self):
        done = self.check([{"method": "PUT", "status": "400:ExpiredToken", "drain": True}], stored=False)
        self.assertIn("ExpiredToken", done.out + done.err)

    def test_no_keys(self):
        none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
        done = self.check([], stored=False, environment=self.environment(**none))
        self.assertEqual(self.proxy.log, [])
        self.assertIn("credentials", done.out + done.err)
        self.assertLess(done.seconds, 15)


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
        running.signal(15)
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

    def test_killed(self):
        self.proxy.set_rules([{**PART_2, "stall_up": 70000}])
        path = self.write("a.log", LARGE)
        running = self.start("upload", *self.upload_options(), path, environment=self.environment())
        self.wait_until(self.up_of_part_2(70000), "part 2")
        running.signal(9)
        running.wait()
        self.assert_file(path, LARGE)
        self.assertEqual(self.stored_keys(), [])


if __name__ == "__main__":
    main()
