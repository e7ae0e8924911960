#!/usr/bin/env python3
"""Goal: what is given in error, and a disk that is full, is said at once: for each such fault the log line, the metric and the exit status
that the table of docs/runbook.md has. alerts_live.py has the table's faults of servers.
"""

import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from alert_rig import ROOT, Log, faults, free_port, get, wait_until  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
ELSEWHERE = ROOT / "tests/integration/alerts_live.py"
LIST = '{"apiVersion":"v1","kind":"List","items":[]}\n'
YAML = "apiVersion: v1\nkind: Pod\n"
LIMIT = 60


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
        "the disk of an output is full": ["tenure-flows", "-r", "n1.pcap", "--out", "full"],
    }


def try_one(folder, fault, command, address):
    """Runs COMMAND until it ends, or until its line came and its metrics are served."""
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
            process.terminate()
        code = process.wait(LIMIT)
    finally:
        process.kill()
        process.wait()
    assert all(map(log.has, fault.begins)), f"{fault.name}: should say {fault.begins}\n{log.text()}"
    assert code == fault.code, f"{fault.name}: ended with {code}, not {fault.code}\n{log.text()}"


def main():
    rows, address, began = faults(), f"127.0.0.1:{free_port()}", time.monotonic()
    run = commands(address)
    others = ELSEWHERE.read_text()
    untried = [name for name in rows if name not in run and f'"{name}"' not in others]
    assert not untried and not set(run) - set(rows), f"faults that no test brings about: {untried}"
    with tempfile.TemporaryDirectory(prefix="tenure-faults-") as name:
        make_inputs(Path(name))
        for fault, command in run.items():
            try_one(Path(name), rows[fault], command, address)
    print(f"{len(run)} faults say what the runbook says, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
