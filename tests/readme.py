#!/usr/bin/env python3
"""Keeps README.md and docs/README.md true: the demo's commands, its output and its example are the programs' own.

usage: tests/readme.py [--write] [BUILD]     compare (a diff and exit 1 if they differ), or write them
"""
import difflib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README_LINES = 200  # as much as a reader takes in at one sitting


def block(text):
    return "```\n" + text.strip("\n") + "\n```\n"


def demo_parts(build):
    """The demo's shell lines, its graph and comparison, and one flow before and after, as it prints them."""
    run = subprocess.run([ROOT / "tests/lab/demo", "--readme"], capture_output=True, text=True, check=True,
                         env={"PATH": f"{build}:/usr/local/bin:/usr/bin:/bin", "BUILD": str(build), "HOME": "/nonexistent"})
    parts = re.split(r"^%% (\S+)\n", run.stdout, flags=re.M)
    return {name: block(body) for name, body in zip(parts[1::2], parts[2::2])}


def render(text, parts):
    for name, body in parts.items():
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda m, body=body: m[1] + body + m[2], text, flags=re.S)
    return text


def main():
    words = [w for w in sys.argv[1:] if w != "--write"]
    build = pathlib.Path(words[0] if words else ROOT / "build").resolve()
    parts, same = demo_parts(build), True
    for name in ("README.md", "docs/README.md"):
        old = (ROOT / name).read_text()
        new = render(old, parts)
        if "--write" in sys.argv:
            (ROOT / name).write_text(new)
            continue
        sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "the programs"))
        same = same and old == new
    if sum(1 for _ in open(ROOT / "README.md")) > README_LINES:
        print(f"README.md has more than {README_LINES} lines")
        same = False
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
