#!/usr/bin/env python3
"""The recording, packets and watch events of a real lab, through tenure-flows and tenure-enrich: the oracle
recomputes every tagged flow byte for byte, with other options too, and all records follow docs/schemas."""
import lzma
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/oracle"), str(ROOT / "tests/schema")]

import oracle  # noqa: E402
import validate  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
RECORDING = ROOT / "tests/fixtures/recording"
OPTIONS = ([], ["--hindsight"], ["--skew", "0", "--hold", "2s"], ["--skew", "2s", "--hold", "40s"], ["--clock", "started"],
           ["--clock", "endpoint"], ["--clock", "received", "--cluster-cidr", "10.0.0.0/8"])


def flows_of(folder):
    """All packets of the recording as flows in one file, and as records of interfaces in another."""
    with (folder / "flows").open("wb") as out:
        for packed in sorted(RECORDING.glob("*.pcap.xz")):
            name = packed.name.removesuffix(".pcap.xz")
            capture = folder / (name + ".pcap")
            capture.write_bytes(lzma.decompress(packed.read_bytes()))
            subprocess.run([BUILD / "tenure-flows", "-r", capture, "--observer-name", name, "--out", "-", "--links", folder / "kube",
                            "--cluster", "lab"], stdout=out, stderr=subprocess.DEVNULL, check=True)


def play(folder, number, options):
    """Enriches with OPTIONS; returns the number of faults."""
    out = folder / f"tagged-{number}"
    words = ["--kube", folder / "kube", "--flows", folder / "flows"]
    subprocess.run([BUILD / "tenure-enrich", *words, "--out", out, "--rejected", folder / "rejected",
                    "--state", folder / f"state-{number}", *options], stderr=subprocess.DEVNULL, check=True)
    print("options:", *options or ["none"])
    sys.stdout.flush()
    wrong = subprocess.run([sys.executable, ROOT / "tests/oracle/oracle.py", *words, "--tagged", out, *options])
    if number > 0:      # the first of them holds every form of a record
        return wrong.returncode != 0
    with out.open("rb") as stream:
        return (wrong.returncode != 0) + validate.check_file("tagged", out.name, stream)


def main():
    if not RECORDING.is_dir():
        print(f"there is no recording in {RECORDING}")
        return 77
    with tempfile.TemporaryDirectory(prefix="tenure-recording-") as name:
        folder = Path(name)
        flows_of(folder)
        with (folder / "kube").open("ab") as kube:      # behind what was seen of interfaces
            kube.write(lzma.decompress((RECORDING / "kube.ndjson.xz").read_bytes()))
        faults = sum(play(folder, number, options) for number, options in enumerate(OPTIONS))
        for kind in ("kube", "flows"):
            with (folder / kind).open("rb") as stream:
                faults += validate.check_file(kind, kind, stream)
        if (folder / "rejected").read_bytes():
            print("some of our own flows were rejected")
            faults += 1
        print(f"{(folder / 'kube').read_bytes().count(10)} records of the kube topic, {(folder / 'flows').read_bytes().count(10)} flows, "
              f"{len(OPTIONS)} times, {faults} faults")
        timeline = oracle.Timeline()
        for offset, line in enumerate(oracle.lines([folder / "kube"])):
            timeline.feed(offset, line)
        if timeline.refused or timeline.unreadable:
            print(f"{timeline.refused} PROGRESS refused, {timeline.unreadable} records not read")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
