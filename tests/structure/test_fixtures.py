# SPDX-License-Identifier: MIT
"""The fixtures are whole: recipes, folders and README name the same things, meta says what the logs hold.

    python3 test_fixtures.py PROJECT_FOLDER
"""
import csv
import os
import re
import subprocess
import sys
import unittest

ROOT = sys.argv.pop(1)
FIXTURES = os.path.join(ROOT, "fixtures")
LOGS, BAD = os.path.join(FIXTURES, "logs"), os.path.join(FIXTURES, "bad")
PACKED = {"gzip", "gzip-cut", "zstd", "zstd-cut"}  # their bytes depend on the packer's release
SIZE_LIMIT = 20_000_000


def table(name):
    with open(os.path.join(FIXTURES, name), encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def meta_of(folder):
    with open(os.path.join(folder, "meta"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(": ", 1) if ": " in line else (line.rstrip(":\n"), "") for line in file)


def folders(place):
    return sorted(os.listdir(place))


def recorded_names():
    for recipe in table("recipes.tsv"):
        picks = ["="] if recipe["logs"] == "-" else recipe["logs"].split(" ")
        for pick in picks:
            yield recipe["name"] + pick.split("=")[0], recipe


class Fixtures(unittest.TestCase):
    def test_every_recipe_has_its_folder_and_no_other(self):
        self.assertEqual(folders(LOGS), sorted(name for name, _ in recorded_names()))

    def test_meta_says_what_the_log_holds(self):
        for name in folders(LOGS):
            with self.subTest(name):
                folder = os.path.join(LOGS, name)
                text = subprocess.run(["zstd", "-dcq", os.path.join(folder, "v8.log.zst")], check=True, stdout=subprocess.PIPE).stdout
                meta = meta_of(folder)
                self.assertEqual(int(meta["bytes"]), len(text))
                self.assertEqual(int(meta["rows"]), text.count(b"\n"))
                self.assertEqual(int(meta["ticks"]), len(re.findall(rb"^tick,", text, re.M)))
                self.assertGreater(int(meta["ticks"]), 0)
                self.assertNotRegex(text, rb"(?m)^script-source,")

    def test_option_sets_are_those_of_the_tables(self):
        options = {row["tag"]: row["options"] for row in table("option-sets.tsv")}
        for name, recipe in recorded_names():
            with self.subTest(name):
                folder = os.path.join(LOGS, name)
                wanted = [] if recipe["options"] == "-" else recipe["options"].split(" ")
                found = [entry.split(".")[1] for entry in folders(folder) if entry.endswith(".args")]
                self.assertEqual(sorted(wanted), sorted(found))
                for tag in wanted:
                    with open(os.path.join(folder, f"prof-process.{tag}.args"), encoding="utf-8") as file:
                        self.assertEqual(file.read().strip(), options[tag])
                    output = f"prof-process.{tag}.{'json' if tag == 'preprocess' else 'txt'}"
                    self.assertTrue(os.path.isfile(os.path.join(folder, output)))

    def test_every_log_has_the_reference_or_a_reason(self):
        for place in (LOGS, BAD):
            for name in folders(place):
                folder = os.path.join(place, name)
                has_output = os.path.isfile(os.path.join(folder, "prof-process.txt"))
                self.assertNotEqual(has_output, meta_of(folder)["reference"].startswith("none"), name)

    def test_damaged_logs_are_what_the_tool_makes(self):
        for name in folders(BAD):
            if name not in PACKED:
                made = subprocess.run([os.path.join(ROOT, "tools", "damage-fixture"), "--print", name], check=True, stdout=subprocess.PIPE).stdout
                with open(os.path.join(BAD, name, "v8.log"), "rb") as file:
                    self.assertEqual(file.read(), made, name)

    def test_readme_lists_every_damage(self):
        listed = subprocess.run([os.path.join(ROOT, "tools", "damage-fixture"), "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
        with open(os.path.join(FIXTURES, "README.md"), encoding="utf-8") as file:
            self.assertIn(listed, file.read())

    def test_total_size(self):
        total = sum(os.path.getsize(os.path.join(base, entry)) for base, _, entries in os.walk(FIXTURES) for entry in entries)
        self.assertLess(total, SIZE_LIMIT)


unittest.main()
