#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Where unpeg's credentials come from: each place of the chain over real HTTP, proven by an upload with what it gave."""
import json
import os

from harness import (LARGE, PART_2, SERVER, SMALL, UploadCase, facts, key_environment, main, needs, tls_context,
                     write_only_keys)
from key_services import ROLE, KeyServices

TRUE_KEYS = (SERVER["access_key"], SERVER["secret_key"], None)
NONE = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
STATIC = "aws_access_key_id = {}\naws_secret_access_key = {}\n"
STALE_KEYS = ("400:ExpiredToken", "403:ExpiredToken", "400:InvalidToken", "403:TokenRefreshRequired", "403:RequestExpired")
TRUE, WRONG = STATIC.format(*TRUE_KEYS[:2]), STATIC.format("NOBODY", "wrong")


class KeysCase(UploadCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path(".aws"))

    def services(self, keys=TRUE_KEYS, **options):
        services = KeyServices(keys, **options)
        self.addCleanup(services.end)
        return services

    def places(self, services):
        """The environment in which each service is the first that has keys."""
        self.write("identity", b"the identity")
        return {
            "container (full)": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": services.url("/container?a=b")},
            f"instance role {ROLE}": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": services.url(),
                                      "AWS_EC2_METADATA_DISABLED": None},
            "web identity, role arn:w": {"AWS_WEB_IDENTITY_TOKEN_FILE": self.path("identity"), "AWS_ROLE_ARN": "arn:w",
                                         "AWS_ENDPOINT_URL_STS": services.url()},
        }

    def upload_with(self, environment, *more, rules=(), data=SMALL, stored=True, budget="60s"):
        self.clear()
        self.proxy.set_rules(rules)
        path = self.write("a.log", data)
        done = self.upload(path, "-v", *more, environment=self.environment(**{**NONE, **environment}), budget=budget)
        self.assert_safe(done, path, data, stored=stored)
        return done

    def assert_source(self, done, source):
        self.assertEqual(facts(done.out).get("credentials"), source, done)


