#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What other people's clients read of ours, and we of theirs: awscli, s3cmd, rclone."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness import MIB, SERVER, PeerCase, address_of, log_bytes, main     # noqa: E402

AWS = "/usr/bin/aws"


class Client:
    def __init__(self, case):
        self.case = case

    def run(self, *command, **environment):
        case = self.case
        done = subprocess.run(command, env=dict(case.environment(**environment), AWS_DEFAULT_REGION=SERVER["region"]),
                              cwd=case.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                              check=False)
        case.assertEqual(done.returncode, 0, done.stdout)


class Awscli(Client):
    def get(self, key, path):
        self.run(AWS, "--endpoint-url", SERVER["endpoint"], "s3", "cp", f"s3://{self.case.bucket}/{key}", path)

    def put(self, path, key):
        self.run(AWS, "--endpoint-url", SERVER["endpoint"], "s3", "cp", path, f"s3://{self.case.bucket}/{key}")


class S3cmd(Client):
    def options(self):
        host = "{}:{}".format(*address_of(SERVER["endpoint"]))
        return ("s3cmd", "--no-ssl", f"--host={host}", f"--host-bucket={host}", f"--access_key={SERVER['access_key']}",
                f"--secret_key={SERVER['secret_key']}", "--force", "--quiet", f"--config={os.devnull}")

    def get(self, key, path):
        self.run(*self.options(), "get", f"s3://{self.case.bucket}/{key}", path)

    def put(self, path, key):
        self.run(*self.options(), "put", path, f"s3://{self.case.bucket}/{key}")


class Rclone(Client):
    def options(self):
        return {"RCLONE_CONFIG": self.case.path("rclone.conf"), "RCLONE_CONFIG_R_TYPE": "s3",
                "RCLONE_CONFIG_R_PROVIDER": "Other", "RCLONE_CONFIG_R_ENV_AUTH": "true",
                "RCLONE_CONFIG_R_REGION": SERVER["region"], "RCLONE_CONFIG_R_ENDPOINT": SERVER["endpoint"]}

    def get(self, key, path):
        self.run("rclone", "copyto", f"r:{self.case.bucket}/{key}", path, **self.options())

    def put(self, path, key):
        self.run("rclone", "copyto", path, f"r:{self.case.bucket}/{key}", **self.options())


class TestClients(PeerCase):
    def clients(self):
        return Awscli(self), S3cmd(self), Rclone(self)

    def test_they_read_what_we_store(self):
        for size in (1000, 20 * MIB):
            self.clear()
            data = log_bytes(size)
            self.assertEqual(self.upload(self.write("a.log", data), key="realm=a+b c,card=%41").code, 0)
            key, = self.stored_keys()
            for client in self.clients():
                with self.subTest(client=type(client).__name__, size=size):
                    client.get(key, self.path("got"))
                    self.assert_file(self.path("got"), data)
                    os.unlink(self.path("got"))

    def test_we_read_what_they_store(self):
        data = log_bytes(20 * MIB, 5)
        path = self.write("a.log", data)
        for number, client in enumerate(self.clients()):
            key = f"env/realm{number}/j/c a+b=%41/s/2024-01-01T00-00-0{number}-0.v8log"
            with self.subTest(client=type(client).__name__):
                client.put(path, key)
                done = self.unpeg("fetch", "--store", f"s3://{self.bucket}", "--realm", f"realm{number}", "-o", self.path("got"))
                self.assertEqual(done.code, 0, done)
                self.assert_file(self.path("got"), data)
                os.unlink(self.path("got"))


if __name__ == "__main__":
    main()
