# SPDX-License-Identifier: MIT
"""Self time of JavaScript functions in a profile of ours and in one of V8's, on the same footing.

V8's profiler books builtins, regular expressions and C++ to the JavaScript function that called them, and
garbage collection to nobody: so does this with ours. A function is (name, last part of the file, line).
"""
import collections
import json
import math

GC = ("(garbage collector)", "", 0)
NO_FUNCTION = {"(program)", "(idle)", "(root)"}


def _unescaped(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\" in text else text


def _key(name, file, line):
    return name.split(".")[-1], file.split("/")[-1], line


class Saved:
    """A saved profile of unpeg; src/log/saved_profile.h has its rows."""

    def __init__(self, path):
        self.frames, self.nodes, self.ticks, self.facts = [], [], [], {}
        with open(path, encoding="utf-8", errors="replace") as file:
            for row in file:
                self._add(row.rstrip("\n").split(","))

    def _add(self, fields):
        kind = fields[0]
        if kind == "frame":
            self.frames.append((fields[1], _key(_unescaped(fields[5]), _unescaped(fields[6]), int(fields[8] or 0))))
        elif kind == "node":
            self.nodes.append((int(fields[1]), int(fields[2])))
        elif kind == "tick":
            self.ticks.append((int(fields[1]), int(fields[2])))
        elif kind == "recording":
            self.facts[fields[1]] = fields[2]

    def stack(self, node):
        """Frames (kind, function) of a tick, innermost first."""
        while node:
            parent, frame = self.nodes[node - 1]
            yield self.frames[frame]
            node = parent

    def _owner(self, node):
        owner = None
        for kind, function in self.stack(node):
            if kind == "gc":
                return GC
            if kind == "js" and owner is None:
                owner = function
        return owner

    def counts(self):
        """Samples of each function."""
        owners = {}
        counts = collections.Counter()
        for _, node in self.ticks:
            if node not in owners:
                owners[node] = self._owner(node)
            if owners[node]:
                counts[owners[node]] += 1
        return counts


def own_counts(path, begin_us=0, end_us=math.inf):
    """Samples of each function in a .cpuprofile, in a window of CLOCK_MONOTONIC."""
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    keys, callers = {}, {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}
    for node in profile["nodes"]:
        call = node["callFrame"]
        name = call["functionName"]
        keys[node["id"]] = GC if name == GC[0] else None if name in NO_FUNCTION else _key(name, call["url"], call["lineNumber"] + 1)
    for node in profile["nodes"]:
        if not node["callFrame"]["url"] and keys[node["id"]] not in (None, GC):  # a regular expression, a builtin
            keys[node["id"]] = keys.get(callers.get(node["id"]))
    counts, now = collections.Counter(), profile["startTime"]
    for node, delta in zip(profile["samples"], profile["timeDeltas"]):
        now += delta
        if keys[node] and begin_us <= now <= end_us:
            counts[keys[node]] += 1
    return counts


def shares(counts):
    whole = sum(counts.values())
    return {key: count / whole for key, count in counts.items()}


def variation(ours, theirs):
    """Total variation of two distributions: 0 equal, 1 disjoint."""
    a, b = shares(ours), shares(theirs)
    return sum(abs(a.get(key, 0) - b.get(key, 0)) for key in a.keys() | b.keys()) / 2
