# SPDX-License-Identifier: MIT
"""Starts a server for tests and sees that it ends, whatever happens to them.

    class Server: __init__(folder), start(), describe() -> dict, end(), children
    sys.exit(server_keeper.main(sys.argv[1:], Server, NEEDED, __doc__))

gives a program with the verbs start DIR, stop DIR and run DIR COMMAND... . A keeper process holds the
server's processes: they end with `stop`, when the process that called `start` ends, and when the keeper
is killed. DIR/server.json is what describe() says. Exit code 77: the commands or modules NEEDED are not there.
"""
import contextlib
import ctypes
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

NOT_RUN = 77
START_TRIES = 3
START_LIMIT_S = 120
LIFE_LIMIT_S = 3600
POLL_S = 0.05
PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    pass


def program():
    return os.path.basename(sys.argv[0])


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def call(*command, give=None):
    done = subprocess.run(command, input=give, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=START_LIMIT_S, check=False)
    if done.returncode != 0:
        raise StartFailed(f"{' '.join(command[:4])}...: exit {done.returncode}: {done.stdout[-400:].strip()}")
    return done.stdout


class Processes:
    """Children of this process which do not outlive it."""

    def __init__(self, folder):
        self.folder = folder
        self.children = []

    def child(self, *command):
        libc = ctypes.CDLL(None)
        with open(self.log_of(command[0]), "w", encoding="utf-8") as log:
            self.children.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)))

    def log_of(self, command):
        return f"{self.folder}/{os.path.basename(command)}.out"

    def wait_until_it_answers(self, address):
        end = time.monotonic() + START_LIMIT_S
        while time.monotonic() < end:
            self.check_children()
            try:
                urllib.request.urlopen(address, timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(POLL_S)
        raise StartFailed(f"no answer within {START_LIMIT_S} s")

    def check_children(self):
        for child in self.children:
            if child.poll() is not None:
                raise StartFailed(f"{child.args[0]} ended with {child.returncode}: {self.last_words(child.args[0])}")

    def last_words(self, name):
        with open(self.log_of(name), encoding="utf-8", errors="replace") as file:
            return file.read()[-400:].strip()

    def end(self):
        """A gentle end takes seconds, and nothing here is worth keeping."""
        for child in reversed(self.children):
            child.kill()
        for child in self.children:
            child.wait()


def started_server(make, folder):
    for left in reversed(range(START_TRIES)):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        server = make(folder)
        try:
            server.start()
            return server
        except (StartFailed, subprocess.TimeoutExpired, OSError) as problem:
            server.end()
            print(f"{program()}: {problem}", file=sys.stderr)
            if not left:
                raise StartFailed(str(problem)) from problem
    return None


def write_whole(path, text):
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".part", path)


def wait_for_end(server, owner, end):
    """Until told to stop, the owner is gone, or a daemon is."""
    while time.monotonic() < end and os.path.exists(f"/proc/{owner}") and not os.path.exists(f"{server.folder}/stop"):
        if any(child.poll() is not None for child in server.children):
            return
        time.sleep(POLL_S)


def keep(make, folder, owner):
    """The keeper: starts the daemons, waits, ends them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = None
    try:
        server = started_server(make, folder)
        write_whole(f"{folder}/server.json", json.dumps(dict(server.describe(), keeper=os.getpid())))
        wait_for_end(server, owner, time.monotonic() + LIFE_LIMIT_S)
    finally:
        if server:
            server.end()
        shutil.rmtree(folder, ignore_errors=True)


def missing_of(needed):
    """Commands, and modules of this Python as `module:NAME`."""
    modules = [name.partition(":")[2] for name in needed if name.startswith("module:")]
    return [name for name in needed if not name.startswith("module:") and not shutil.which(name)] + \
           [f"Python's {name}" for name in modules if not importlib.util.find_spec(name)]


def start(needed, folder, owner):
    missing = missing_of(needed)
    if missing:
        print(f"{program()}: not run: {', '.join(missing)} not installed; tools/install-packages peers", file=sys.stderr)
        return NOT_RUN
    stop(folder)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    log = folder + ".log"
    with open(log, "w", encoding="utf-8") as output:
        keeper = subprocess.Popen([sys.executable, sys.argv[0], "keep", folder, str(owner)], stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=output, start_new_session=True)
    while keeper.poll() is None and not os.path.exists(f"{folder}/server.json"):
        time.sleep(POLL_S)
    if keeper.poll() is None:
        return 0
    with open(log, encoding="utf-8", errors="replace") as output:
        print(f"{program()}: does not start: {output.read()[-2000:]}", file=sys.stderr)
    return 1


def is_alive(pid):
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return os.path.exists(f"/proc/{pid}")


def stop(folder):
    try:
        with open(f"{folder}/server.json", encoding="utf-8") as file:
            keeper = json.load(file)["keeper"]
        open(f"{folder}/stop", "w", encoding="utf-8").close()
    except FileNotFoundError:
        return 0
    end = time.monotonic() + 30
    while os.path.exists(f"{folder}/server.json") and is_alive(keeper) and time.monotonic() < end:
        time.sleep(POLL_S)
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def run(needed, folder, command):
    result = start(needed, folder, os.getpid())
    if result != 0:
        return result
    try:
        return subprocess.run(command, env=dict(os.environ, UNPEG_PEER=f"{folder}/server.json"), check=False).returncode
    finally:
        stop(folder)


def main(arguments, make, needed, usage):
    if len(arguments) < 2 or arguments[0] not in ("start", "stop", "run", "keep"):
        sys.exit(usage)
    verb, folder = arguments[0], os.path.abspath(arguments[1])
    if verb == "keep":
        return keep(make, folder, int(arguments[2]))
    if verb == "run":
        return run(needed, folder, arguments[2:])
    return start(needed, folder, os.getppid()) if verb == "start" else stop(folder)
