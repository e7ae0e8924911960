#!/usr/bin/env python3
"""Keeps README.md true: --help blocks, the demo's commands and the demo's output are the programs' own.

usage: tests/readme.py [--write] [BUILD]     compare (exit 1 and a diff when they differ), or write them
"""
import difflib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def block(text):
    return "```\n" + text.strip("\n") + "\n```\n"


def help_of(build, program):
    run = subprocess.run([build / program, "--help"], capture_output=True, text=True, check=True)
    return block(run.stdout)


def demo_parts(build):
    """The demo's shell lines, its graph and comparison, and one flow before and after, as it prints them."""
    run = subprocess.run([ROOT / "tests/lab/demo", "--readme"], capture_output=True, text=True, check=True,
                         env={"PATH": f"{build}:/usr/local/bin:/usr/bin:/bin", "BUILD": str(build), "HOME": "/nonexistent"})
    parts = re.split(r"^%% (\S+)\n", run.stdout, flags=re.M)
    return {name: block(body) for name, body in zip(parts[1::2], parts[2::2])}


def render(text, build):
    text = re.sub(r"(<!-- help (\S+) -->\n).*?(<!-- /help -->)",
                  lambda m: m[1] + help_of(build, m[2]) + m[3], text, flags=re.S)
    for name, body in demo_parts(build).items():
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
                      lambda m, body=body: m[1] + body + m[2], text, flags=re.S)
    return text


def main():
    words = [w for w in sys.argv[1:] if w != "--write"]
    build = pathlib.Path(words[0] if words else ROOT / "build").resolve()
    path = ROOT / "README.md"
    old = path.read_text()
    new = render(old, build)
    if "--write" in sys.argv:
        path.write_text(new)
        return 0
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "README.md", "the programs"))
    return 0 if old == new else 1


if __name__ == "__main__":
    sys.exit(main())
