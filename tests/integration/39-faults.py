#!/usr/bin/env python3
"""Goal: what is given in error, a disk that is full and a clock that is wrong are said at once: for each such fault the log line, the metric and the exit status
that the table of docs/runbook.md has. What a full disk did not take is there once it has room and the program runs again, and nothing twice.
alerts_live.py has the table's faults of servers.
"""

import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from alert_rig import ROOT, Log, faults, free_port, get, wait_until  # noqa: E402
from fake_api import Fake, thing  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
ELSEWHERE = ROOT / "tests/integration/alerts_live.py"
LIST = '{"apiVersion":"v1","kind":"List","items":[]}\n'
YAML = "apiVersion: v1\nkind: Pod\n"
LIMIT = 60
DISK = 1 << 20  # bytes of the disk that is full
ROOM_TO_OPEN = 50000  # bytes in which a state can be opened, and the recording's cannot be kept
PODS = 2000  # whose items are more than a disk has room for
ALONE = "TENURE_TEST_ALONE"  # set where a mount and an interface are seen by nobody else


def make_inputs(folder):
    """A pcap, records of both kinds, and files that are no such thing."""
    for name in ("n1.pcap", "kube.ndjson"):
        (folder / name).write_bytes(lzma.open(ROOT / f"tests/fixtures/recording/{name}.xz").read())
    for name, text in (("pod.yaml", YAML), ("list.json", LIST), ("empty", ""), ("bad", "{\n")):
        (folder / name).write_text(text)
    (folder / "folder").mkdir()
    (folder / "full").symlink_to("/dev/full")
    with open(folder / "flows.ndjson", "wb") as out:
        subprocess.run([BUILD / "tenure-flows", "-r", "n1.pcap", "--out", "-"], cwd=folder, stdout=out, stderr=subprocess.DEVNULL, check=True)


def enrich(kube, flows="flows.ndjson"):
    return ["tenure-enrich", "--kube", kube, "--flows", flows, "--out", "tagged", "--rejected", "rejected", "--state", "state"]


def commands(address):
    """What brings each fault about."""
    return {
        "every flow of a file is rejected": enrich("kube.ndjson", "bad"),
        "`--kube` is a packet capture": enrich("n1.pcap"),
        "`--kube` is YAML": enrich("pod.yaml"),
        "`--kube` is empty, or a List of nothing": enrich("list.json"),
        "`--kube` is a folder": enrich("folder"),
        "`--flows` is a packet capture": enrich("kube.ndjson", "n1.pcap"),
        "`--flows` is YAML": enrich("kube.ndjson", "pod.yaml"),
        "`--flows` is a List": enrich("kube.ndjson", "list.json"),
        "`--flows` is empty": enrich("kube.ndjson", "empty"),
        "`-r` is a file of flows": ["tenure-flows", "-r", "flows.ndjson", "--out", "flows"],
        "`-r` is empty": ["tenure-flows", "-r", "empty", "--out", "flows"],
        "`tenure-graph --in` has no tagged flow": ["tenure-graph", "--in", "flows.ndjson"],
        "a pattern of interfaces matches nothing": ["tenure-flows", "--interfaces-from", "nosuch*", "--out", "flows", "--listen", address],
        "the disk of `--out` of tenure-flows is full": ["tenure-flows", "-r", "n1.pcap", "--out", "full"],
    }


def ip(*words):
    subprocess.run(["ip", "link", *words], check=True)


# What ends a fault.
MENDS = {"a pattern of interfaces matches nothing": lambda: ip("add", "nosuch1", "type", "veth", "peer", "name", "other")}


