#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every outcome that a request can have, against unpeg upload: what is tried again, what is not, what is learned.

The claim is one: the object is stored whole, or it is not and the log is still there; and one line says which.
"""
from harness import COMPLETE, CONDITIONS, CREATE, LARGE, MIB, PART_2, SMALL, UploadCase, main

# What a single PUT gets twice before the store answers. 0.2 s of pause at most and 0.4 s, by the table.
TRIED_AGAIN = ("500:InternalError", "502:BadGateway", "503:SlowDown", "503:ServiceUnavailable", "504:GatewayTimeout",
               "429:TooManyRequests", "408:RequestTimeout", "400:RequestTimeout", "409:OperationAborted",
               "500:", "503:", "200:InternalError")
NOT_TRIED_AGAIN = ("403:AccessDenied", "403:SignatureDoesNotMatch", "404:NoSuchBucket", "400:InvalidRequest",
                   "400:EntityTooLarge", "405:MethodNotAllowed", "403:")
BROKEN = ({"close": True}, {"cut_up": 0}, {"cut_up": 100000}, {"cut_up": len(SMALL)}, {"drop_resp": True})


class TestAnswers(UploadCase):
    def test_tried_again(self):
        for status in TRIED_AGAIN:
            for drain in (False, True):
                with self.subTest(status=status, drain=drain):
                    self.check([{"method": "PUT", "status": status, "drain": drain, "times": 2}], stored=True)
                    self.assertEqual(len(self.requests("PUT")), 3)

    def test_not_tried_again(self):
        for status in NOT_TRIED_AGAIN:
            with self.subTest(status=status):
                done = self.check([{"method": "PUT", "status": status, "drain": True}], stored=False)
                self.assertEqual(len(self.requests("PUT")), 1)
                code = status.partition(":")[2] or status[:3]
                self.assertIn(code, done.out + done.err)
                self.assertTrue(code.isdigit() or "proxy-1" in done.out + done.err, done)

    def test_a_store_without_conditions(self):
        """501 is how some say that they know no If-None-Match: it goes once more without, and no third time."""
        rule = {"method": "PUT", "status": "501:NotImplemented", "drain": True}
        for times, stored in ((1, True), (9, False)):
            with self.subTest(times=times):
                self.check([{**rule, "times": times}], stored=stored)
                self.assertEqual(["if-none-match" in seen.headers for seen in self.requests("PUT")], [True, False])

    def test_only_so_often(self):
        self.check([{"method": "PUT", "status": "500:InternalError"}], stored=False)
        self.assertEqual(len(self.requests("PUT")), 6)

    def test_retry_after(self):
        self.check([{"method": "PUT", "status": "503:SlowDown", "headers": {"Retry-After": "1"}, "times": 1}], stored=True)
        first, second = self.requests("PUT")
        self.assertGreaterEqual(second.began - first.ended, 0.95)

    def test_retry_after_beyond_the_budget(self):
        rule = {"method": "PUT", "status": "503:SlowDown", "headers": {"Retry-After": "3600"}}
        done = self.check([rule], stored=False, budget="2s")
        self.assert_in_time(done, 2)

    def test_broken_connections(self):
        for rule in BROKEN:
            with self.subTest(rule=rule):
                self.check([{"method": "PUT", "times": 2, **rule}], stored=True)
                # Without conditions, what was lost were two answers that said so.
                self.assertEqual(len(self.requests("PUT")), 3 if CONDITIONS or "drop_resp" not in rule else 1)

    def test_a_body_that_arrived_changed(self):
        """Read again and sent again once; a second time there is something wrong with the machine."""
        flip = {"method": "PUT", "flip_up": 1000}
        self.check([{**flip, "times": 1}], stored=True)
        self.check([flip], stored=False)
        self.assertEqual(len(self.requests("PUT")), 2)
        self.check([{**PART_2, "flip_up": 1000, "times": 1}], LARGE, stored=True)
        self.check([{**PART_2, "flip_up": 1000}], LARGE, stored=False)
        for code in ("BadDigest", "XAmzContentSHA256Mismatch"):
            with self.subTest(code=code):
                self.check([{"method": "PUT", "status": f"400:{code}", "drain": True, "times": 1}], stored=True)

    def test_an_answer_that_is_no_answer(self):
        self.check([{"method": "PUT", "status": "200:", "body": "<html>captive portal</html>", "drain": True}], stored=False)


class TestMultipart(UploadCase):
    def test_every_step_is_tried_again(self):
        for place in (CREATE, PART_2, COMPLETE):
            for fault in ({"status": "503:SlowDown"}, {"close": True}, {"status": "500:InternalError", "drain": True}):
                with self.subTest(place=place, fault=fault):
                    self.check([{**place, **fault, "times": 2}], LARGE, stored=True)
                    self.assertEqual(self.unfinished_uploads(), [])

    def test_reset_in_a_part(self):
        self.check([{**PART_2, "cut_up": 3000000, "times": 1}], LARGE, stored=True)
        self.assertEqual([seen.up for seen in self.requests("PUT", "partNumber=2")], [3000000, 8 * MIB])
        self.assertEqual(len(self.requests("PUT", "partNumber=1")), 1)

    def test_a_lost_answer(self):
        """To a part, to the end, and to the begin, which leaves an upload that nobody knows of."""
        for place in (PART_2, COMPLETE, CREATE):
            with self.subTest(place=place):
                self.check([{**place, "drop_resp": True, "times": 1}], LARGE, stored=True)

    def test_an_end_that_failed_within_its_200(self):
        self.check([{**COMPLETE, "status": "200:InternalError", "drain": True, "times": 1}], LARGE, stored=True)
        self.check([{**COMPLETE, "status": "200:InternalError", "drain": True}], LARGE, stored=False)

    def test_an_end_that_is_known_no_more(self):
        """The first one was done, its answer lost; the second says that there is no such upload. The object tells."""
        self.check([{**COMPLETE, "drop_resp": True, "times": 1}, {**COMPLETE, "status": "404:NoSuchUpload", "drain": True}],
                   LARGE, stored=True)

    def test_an_upload_that_was_dropped_begins_anew(self):
        self.check([{**PART_2, "status": "404:NoSuchUpload", "drain": True, "times": 1}], LARGE, stored=True)
        self.assertEqual(len(self.requests("POST", "uploads")), 2)
        self.assertEqual(len(self.requests("PUT", "partNumber=1")), 2)

    def test_an_upload_that_is_always_dropped_ends(self):
        self.check([{**PART_2, "status": "404:NoSuchUpload", "drain": True}], LARGE, stored=False, budget="20s")

    def test_failed_uploads_are_aborted(self):
        self.check([{**PART_2, "status": "403:AccessDenied", "drain": True}], LARGE, stored=False)
        self.assertEqual(self.unfinished_uploads(), [])

    def test_a_part_whose_hash_differs(self):
        self.check([{**PART_2, "set_headers": {"ETag": '"00000000000000000000000000000000"'}}], LARGE, stored=False)


class TestProof(UploadCase):
    """A 2xx alone proves nothing."""

    def test_the_store_has_something_else(self):
        for data in (SMALL, LARGE):
            for header in ({"ETag": '"00000000000000000000000000000000"'}, {"Content-Length": "17"}):
                with self.subTest(size=len(data), header=header):
                    self.clear()
                    self.proxy.set_rules([{"method": "HEAD", "set_headers": header}])
                    path = self.write("a.log", data)
                    done = self.upload(path, "--delete")
                    self.assertNotEqual(done.code, 0, done)
                    self.assert_file(path, data)

    def test_the_proof_is_tried_again(self):
        for fault in ({"status": "503:"}, {"close": True}, {"drop_resp": True}):
            with self.subTest(fault=fault):
                self.check([{"method": "HEAD", **fault, "times": 2}], stored=True)

    def test_no_proof_no_deletion(self):
        for fault in ({"status": "500:"}, {"status": "404:"}, {"close": True}):
            with self.subTest(fault=fault):
                self.clear()
                self.proxy.set_rules([{"method": "HEAD", **fault}])
                path = self.write("a.log", SMALL)
                done = self.upload(path, "--delete")
                self.assertNotEqual(done.code, 0, done)
                self.assert_file(path, SMALL)

    def test_proven_means_gone(self):
        path = self.write("a.log", SMALL)
        self.assertEqual(self.upload(path, "--delete").code, 0)
        self.assertEqual([self.stored(key) for key in self.stored_keys()], [SMALL])
        self.assertRaises(FileNotFoundError, open, path, "rb")


if __name__ == "__main__":
    main()
