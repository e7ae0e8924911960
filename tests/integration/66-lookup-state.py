#!/usr/bin/env python3
"""A topic of a million records is read once: tenure-lookup keeps the timeline under XDG_STATE_HOME, the next question costs less than
a second of CPU time, and so does one after a kill. An interrupt while it reads is answered from what was read; a question at
the same time waits; a home that cannot be written costs only the state."""
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
START = 1795420800      # 2026-11-23T08:00:00Z
PODS, ROUNDS = 250, 1000
RECORDS = PODS * ROUNDS * 4
CPU_SECONDS = 1.0
AT, ADDRESS = "2026-11-23T08:30:10Z", "10.1.2.7"     # of round 58


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + second))


def records():
    """Each round replaces every pod, of which each holds 10.1.ROUND's address of its number."""
    for resource in ("pods", "nodes", "services", "endpointslices"):
        for kind in ("SYNC_BEGIN", "SYNC_END"):
            yield '{"type":"%s","resource":"%s","received":"%s","resourceVersion":"1","scope":{}}' % (kind, resource, stamp(0))
    version = 1
    for turn in range(ROUNDS):
        second = 60 + turn * 30
        for pod in range(PODS):
            head = ('{"metadata":{"name":"web-%d","namespace":"shop","uid":"u%d-%d","creationTimestamp":"%s","resourceVersion":"%%d"},'
                    '"spec":{"nodeName":"n%d"}' % (pod, pod, turn, stamp(second), pod % 10))
            begun = '"startTime":"%s","podIP":"10.1.%d.%d"' % (stamp(second), turn % 4, pod)
            ready = '"conditions":[{"type":"PodReadyToStartContainers","status":"%s","lastTransitionTime":"%s"}]'
            for status, at, kind in (('"phase":"Pending"', second, "ADDED"),
                                     ('"phase":"Running",%s,%s' % (begun, ready % ("True", stamp(second + 1))), second + 1, "MODIFIED"),
                                     ('"phase":"Succeeded",%s,%s' % (begun, ready % ("False", stamp(second + 25))), second + 25, "MODIFIED"),
                                     ('"phase":"Succeeded",%s,%s' % (begun, ready % ("False", stamp(second + 25))), second + 26, "DELETED")):
                version += 1
                yield '{"type":"%s","resource":"pods","received":"%s","object":%s,"status":{%s}}}' % (kind, stamp(at), head % version, status)
        yield '{"type":"PROGRESS","known":"%s","received":"%s"}' % (stamp(second + 28), stamp(second + 28))


def start(folder, home="home", *words):
    env = dict(os.environ, XDG_STATE_HOME=str(folder / home))
    return subprocess.Popen([BUILD / "tenure-lookup", "--log-level", "warn", "--kube", folder / "kube", *(words or ("--at", AT, ADDRESS))], env=env,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ask(folder, home="home"):
    """(what it printed, what it said, CPU seconds) of one question."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = start(folder, home)
    out, said = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    check(process.returncode == 0, f"status {process.returncode}: {said}")
    return out, said, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check(good, what):
    if not good:
        sys.exit(what)


def wait_for_work(process, seconds):
    """Until the process has used so much CPU time: how far it is, however busy the machine."""
    while process.poll() is None:
        used = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        if (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK") >= seconds:
            return
        time.sleep(0.01)


def interrupt_the_first(folder):
    """Its answer says how far it knows, and what it read is not read again."""
    process = start(folder, "home", "--at", stamp(70), "10.1.0.7")
    wait_for_work(process, 1)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate()
    known = re.search(r"interrupted, known to (2026-11-\d\dT\S+Z)", said)
    check(process.returncode == 0 and known, f"interrupted: status {process.returncode}: {said}")
    check("pod shop/web-7" in out, f"interrupted: {out}")
    print("interrupted, known to", known[1])


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-state-") as name:
        folder = Path(name)
        with (folder / "kube").open("w") as file:
            for record in records():
                file.write(record + "\n")
        interrupt_the_first(folder)
        first = ask(folder)
        check("pod shop/web-7" in first[0] and first[1] == "", f"the first answer: {first}")
        again = ask(folder)
        check(again[0] == first[0] and again[1] == "", f"another answer: {again}")
        check(again[2] <= CPU_SECONDS, f"the second question took {again[2]:.2f} s of CPU time")
        print(f"{RECORDS} records: {first[2]:.1f} s of CPU time, then {again[2]:.2f} s")

        # Two at the same time: the second one waits for the first.
        both = [start(folder) for _ in range(2)]
        check([process.communicate() for process in both] == [(first[0], "")] * 2, "two questions at a time differ")

        # Killed while it asks, then asked again.
        killed = start(folder, "home", "-")
        time.sleep(0.2)
        killed.kill()
        killed.communicate()
        after = ask(folder)
        check(after[0] == first[0] and after[2] <= CPU_SECONDS, f"after a kill: {after}")
        (folder / "kube").write_text("".join(line + "\n" for line, _ in zip(records(), range(PODS * 4 + 9))))
        (folder / "file").write_text("")
        without = ask(folder, "file")
        check(f"as of {stamp(88)}" in without[0] and "Not a directory" in without[1], f"no home: {without}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