def try_one(folder, fault, command, address):
    """Runs COMMAND until it ends, or until its line came and its metrics are served, and that of the end of FAULT."""
    log = Log(folder / "log")
    log.path.write_text("")
    for output in ("tagged", "rejected"):
        (folder / output).unlink(missing_ok=True)
    shutil.rmtree(folder / "state", ignore_errors=True)
    process = subprocess.Popen([BUILD / command[0], *command[1:]], cwd=folder, stdout=subprocess.DEVNULL, stderr=log.path.open("a"))
    try:
        if fault.metrics:
            served = lambda: all(f"\n{metric}" in get(address, "/metrics")[1] for metric in fault.metrics)
            wait_until(served, f"{fault.name}: {fault.metrics} are served", LIMIT, log.text)
            wait_until(lambda: all(map(log.has, fault.begins)), f"{fault.name}: the log says {fault.begins}", LIMIT, log.text)
            assert not any(map(log.has, fault.ends)), log.text()
            MENDS[fault.name]()
            wait_until(lambda: all(map(log.has, fault.ends)), f"{fault.name}: the log says {fault.ends}", LIMIT, log.text)
            process.terminate()
        code = process.wait(LIMIT)
    finally:
        process.kill()
        process.wait()
    assert all(map(log.has, fault.begins)), f"{fault.name}: should say {fault.begins}\n{log.text()}"
    assert code == fault.code, f"{fault.name}: ended with {code}, not {fault.code}\n{log.text()}"


class Disk:
    """A small disk, of which ROOM bytes are free until it is mended, for `with`."""

    def __init__(self, folder, room):
        self.path, self.room = folder / "disk", room

    def __enter__(self):
        self.path.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", self.path], check=True)
        (self.path / "filler").write_bytes(bytes(DISK - self.room))
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)

    def mend(self):
        """Makes room: ten times what it had."""
        subprocess.run(["mount", "-o", f"remount,size={10 * DISK}", self.path], check=True)
        (self.path / "filler").unlink()


def fails(folder, fault, command):
    """COMMAND says what FAULT begins with, and ends so."""
    log = Log(folder / "log")
    log.path.write_text("")
    done = subprocess.run([BUILD / command[0], *command[1:]], cwd=folder, stdout=subprocess.PIPE, stderr=log.path.open("a"), timeout=LIMIT)
    assert all(map(log.has, fault.begins)), f"{fault.name}: {command} should say {fault.begins}\n{log.text()}"
    assert done.returncode == fault.code, f"{fault.name}: {command} ended with {done.returncode}, not {fault.code}\n{log.text()}"


def works(folder, command):
    done = subprocess.run([BUILD / command[0], *command[1:]], cwd=folder, capture_output=True, timeout=LIMIT)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stderr.decode()}"
    return done.stdout


def enrich_to(out, state="state"):
    return ["tenure-enrich", "--kube", "kube.ndjson", "--flows", "flows.ndjson", "--out", out, "--rejected", f"{out}-rejected", "--state", state]


