#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Appends a log's own tick rows to a copy of it, later and later in time, up to a size.

    tools/bench-repeat.py IN OUT BYTES
"""
import os
import shutil
import sys


def main(source, target, size):
    with open(source, "rb") as file:
        ticks = [line for line in file if line.startswith(b"tick,")]
    rows = []
    for line in ticks:
        event, pc, time, rest = line.split(b",", 3)
        rows.append((event + b"," + pc + b",", int(time), b"," + rest))
    span = rows[-1][1] - rows[0][1] + 1000
    shutil.copyfile(source, target)
    written = os.path.getsize(target)
    with open(target, "ab") as out:
        shift = 0
        while written < size:
            shift += span
            for head, time, rest in rows:
                row = b"%s%d%s" % (head, time + shift, rest)
                out.write(row)
                written += len(row)
                if written >= size:
                    break


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
