#!/usr/bin/env python3
"""Goal: the recorded topics, enriched once from an empty store and once with kill -9 again and again at
random moments, give the same bytes; and so does a third run on the store that the second one left.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import leave_records  # noqa: E402

ROOT, BUILD = Path(os.environ["ROOT"]), Path(os.environ["BUILD"])
KILLS = 12


def enrich(folder, name, state):
    return [BUILD / "tenure-enrich", "--kube", folder / "topic.ndjson", "--flows", folder / "flows.ndjson", "--out", folder / name,
            "--rejected", folder / (name + "-rejected"), "--state", folder / state, "--log-level", "error"]


def outputs(folder, name):
    return (folder / name).read_bytes(), (folder / (name + "-rejected")).read_bytes()


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-replay-"))
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    subprocess.run([sys.executable, ROOT / "tests/lab/pack.py", "-u", ROOT / "tests/fixtures/recording", folder], check=True)
    with open(folder / "flows.ndjson", "wb") as flows:
        for node in ("n1", "n2", "n3"):
            subprocess.run([BUILD / "tenure-flows", "-r", folder / f"{node}.pcap", "--observer-name", node, "--out", "-",
                            "--links", folder / "topic.ndjson", "--cluster", "lab"],
                           stdout=flows, stderr=subprocess.DEVNULL, check=True)
    with open(folder / "topic.ndjson", "ab") as topic:
        topic.write((folder / "kube.ndjson").read_bytes())
    began = time.time()
    subprocess.run(enrich(folder, "clean", "state-clean"), check=True)
    whole = time.time() - began
    killed = 0
    while killed < KILLS:
        process = subprocess.Popen(enrich(folder, "killed", "state-killed"))
        time.sleep(chance.uniform(0, whole / 2))
        if process.poll() is not None:
            break
        process.kill()
        killed += process.wait() < 0
    subprocess.run(enrich(folder, "killed", "state-killed"), check=True)
    shutil.rmtree(folder / "state-clean")
    shutil.copytree(folder / "state-killed" / "timeline", folder / "state-again" / "timeline")
    subprocess.run(enrich(folder, "again", "state-again"), check=True)
    clean = outputs(folder, "clean")
    bad = [name for name in ("killed", "again") if outputs(folder, name) != clean]
    print(f"seed {seed}: {len(clean[0].splitlines())} flows, {killed} kills; "
          + (f"not the same bytes: {bad}, in {folder}" if bad else "the same bytes three times"))
    if bad or killed < 2:
        sys.exit(1)
    leave_records([(0, 0, line) for line in clean[0].splitlines()[:200]], [])
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
