#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the examples of parser/README.md: each `log` block must give the `records` block after it.

    format_examples.py PRINT_RECORDS README
"""
import re
import subprocess
import sys


def main():
    printer, readme = sys.argv[1:3]
    text = open(readme, encoding="utf-8").read()
    examples = re.findall(r"```log\n(.*?)```\n```records\n(.*?)```", text, re.S)
    if len(examples) < 5:
        sys.exit(f"{readme}: only {len(examples)} examples found")
    failed = 0
    for log, want in examples:
        got = subprocess.run([printer], input=log, capture_output=True, text=True, check=True).stdout
        if got != want:
            failed += 1
            print(f"--- rows\n{log}--- give\n{got}--- not\n{want}")
    print(f"{len(examples) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