class TestPlaces(KeysCase):
    def test_services(self):
        """Each of them, with keys that have a session token where the server gives such."""
        for keys in [TRUE_KEYS] + ([write_only_keys()] if SERVER.get("write_only_role") else []):
            services = self.services(keys)
            for source, environment in self.places(services).items():
                with self.subTest(source=source, session=bool(keys[2])):
                    self.assert_source(self.upload_with(environment), source)

    def test_order(self):
        """The one before wins, also when its keys are wrong ones: nothing falls through in silence."""
        services, wrong = self.services(), self.services(("NOBODY", "wrong", None))
        container, instance, identity = self.places(services).values()
        bad_container, _, bad_identity = self.places(wrong).values()
        variables = key_environment()
        for first, later, source, stored in (
                (variables, bad_identity, "environment", True), (identity, bad_container, "web identity, role arn:w", True),
                (bad_identity, container, "web identity, role arn:w", False), (container, instance, "container (full)", True),
                (bad_container, instance, "container (full)", False)):
            with self.subTest(source=source, stored=stored):
                self.assert_source(self.upload_with({**later, **first}, stored=stored), source)

    def test_half_of_a_pair(self):
        services = self.services()
        for half in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            with self.subTest(half=half):
                environment = {**NONE, **self.places(services)["container (full)"], half: "x"}
                path = self.write("a.log", SMALL)
                done = self.upload(path, environment=self.environment(**environment))
                self.assert_safe(done, path, SMALL, stored=False)
                self.assertEqual((services.seen, self.proxy.log), ([], []))

    def test_what_is_asked(self):
        services = self.services()
        container, instance, identity = self.places(services).values()
        self.write("token", b"first")
        services.container_token = "first"
        self.upload_with({**container, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.path("token"),
                          "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this one"})
        self.assertEqual([(asked.method, asked.target) for asked in services.seen], [("GET", "/container?a=b")])
        services.seen.clear()
        self.upload_with(instance)
        self.assertEqual([asked.method for asked in services.seen], ["PUT", "GET", "GET"])
        services.seen.clear()
        self.upload_with({**identity, "AWS_ROLE_SESSION_NAME": "pod-1"})
        asked, = services.seen
        self.assertEqual((asked.form["Action"], asked.form["RoleArn"], asked.form["RoleSessionName"]),
                         ("AssumeRoleWithWebIdentity", "arn:w", "pod-1"))
        self.assertNotIn("Authorization", asked.headers)

    def test_a_container_over_tls(self):
        if "ca" not in SERVER:
            self.skipTest("this server has no certificate")
        services = self.services(tls=tls_context())
        place = self.places(services)["container (full)"]
        self.assert_source(self.upload_with(place, "--ca-file", SERVER["ca"]), "container (full)")
        done = self.upload_with(place, stored=False)
        self.assertIn("certificate", done.out)

    def test_proxies_are_for_the_store_alone(self):
        """Metadata that goes over a company's proxy is the proxy's."""
        services = self.services()
        for source, environment in self.places(services).items():
            if source.startswith("web"):
                continue
            with self.subTest(source=source):
                environment = {**environment, "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
                done = self.upload_with(environment, stored=False, budget="1s")
                self.assert_source(done, source)


class TestFaults(KeysCase):
    def test_a_service_that_recovers(self):
        for answers in ([500], [503, 500], [429]):
            services = self.services()
            for source, environment in self.places(services).items():
                # An instance's first question is asked once: most machines are none.
                instance = source.startswith("instance")
                with self.subTest(source=source, answers=answers):
                    services.answers = [None, answers[0]] if instance else list(answers)
                    self.assert_source(self.upload_with(environment), source)

    def test_a_service_that_refuses(self):
        services = self.services()
        for source, environment in self.places(services).items():
            with self.subTest(source=source):
                services.answers = [403] * 9
                done = self.upload_with(environment, stored=False)
                self.assertEqual(self.proxy.log, [])
                self.assertIn("403" if not source.startswith("instance") else "no credentials", done.out)

    def test_a_service_that_does_not_answer(self):
        """A hop limit swallows the metadata's answers: that has to be seen within a second or two."""
        services = self.services()
        for source, environment in self.places(services).items():
            with self.subTest(source=source):
                services.answers = [60.0] * 9
                budget = 5 if source.startswith("instance") else 2
                done = self.upload_with(environment, stored=False, budget=f"{budget}s")
                self.assert_in_time(done, budget)
                self.assertEqual(self.proxy.log, [])
                if source.startswith("instance"):
                    self.assertIn("no credentials", done.out)

    def test_nobody_listens(self):
        services = self.services()
        services.end()
        for source, environment in self.places(services).items():
            with self.subTest(source=source):
                done = self.upload_with(environment, stored=False, budget="5s")
                self.assertEqual(self.proxy.log, [])
                self.assertLess(done.seconds, 10)


class TestRefresh(KeysCase):
    def test_keys_that_the_store_finds_stale(self):
        for status in STALE_KEYS:
            services = self.services()
            for source, environment in self.places(services).items():
                with self.subTest(status=status, source=source):
                    services.seen.clear()
                    rule = {**PART_2, "status": status, "drain": True, "times": 1}
                    self.assert_source(self.upload_with(environment, rules=[rule], data=LARGE), source)
                    self.assertEqual(len(self.requests("PUT", "partNumber=1")), 1)
                    self.assertEqual(len(services.seen), 6 if source.startswith("instance") else 2)

    def test_keys_that_stay_stale(self):
        services = self.services()
        rule = {**PART_2, "status": "400:ExpiredToken", "drain": True}
        self.upload_with(self.places(services)["container (full)"], rules=[rule], data=LARGE, stored=False)
        self.assertEqual(len(self.requests("PUT", "partNumber=2")), 2)
        self.assertEqual(self.unfinished_uploads(), [])

    def test_keys_that_cannot_be_fetched_anew(self):
        rule = {"method": "PUT", "status": "400:ExpiredToken", "drain": True}
        done = self.upload_with(key_environment(), rules=[rule], stored=False)
        self.assertIn("ExpiredToken", done.out)

    def test_no_keys(self):
        done = self.upload_with({}, stored=False)
        self.assertEqual(self.proxy.log, [])
        self.assertIn("no credentials", done.out)

    def test_the_container_s_token_is_read_again(self):
        services = self.services()
        services.container_token = "first"
        self.write("token", b"first")
        environment = {**self.places(services)["container (full)"],
                       "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.path("token")}
        self.clear()
        self.proxy.set_rules([{**PART_2, "status": "400:ExpiredToken", "drain": True, "times": 1, "delay": 1}])
        path = self.write("a.log", LARGE)
        running = self.start("upload", *self.upload_options(), path, environment=self.environment(**{**NONE, **environment}))
        self.wait_until(lambda: self.requests("PUT", "partNumber=2"), "part 2")
        services.container_token = "second"
        self.write("token", b"second")
        self.assert_safe(running.wait(), path, LARGE, stored=True)
        self.assertEqual([asked.headers["Authorization"] for asked in services.seen], ["first", "second"])

    def test_keys_that_have_ended_are_not_used_again(self):
        """Before each request: a part that is signed with ended keys is refused when its head arrives."""
        services = self.services(lifetime_s=-1)
        self.upload_with(self.places(services)["container (full)"], data=LARGE)
        self.assertEqual(len(services.seen), len(self.proxy.log))

    def test_keys_that_live_go_on_when_there_are_no_new_ones(self):
        services = self.services(lifetime_s=60)
        services.answers = [None] + [500] * 50
        self.upload_with(self.places(services)["container (full)"], data=LARGE)


class TestProfiles(KeysCase):
    def profiles(self, credentials="", config=""):
        self.write(".aws/credentials", credentials.encode())
        self.write(".aws/config", config.encode())

    def process(self, keys=TRUE_KEYS):
        given = {"Version": 1, "AccessKeyId": keys[0], "SecretAccessKey": keys[1]}
        path = self.write("give-keys", f"#!/bin/sh\necho '{json.dumps(given)}'\n".encode())
        os.chmod(path, 0o700)
        return f"credential_process = {path}\n"

    def test_profiles(self):
        wrong, right = "[default]\n" + WRONG, "[default]\n" + TRUE
        cases = (
            ("static", right, "", {}, "profile default"),
            ("config's static", "", right, {}, "profile default"),
            ("credentials before config", right, wrong, {}, "profile default"),
            ("process before config's static", "", "[default]\n" + self.process() + WRONG, {},
             "profile default, credential_process"),
            ("named", wrong + "[ci]\n" + TRUE, "", {"AWS_PROFILE": "ci"}, "profile ci"),
            ("its files elsewhere", "", "", {"AWS_SHARED_CREDENTIALS_FILE": self.write("creds", right.encode())},
             "profile default"),
            ("environment before AWS_PROFILE", wrong, "", {**key_environment(), "AWS_PROFILE": "default"}, "environment"),
        )
        for name, credentials, config, environment, source in cases:
            with self.subTest(name=name):
                self.profiles(credentials, config)
                self.assert_source(self.upload_with(environment), source)

    def test_an_explicit_profile_is_before_the_environment(self):
        self.profiles("[ci]\n" + TRUE)
        wrong = key_environment(("NOBODY", "wrong", None))
        self.assert_source(self.upload_with(wrong, "--profile", "ci"), "profile ci")

    def test_a_profile_that_is_not_there(self):
        self.profiles("[ci]\n" + TRUE)
        done = self.upload_with({"AWS_PROFILE": "gone"}, stored=False)
        self.assertIn("gone", done.out + done.err)
        self.assertEqual(self.proxy.log, [])

    @needs("write_only_role")
    def test_roles_of_a_real_sts(self):
        """Signed by us, judged by Ceph: it gives keys that may only write."""
        services = self.services()
        role = f"[profile up]\nrole_arn = {SERVER['write_only_role']}\n"
        sts = {"AWS_PROFILE": "up", "AWS_ENDPOINT_URL_STS": SERVER["endpoint"]}
        by_instance = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": services.url(), "AWS_EC2_METADATA_DISABLED": None}
        by_container = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": services.url("/container")}
        for how, environment in (("source_profile = base", {}), ("credential_source = Environment", key_environment()),
                                 ("credential_source = EcsContainer", by_container),
                                 ("credential_source = Ec2InstanceMetadata", by_instance)):
            with self.subTest(how=how):
                self.profiles("[base]\n" + TRUE, role + how + "\n")
                # The keys of the environment would win over the profile, unless it is asked for.
                done = self.upload_with({**environment, **sts}, "--profile", "up")
                self.assertTrue(facts(done.out)["credentials"].startswith("profile up, role " + SERVER["write_only_role"]), done)
                self.assertEqual(facts(done.out)["verified"], "parts", done)

    @needs("write_only_role")
    def test_a_real_sts_that_refuses(self):
        self.profiles("[base]\n" + WRONG, f"[default]\nrole_arn = {SERVER['write_only_role']}\nsource_profile = base\n")
        done = self.upload_with({"AWS_ENDPOINT_URL_STS": SERVER["endpoint"]}, stored=False)
        self.assertIn("403", done.out)
        self.assertEqual(self.proxy.log, [])


if __name__ == "__main__":
    main()
