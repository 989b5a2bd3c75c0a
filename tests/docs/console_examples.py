#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the `console` blocks of a document, and the literal displays of a man page that begin with
"$ ", from the root of the repository.

    console_examples.py UNPEG DOCUMENT...

A line that begins with "$ " is a command, the lines after it what it prints; "..." at the end of a
line stands for its rest, and alone on a line for all that follows.
"""
import os
import re
import shlex
import subprocess
import sys


def line_matches(want, got):
    return got.startswith(want[:-3]) if want.endswith("...") else got == want


def output_matches(want, got):
    for i, line in enumerate(want):
        if line == "...":
            return True
        if i >= len(got) or not line_matches(line, got[i]):
            print(f"    expected: {line}\n    printed:  {got[i] if i < len(got) else '(nothing)'}")
            return False
    return len(got) == len(want)


def blocks(text):
    yield from re.findall(r"```console\n(.*?)```", text, re.S)
    for block in re.findall(r"^\.Bd -literal.*?\n(\$ .*?)^\.Ed$", text, re.S | re.M):
        yield block.replace("\\&", "").replace("\\e", "\\")


def examples(text):
    for block in blocks(text):
        command = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, want
                command, want = line[2:], []
            else:
                want.append(line)
        if command:
            yield command, want


def main():
    unpeg, *documents = sys.argv[1:]
    os.chdir(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    passed = failed = 0
    for document in documents:
        for command, want in examples(open(document, encoding="utf-8").read()):
            words = shlex.split(command)
            if words[0] != "unpeg":
                sys.exit(f"{document}: {command}: only unpeg is run here")
            done = subprocess.run([unpeg] + words[1:], capture_output=True, text=True)
            ok = output_matches(want, (done.stdout or done.stderr).splitlines())
            passed, failed = passed + ok, failed + (not ok)
            if not ok:
                print(f"{document}: $ {command}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0 or passed == 0)


main()
