# SPDX-License-Identifier: MIT
"""Every rule of tools/check-structure fires on a tree that breaks it, and on no other.

    python3 test_check_structure.py PATH_OF_CHECK_STRUCTURE
"""
import os
import subprocess
import sys
import tempfile
import unittest

CHECKER = sys.argv.pop(1)
SPDX = "// SPDX-License-Identifier: MIT\n"
GOOD = {
    "CMakeLists.txt": "set(UNPEG_FOLDERS\n  parser/base\n  src/view\n  src/cli)\n",
    "include/unpeg/thing.h": SPDX,
    "parser/base/CMakeLists.txt": "unpeg_module(base SOURCES low.c)\n",
    "parser/base/low.h": SPDX,
    "parser/base/low.c": SPDX + '#include "low.h"\n#include "unpeg/thing.h"\nint low(int a)\n{\n    return a;\n}\n',
    "src/view/CMakeLists.txt": "unpeg_module(view SOURCES look.c\n  DEPENDS base LINK m POSIX)\n",
    "src/view/look.h": SPDX,
    "src/view/look.c": SPDX + '#include "low.h"\n',
    "src/cli/CMakeLists.txt": "unpeg_module(cli SOURCES talk.c DEPENDS view)\n",
    "src/cli/talk.c": SPDX + '#include "unpeg/thing.h"\n',
    "tools/helper": "#!/bin/sh\n# SPDX-License-Identifier: MIT\n",
}


def check(changes):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changes}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return subprocess.run([CHECKER, "--root", root], stdout=subprocess.PIPE, text=True, check=False)


def function(lines=3, branches=0, parameters="void"):
    body = "    if (x) x++;\n" * branches + "    x++;\n" * (lines - 3 - branches)
    return SPDX + "static int x;\nint busy(" + parameters + ")\n{\n" + body + "}\n"


class Rules(unittest.TestCase):
    def assert_problem(self, changes, text):
        result = check(changes)
        self.assertIn(text, result.stdout)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), 2, result.stdout)

    def assert_good(self, changes):
        result = check(changes)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_good_tree(self):
        self.assert_good({})

    def test_function_length(self):
        self.assert_good({"src/view/long.c": function(lines=70)})
        self.assert_problem({"src/view/long.c": function(lines=71)}, "busy has 71 lines")

    def test_complexity(self):
        self.assert_good({"src/view/deep.c": function(lines=30, branches=14)})
        self.assert_problem({"src/view/deep.c": function(lines=30, branches=15)}, "busy has complexity 16")

    def test_parameters(self):
        self.assert_good({"src/view/wide.c": function(parameters="int a, int b, int c, int (*d)(int, int), int e")})
        self.assert_problem({"src/view/wide.c": function(parameters="int a, int b,\n int c, int d, int e, int f")}, "busy has 6 parameters")

    def test_file_lengths(self):
        self.assert_good({"src/view/big.c": SPDX + "\n" * 599, "src/view/big.h": SPDX + "\n" * 249})
        self.assert_problem({"src/view/big.c": SPDX + "\n" * 600}, "601 lines, at most 600")
        self.assert_problem({"src/view/big.h": SPDX + "\n" * 250}, "251 lines, at most 250")

    def test_unique_names(self):
        self.assert_problem({"src/view/low.c": SPDX}, "the name is taken by parser")

    def test_spdx(self):
        self.assert_problem({"src/view/bare.c": "int bare;\n"}, "src/view/bare.c: no SPDX line")
        self.assert_problem({"tools/bare": "#!/bin/sh\n"}, "tools/bare: no SPDX line")

    def test_left_open(self):
        self.assert_problem({"src/view/open.c": SPDX + "\n// TO" + "DO later\n"}, "src/view/open.c:3: TO" + "DO left open")

    def test_include_direction(self):
        self.assert_problem({"parser/base/low.c": SPDX + '#include "look.h"\n'}, '"look.h" is in no module that base may include')
        self.assert_problem({"src/cli/talk.c": SPDX + '#include "look.h"\n'}, '"look.h" is in no module that cli may include')
        self.assert_problem({"include/unpeg/thing.h": SPDX + '#include "low.h"\n'}, '"low.h" is no public header')

    def test_module_direction(self):
        self.assert_problem({"parser/base/CMakeLists.txt": "unpeg_module(base SOURCES low.c DEPENDS other)\n"}, "which is no module")
        result = check({"parser/base/CMakeLists.txt": "unpeg_module(base SOURCES low.c DEPENDS view)\n"})
        self.assertIn("which comes later", result.stdout)
        self.assertIn("parser knows nothing of src", result.stdout)


unittest.main()
