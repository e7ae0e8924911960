#!/usr/bin/env python3
"""In the file form the outputs are the log: the enricher is killed with SIGKILL at random moments, 30 times, while it
works through files; at the end both outputs are byte for byte what one undisturbed run writes, and nothing is lost,
doubled or out of order. An incomplete last line, as a kill during a write leaves it, is cut. Inputs other than those
that the outputs were made from are refused.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import check, check_can_fail, check_starts, enrich, flow, interface, leave_records, pod, progress  # noqa: E402

FLOWS, KILLS, START = 150_000, 30, 1_795_000_000


def lines(path):
    return [(0, number, line) for number, line in enumerate(path.read_bytes().splitlines())]


def last_flow(path, member):
    """The flow offset in the last line of PATH; -1 if there is none."""
    found = Path(path).read_bytes().splitlines()[-1:] if os.path.exists(path) else []
    record = json.loads(found[0]) if found else {}
    return (record.get("tenure", {}) if member else record).get("flow", {"offset": -1})["offset"]


def torn(tagged, rejected):
    """Cuts off the end of TAGGED's last line, as a kill during a write does, if that write was the last one to
    either file."""
    try:
        if last_flow(tagged, True) <= last_flow(rejected, False):
            return False
    except ValueError:  # a kill has torn one already
        return False
    os.truncate(tagged, os.path.getsize(tagged) - 100)
    return True


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    os.chdir(folder)
    with open("kube", "w") as file:
        for host in range(1, 51):
            print(pod(f"p{host}", f"10.244.0.{host}", START - 100, host, START - 99), file=file)
        for second in range(300):
            if second >= 20:
                host = second % 50 + 1
                print(interface(f"veth{host}", f"10.244.0.{host}", START - 99.5, START + second), file=file)
            print(progress(START + second, START + second + 0.5), file=file)
    with open("flows", "w") as file:
        for number in range(FLOWS):
            record = flow(number, START + number * 200 / FLOWS)
            print(record[:-9] if number % 97 == 5 else record, file=file)

    def arguments(out, kube="kube", flows="flows"):
        return ["--kube", kube, "--flows", flows, "--out", f"{out}-tagged", "--rejected", f"{out}-rejected",
                "--state", f"{out}-state"]

    complaints = []
    began = time.time()
    whole = enrich(arguments("whole"), stderr=subprocess.PIPE)
    whole_log = whole.communicate()[1]
    seconds = time.time() - began
    if whole.returncode != 0:
        raise SystemExit(whole_log.decode())
    rng, kills, cut = random.Random(11), 0, 0
    for _ in range(KILLS):
        process = enrich(arguments("killed"), stderr=subprocess.DEVNULL)
        try:
            process.wait(rng.uniform(0, seconds * 0.3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        if rng.random() < 0.5 and torn("killed-tagged", "killed-rejected"):
            cut += 1
    last = enrich(arguments("killed"), stderr=subprocess.PIPE)
    log = last.communicate()[1]
    for name in ("tagged", "rejected"):
        if Path(f"whole-{name}").read_bytes() != Path(f"killed-{name}").read_bytes():
            complaints.append(f"{name}: not the bytes of an undisturbed run")
    given = lines(Path("flows"))
    tagged, rejected = lines(Path("killed-tagged")), lines(Path("killed-rejected"))
    complaints += check(given, tagged, rejected) + check_can_fail(given, tagged, rejected) + check_starts(tagged)
    leave_records(tagged, rejected)

    kube_record = '{"type":"PROGRESS","received":"2026-11-23T08:00:00Z","known":"2026-11-23T08:00:00Z"}'
    for what, given_arguments, record in (("flows", arguments("killed", flows="other"), flow(7, START)),
                                          ("kube", arguments("killed", kube="other"), kube_record)):
        Path("other").write_text(record + "\n")
        process = enrich(given_arguments, stderr=subprocess.PIPE)
        message = process.communicate()[1].decode()
        if process.returncode != 78 or "other: its first record is not the one" not in message:
            complaints.append(f"another {what} file: exit {process.returncode}: {message}")
    print(f"{FLOWS} flows, {len(tagged)} tagged, {len(rejected)} rejected, {kills} kills, {cut} torn lines, "
          f"an undisturbed run took {seconds:.2f} s; {len(complaints)} complaints")
    if complaints or last.returncode != 0 or kills < 8:
        print("\n".join(complaints[:40]), log.decode(), sep="\n")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
