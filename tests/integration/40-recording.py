#!/usr/bin/env python3
"""Goal: the recording, played as `make demo` plays it, names no end wrongly and knows every end that can be
known; and the checker finds one lost, one doubled and one wrong record. How long the demo took is printed, but not judged.
"""
import os
import re
import subprocess
import sys
import time

ROOT = os.environ["ROOT"]
BUILD = os.environ["BUILD"]
LAB = os.path.join(ROOT, "tests", "lab")


def check(*more):
    done = subprocess.run([sys.executable, os.path.join(LAB, "check.py"), os.path.join(BUILD, "demo"), "--bars", "none", *more],
                          text=True, stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout


def expect(good, what, output):
    if not good:
        print(output)
        sys.exit(f"untrue: {what}")


def main():
    if not os.path.isdir(os.path.join(ROOT, "tests", "fixtures", "recording")):
        print("there is no recording in tests/fixtures/recording")
        return 77
    started = time.time()
    demo = subprocess.run([os.path.join(LAB, "demo")], text=True, stdout=subprocess.PIPE, check=True).stdout
    took = time.time() - started
    expect("Tenure" in demo and "WRONG" in demo, "the demo ends in the comparison", demo)
    status, output = check()
    expect(status == 0, "the checker finds nothing", output)
    known = float(re.search(r"ends known +([0-9.]+) %", output)[1])
    expect(known >= 98.4, "interfaces leave few ends unknown: 95.24 % are known without them", output)
    for kind, finding in (("loss", "lost: flow"), ("double", "twice: flow"), ("wrong", "said  ('pod', '00000000-")):
        status, output = check("--inject", kind)
        expect(status == 1 and finding in output, f"the checker finds an injected {kind}", output)
    print(f"demo in {took:.1f} s; nothing wrong, and every injected fault found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
