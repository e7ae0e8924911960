"""Every house rule must find what breaks it: a lint that finds nothing proves nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

LINT = Path(__file__).resolve().parent / "lint"
CLEAN = "int clean_add(int a, int b)\n{\n\treturn a + b;\n}\n"

# What is written where, and what the finding must say.
BREACHES = {
    "a long file": ("common/base/x.c", "int x;\n" * 401, "401 lines, at most 400"),
    "a long function": ("common/base/x.c", "void x_go(void)\n{\n" + "\tx();\n" * 59 + "}\n", "function of 61 lines"),
    "a long main": ("common/base/x.c", "int main(void)\n{\n" + "\tx();\n" * 99 + "}\n", "function of 101 lines, at most 100"),
    "a banned function": ("common/base/x.c", "void x_go(char *a)\n{\n\tsprintf(a, \"x\");\n}\n", "sprintf() is banned"),
    "a typedef": ("common/base/x.c", "typedef struct x y;\n", "without typedef"),
    "a line comment": ("common/base/x.c", "int x; // why\n", "comments are /* */"),
    "a second label": ("common/base/x.c", "void x_go(void)\n{\n\tgoto fail;\n}\n", "goto may only go to out:"),
    "a pointer tested as a truth": ("common/base/x.c", "int x_go(char *a)\n{\n\treturn !a;\n}\n", "compare it with NULL"),
    "a pointer as a condition": ("common/base/x.c", "void x_go(char *a)\n{\n\tif (a)\n\t\tx();\n}\n", "compare it with NULL"),
    "a negated order": ("common/base/x.c", "int x = !when_before(a, b);\n", "use when_not_after()"),
    "a bare sentinel": ("common/base/x.c", "int x = a.ns == INT64_MIN;\n", "use when_is_min()"),
    "a cast integer": ("common/base/x.c", "int x = (long long)a;\n", "without a cast"),
    "two blanks after a full stop": ("common/base/x.c", "/* It adds.  " + "It stops. */\n", "one space"),
    "a test that sleeps": ("tests/unit/x_test.c", "void x_go(void)\n{\n\tusl" + "eep(5);\n}\n", "does not sleep"),
    "a case that sleeps": ("tests/cases/x/command", "sl" + "eep 1\n", "does not sleep"),
    "something left to do": ("common/base/x.c", "/* TO" + "DO: finish */\n", "belongs in an issue"),
    "a second home of a library": ("common/base/x.c", "#include <rocksdb/c.h>\n", "may be included only by"),
    "common/ on a program": ("common/base/x.c", '#include "enricher/y.h"\n', "common/ may not include"),
    "a lower room on a higher one": ("common/base/x.c", '#include "common/program/log.h"\n', "in a later room"),
    "rules on the store": ("common/timeline/rules/x.c", '#include "common/timeline/store/store.h"\n', "in a later room"),
    "code in no room": ("common/x.c", CLEAN, "is in no room of common/"),
    "a room of more than its share": ("enricher/x.h", "/* x */\n" * 2500, "more than 30 % of all"),
    "a program on another": ("enricher/x.c", '#include "sink/graph/y.h"\n', "may include only itself and common/"),
    "a bare header": ("enricher/x.c", '#include "y.h"\n', "from the root"),
    "a header that is not there": ("enricher/x.c", '#include "enricher/y.h"\n', "does not exist"),
    "blanks at the end": ("docs/x.md", "x \n", "blanks at the end"),
    "no last newline": ("docs/x.md", "x", "one newline"),
    "a machine's path": ("docs/x.md", "see /wo" + "rk/x\n", "names a path"),
    "a registry's host": ("docs/x.md", "from py" + "pi.org/simple\n", "names a path"),
    "a file without a home": ("common/base/string_utils.c", CLEAN, "does not say what it is for"),
    "a file that no README names": ("common/base/nowhere.c", CLEAN, "does not name nowhere.c"),
    "a folder without a README": ("enricher/main.c", CLEAN, "has no README.md"),
}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "tests").mkdir()
    shutil.copy(LINT, tmp_path / "tests/lint")
    shutil.copy(LINT.parent.parent / ".clang-format", tmp_path)
    (tmp_path / "common/base").mkdir(parents=True)
    (tmp_path / "common/base/clean.c").write_text(CLEAN)
    (tmp_path / "common/base/README.md").write_text("`clean.[ch]` adds, `x.[ch]` is the breach, `string_utils.c` too.\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def lint(tree):
    done = subprocess.run([tree / "tests/lint"], stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


def test_a_clean_tree_has_no_findings(tree):
    status, out = lint(tree)
    assert status == 0
    assert out.endswith("lint: 4 files, 0 findings\n")


def test_what_only_looks_like_a_breach_passes(tree):
    (tree / "common/base/x.c").write_text(
        '/* sprintf() and // are only mentioned */\nconst char *x_text = "strcpy(a, b) // x";\n'
        "void x_go(void)\n{\n\tx_stop();\n}\n"
    )
    assert lint(tree)[0] == 0, lint(tree)[1]


@pytest.mark.parametrize("name", BREACHES)
def test_finds(tree, name):
    path, text, finding = BREACHES[name]
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text)
    status, out = lint(tree)
    assert status == 1
    assert finding in out
