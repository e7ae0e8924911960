#!/usr/bin/env python3
"""Goal: the lab, one minute live on Kafka and a real API server: no end named wrongly, every end that can be
known is known, every flow is there exactly once; and nothing of the lab is left behind.
"""
import os
import subprocess
import sys

RUN = os.path.join(os.environ["ROOT"], "tests", "lab", "run")


def leftovers():
    listed = subprocess.run(["ip", "netns", "list"], text=True, stdout=subprocess.PIPE, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if line.startswith("tl")}


def main():
    if os.geteuid() != 0:
        print("needs root: network namespaces and captures")
        return 77
    before = leftovers()
    status = subprocess.run([RUN, "--seconds", "60", "--bars", "short"], check=False).returncode
    left = leftovers() - before
    if left:
        print(f"left behind: {sorted(left)}")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