def fill_output(folder, fault):
    """tenure-enrich continues after what its output has."""
    works(folder, enrich_to("whole", "whole-state"))
    with Disk(folder, DISK // 2) as disk:
        fails(folder, fault, enrich_to("disk/tagged"))
        disk.mend()
        works(folder, enrich_to("disk/tagged"))
        assert (folder / "disk/tagged").read_bytes() == (folder / "whole").read_bytes(), "a flow was lost or doubled"


def fill_state(folder, fault):
    """The answers are there, and the next run reads again what could not be kept."""
    with Disk(folder, ROOM_TO_OPEN) as disk:
        fails(folder, fault, enrich_to("kept", "disk/state"))
        assert (folder / "kept").read_bytes() == (folder / "whole").read_bytes(), "a full state changed an answer"
        disk.mend()
        (folder / "kept").unlink()
        works(folder, enrich_to("kept", "disk/state"))
        assert (folder / "kept").read_bytes() == (folder / "whole").read_bytes(), "a mended state changed an answer"


def fill_state_and_stop(folder, fault):
    """What was read is lost, and that is said, if the program is stopped before it has read everything."""
    lookup = ["tenure-lookup", "--kube", "growing", "--follow", "--listen", "127.0.0.1:0", "--state", "disk/state", "--max-age", "5000w"]
    for command, kube in ((enrich_to("stopped", "disk/state"), subprocess.PIPE), (lookup, None)):
        log, records = Log(folder / "log"), (folder / "kube.ndjson").read_bytes()
        log.path.write_text("")
        (folder / "growing").write_bytes(records[: records.index(b"\n") + 1])
        with Disk(folder, ROOM_TO_OPEN):
            command = [BUILD / command[0], *("-" if word == "kube.ndjson" else word for word in command[1:]), *([] if kube is None else ["--listen", "127.0.0.1:0"])]
            running = subprocess.Popen(command, cwd=folder, stdin=kube, stderr=log.path.open("a"))
            try:
                address = lambda: re.search(r"listening on ([0-9.:]+)", log.text())  # noqa: E731
                read = lambda: re.search(r'^tenure_kube_records_total{result="applied"} (\d+)', get(address()[1], "/metrics")[1], re.M)  # noqa: E731
                if kube is not None:
                    running.stdin.write(records)
                    running.stdin.flush()
                else:
                    wait_until(lambda: address() and get(address()[1], "/readyz")[0] == 200, "it is ready", LIMIT, log.text)
                    (folder / "growing").write_bytes(records)
                wait_until(lambda: address() and int(read()[1]) > records.count(b"\n") // 2, "it has read most records", LIMIT, log.text)
                running.terminate()
                code = running.wait(LIMIT)
            finally:
                running.kill()
                running.wait()
        assert all(map(log.has, fault.begins)), f"{fault.name}: {command} should say {fault.begins}\n{log.text()}"
        assert code == fault.code, f"{fault.name}: {command}, stopped, ended with {code}, not {fault.code}\n{log.text()}"


def fill_served_state(folder, fault):
    """A server ends, and says why once; its next start has all that it is asked for."""
    for command in (["tenure-lookup", "--kube", "kube.ndjson"], ["tenure-graph", "--in", "whole"]):
        with Disk(folder, ROOM_TO_OPEN) as disk:
            command = [*command, "--listen", "127.0.0.1:0", "--max-age", "5000w", "--state", "disk/state"]
            fails(folder, fault, command)
            assert (folder / "log").read_text().count("level=error") == 1, (folder / "log").read_text()
            disk.mend()
            with (folder / "log").open("w") as log:
                running = subprocess.Popen([BUILD / command[0], *command[1:]], cwd=folder, stderr=log)
            try:
                address = lambda: re.search(r"listening on ([0-9.:]+)", (folder / "log").read_text())
                wait_until(lambda: address() and get(address()[1], "/readyz")[0] == 200, "it is ready", LIMIT, (folder / "log").read_text)
            finally:
                running.terminate()
                assert running.wait(LIMIT) == 0, (folder / "log").read_text()


def fill_state_at_start(folder, fault):
    command = ["tenure-lookup", "--kube", "kube.ndjson", "--format", "json", "--at", "2026-11-24T07:49:29Z", "10.244.2.10"]
    right = works(folder, [*command, "--state", "none"])
    with Disk(folder, 0) as disk:
        fails(folder, fault, [*command, "--state", "disk/state"])
        disk.mend()
        assert works(folder, [*command, "--state", "disk/state"]) == works(folder, [*command, "--state", "disk/state"]) == right


def fill_kube(folder, fault):
    """tenure-kube continues its file, which has each pod."""
    out = folder / "disk/kube"
    with Disk(folder, DISK // 4) as disk, Fake() as fake:
        fake.put(*[thing("pods", f"p{number}") for number in range(PODS)])
        command = ["tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", out]
        fails(folder, fault, command)
        disk.mend()
        running = subprocess.Popen([BUILD / command[0], *command[1:]], stderr=(folder / "log").open("a"))
        try:
            wait_until(lambda: b'"type":"PROGRESS"' in out.read_bytes(), "a PROGRESS is written", LIMIT, (folder / "log").read_text)
            running.terminate()
            assert running.wait(LIMIT) == 0, (folder / "log").read_text()
        finally:
            running.kill()
        records = [json.loads(line) for line in out.read_text().splitlines()]
        names = {record["object"]["metadata"]["name"] for record in records if record["type"] not in ("PROGRESS", "GAP") and "object" in record}
        assert {f"p{number}" for number in range(PODS)} <= names, f"{PODS - len(names)} pods are missing"


SHIFTED = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
static volatile long *shift;
__attribute__((constructor)) static void begin(void)
{
	shift = mmap(NULL, 8, PROT_READ, MAP_SHARED, open(getenv("CLOCK_SHIFT"), O_RDONLY), 0);
}
int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int rc = real(clock, now);
	if (clock == CLOCK_REALTIME)
		now->tv_sec += *shift;
	return rc;
}
"""  # a library before the C library's: the wall clock is off by the seconds in the file CLOCK_SHIFT


def shift_clock(folder, fault, seconds, address):
    """tenure-kube's clock is off by SECONDS and is then set right."""
    log, shift, library = Log(folder / "log"), folder / "shift", folder / "shifted.so"
    log.path.write_text("")
    shift.write_bytes(seconds.to_bytes(8, sys.byteorder, signed=True))
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-ldl"], input=SHIFTED, text=True, check=True)
    with Fake() as fake:
        command = [BUILD / "tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", folder / "clock", "--listen", address]
        running = subprocess.Popen(command, env=dict(os.environ, LD_PRELOAD=str(library), CLOCK_SHIFT=str(shift)), stderr=log.path.open("a"))
        try:
            wait_until(lambda: all(map(log.has, fault.begins)), f"{fault.name}: the log says {fault.begins}", LIMIT, log.text)
            ahead = float(re.search(r"^tenure_kube_clock_ahead_seconds (\S+)$", get(address, "/metrics")[1], re.M)[1])
            assert abs(ahead - seconds) < 5 and abs(ahead) <= abs(seconds), f"{fault.name}: ahead by {ahead} s"
            with shift.open("r+b") as file:
                file.write(bytes(8))
            wait_until(lambda: all(map(log.has, fault.ends)), f"{fault.name}: the log says {fault.ends}", LIMIT, log.text)
            assert "\ntenure_kube_clock_ahead_seconds 0.000\n" in get(address, "/metrics")[1]
            assert sum(map(log.text().count, ("or more behind", "or more ahead", "agree again"))) == 2, log.text()
            running.terminate()
            assert running.wait(LIMIT) == 0, log.text()
        finally:
            running.kill()
            running.wait()
    (folder / "clock").unlink()


SHIFTS = {
    "the clock of tenure-kube's machine is an hour behind": -3600,
    "the clock of tenure-kube's machine is an hour ahead": 3600,
}
FULL = {
    "the disk of `--out` is full": [fill_output, fill_kube],
    "the disk of `--state` is full": [fill_state, fill_state_and_stop, fill_served_state],
    "the disk of `--state` is full at the start": [fill_state_at_start],
}


def main():
    if ALONE not in os.environ:
        alone = ["unshare", "-mn"] if os.geteuid() == 0 else ["unshare", "-Urmn"]
        if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            print("needs mounts and a network of its own")
            return 77
        os.environ[ALONE] = "1"
        os.execvp("unshare", [*alone, sys.executable, __file__])
    ip("set", "lo", "up")
    rows, address, began = faults(), f"127.0.0.1:{free_port()}", time.monotonic()
    run = commands(address)
    others = ELSEWHERE.read_text()
    untried = [name for name in rows if name not in run and name not in FULL and name not in SHIFTS and f'"{name}"' not in others]
    assert not untried and not (set(run) | set(FULL) | set(SHIFTS)) - set(rows), f"faults that no test brings about: {untried}"
    with tempfile.TemporaryDirectory(prefix="tenure-faults-") as name:
        make_inputs(Path(name))
        for fault, command in run.items():
            try_one(Path(name), rows[fault], command, address)
        for fault, checks in FULL.items():
            for check in checks:
                check(Path(name), rows[fault])
        for fault, seconds in SHIFTS.items():
            shift_clock(Path(name), rows[fault], seconds, address)
    print(f"{len(run) + len(FULL) + len(SHIFTS)} faults say what the runbook says, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
