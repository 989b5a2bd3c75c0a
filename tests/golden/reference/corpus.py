# SPDX-License-Identifier: MIT
"""Strict mode against a corpus of logs too large, or not ours, to be kept here.

    corpus.py DRIVER FOLDER...      takes the first folder that exists; exit status 77 if none does

A corpus has logs/NAME.zst and strict.tsv: log, tag, options, exit status, bytes and SHA-256 of what Node 26's
--prof-process --nm=/bin/true printed on stdout. Rows with exit status 124 (it did not end) are left out.
"""
import concurrent.futures
import csv
import hashlib
import os
import subprocess
import sys

DID_NOT_END = "124"
SKIPPED = 77


def is_equal(driver, corpus, row):
    path = os.path.join(corpus, "logs", row["log"] + ".zst")
    command = [driver, path, *row["options"].split(), row["log"]]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return run.returncode in (0, 1) and hashlib.sha256(run.stdout).hexdigest() == row["sha256"]


def main(driver, folders):
    corpus = next((folder for folder in folders if folder and os.path.isfile(os.path.join(folder, "strict.tsv"))), None)
    if corpus is None:
        print("not run: no corpus")
        return SKIPPED
    with open(os.path.join(corpus, "strict.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    asked = [row for row in rows if row["exit"] != DID_NOT_END]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        equal = list(pool.map(lambda row: is_equal(driver, corpus, row), asked))
    for row, same in zip(asked, equal):
        if not same:
            print(f"different: {row['log']} {row['options'] or '(no options)'}")
    print(f"{sum(equal)} equal, {len(asked) - sum(equal)} different, {len(rows) - len(asked)} without an end")
    return 0 if all(equal) and asked else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], [os.environ.get("UNPEG_CORPUS", ""), *sys.argv[2:]]))
