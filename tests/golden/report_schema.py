# SPDX-License-Identifier: MIT
"""The JSON reports beside the fixtures are what src/render/report.schema.json says, and their figures add up.

    python3 report_schema.py PROJECT_FOLDER

The checker knows the part of JSON Schema that the schema uses and fails on any other word; members that the
schema does not name are errors here, though consumers must ignore them.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

ROOT = sys.argv.pop(1)
ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice: " + ", ".join(name for name, _ in pairs))
    return members


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def parse(path):
    with open(path, "rb") as file:
        text = file.read()
    return json.loads(text.decode("utf-8", "strict"), object_pairs_hook=no_duplicates, parse_constant=no_constant)


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Schema:
    def __init__(self, schema):
        self.root = schema

    def check_type(self, value, names, place):
        names = [names] if isinstance(names, str) else names
        if not any(is_type(value, name) for name in names):
            yield f"{place}: {value!r} is not {' or '.join(names)}"

    def check_ref(self, value, ref, place):
        yield from self.check(value, self.root["$defs"][ref.removeprefix("#/$defs/")], place)

    def check_required(self, value, names, place):
        if isinstance(value, dict):
            yield from (f"{place}: no {name}" for name in names if name not in value)

    def check_properties(self, value, properties, place):
        if isinstance(value, dict):
            for name, member in value.items():
                if name in properties:
                    yield from self.check(member, properties[name], f"{place}.{name}")
                else:
                    yield f"{place}: {name} is not in the schema"

    def check_items(self, value, items, place):
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.check(item, items, f"{place}[{index}]")

    def check_enum(self, value, values, place):
        if value not in values:
            yield f"{place}: {value!r} is none of {values}"

    def check_const(self, value, const, place):
        yield from self.check_enum(value, [const], place)

    def check_minimum(self, value, least, place):
        if is_type(value, "number") and value < least:
            yield f"{place}: {value} is below {least}"

    def check_maximum(self, value, most, place):
        if is_type(value, "number") and value > most:
            yield f"{place}: {value} is above {most}"

    def check_minItems(self, value, least, place):
        if isinstance(value, list) and len(value) < least:
            yield f"{place}: fewer than {least} items"

    def check_maxItems(self, value, most, place):
        if isinstance(value, list) and len(value) > most:
            yield f"{place}: more than {most} items"

    def check_pattern(self, value, pattern, place):
        if isinstance(value, str) and not re.search(pattern, value):
            yield f"{place}: {value!r} does not match {pattern}"

    def check_anyOf(self, value, schemas, place):
        if not any(not list(self.check(value, schema, place)) for schema in schemas):
            yield f"{place}: {value!r} fits none"

    def check(self, value, schema=None, place="$"):
        schema = self.root if schema is None else schema
        for word, argument in schema.items():
            if word not in ANNOTATIONS:
                yield from getattr(self, "check_" + word.removeprefix("$"))(value, argument, place)


def tree_errors(nodes, ticks):
    """A parent comes first, and total is self + hidden + what the children have."""
    left = [node["total"] - node["self"] - node["hidden"] for node in nodes]
    for index, node in enumerate(nodes[1:], 1):
        if not node["parent"] < index or node["depth"] != nodes[node["parent"]]["depth"] + 1:
            yield f"node {index} is before its parent or not one deeper"
        left[node["parent"]] -= node["total"]
    yield from (f"node {index} misses {rest} ticks" for index, rest in enumerate(left) if rest)
    if nodes[0]["total"] != ticks or nodes[0]["depth"]:
        yield "node 0 is not the root"


def sum_errors(report):
    totals = report["totals"]
    for name in ("by_category", "by_state"):
        if sum(totals[name].values()) != totals["ticks"]:
            yield f"{name} does not add up to {totals['ticks']}"
    if sum(totals["by_reason"].values()) > totals["ticks"]:
        yield "more reasons than ticks"
    if report["functions_left_out"] == 0 and sum(row["self"] for row in report["functions"]) > totals["ticks"]:
        yield "more self ticks than ticks"
    for name in ("top_down", "bottom_up"):
        yield from (f"{name}: {error}" for error in tree_errors(report[name], totals["ticks"]))


def frames_of(value):
    if isinstance(value, dict):
        for name, member in value.items():
            if name in ("frame", "stuck_frame") and member is not None:
                yield member
            elif name == "cycle":
                yield from member
            else:
                yield from frames_of(member)
    elif isinstance(value, list):
        for item in value:
            yield from frames_of(item)


def frame_errors(report):
    used = set(frames_of(report))
    if used != set(range(len(report["frames"]))):
        yield "frames are missing or not used"


class Reports(unittest.TestCase):
    def setUp(self):
        self.schema = Schema(parse(os.path.join(ROOT, "src", "render", "report.schema.json")))
        self.paths = sorted(glob.glob(os.path.join(ROOT, "fixtures", "logs", "*", "report.json")) +
                            glob.glob(os.path.join(ROOT, "tests", "golden", "render", "*", "report.json")))
        self.assertGreater(len(self.paths), 60)

    def test_reports_are_what_the_schema_says(self):
        for path in self.paths:
            with self.subTest(path):
                report = parse(path)
                for errors in (self.schema.check(report), sum_errors(report), frame_errors(report)):
                    self.assertEqual(list(errors), [])

    def test_the_checker_notices(self):
        good = parse(self.paths[0])
        breaks = [lambda r: r.pop("frames"), lambda r: r.update(schema="unpeg.report/2"), lambda r: r.update(more=1),
                  lambda r: r["totals"].update(ticks=-1), lambda r: r["peg"].update(confidence=1.5),
                  lambda r: r["peg"].update(verdict="tired"), lambda r: r["info"].update(partial=0),
                  lambda r: r["info"]["v8"].append(1), lambda r: r["frames"][0].update(address="12"),
                  lambda r: r["frames"][0].pop("kind"), lambda r: r["top_down"][1].update(depth="1")]
        for number, break_it in enumerate(breaks):
            with self.subTest(number):
                bad = json.loads(json.dumps(good))
                break_it(bad)
                self.assertNotEqual(list(self.schema.check(bad)), [])

    def test_sums_and_frames_notice(self):
        bad = parse(self.paths[0])
        bad["top_down"][1]["self"] += 1
        bad["totals"]["by_state"]["js"] += 1
        bad["frames"].append(bad["frames"][0])
        self.assertEqual(len(list(sum_errors(bad))), 2)
        self.assertEqual(len(list(frame_errors(bad))), 1)

    @unittest.skipUnless(shutil.which("node"), "no node here to parse with")
    def test_node_reads_the_same(self):
        script = "for (const p of process.argv.slice(1)) console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(p))))"
        output = subprocess.run(["node", "-e", script, *self.paths], check=True, stdout=subprocess.PIPE).stdout
        for path, line in zip(self.paths, output.splitlines(), strict=True):
            with open(path, encoding="utf-8") as file:
                self.assertEqual(json.loads(line, parse_int=float), json.loads(file.read(), parse_int=float), path)


unittest.main()
