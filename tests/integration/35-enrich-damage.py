#!/usr/bin/env python3
"""Whatever happens to the files of its state, the enricher writes what it writes from a fresh one, or it ends with a
message and the next run does: bits are flipped, files cut, deleted and zeroed, and the MANIFEST cut at its last bytes.
On a disk that is full at a number of levels it ends with a message, and completes its outputs once there is room.
Outputs whose options are lost are refused. A backup that was restored is continued.

usage: 35-enrich-damage.py [DAMAGES [BYTES [LEVELS]]]     how many damages, every how many bytes, how many full disks
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import enrich, flow, pod, progress  # noqa: E402

PODS, SECONDS, FLOWS, STARTS, START = 1_000, 200, 500, 7, 1_795_000_000
LAST_BYTES = 600  # of the MANIFEST: its last records


def run(folder, state="state", flows="flows"):
    """Runs the enricher with the outputs in FOLDER. Returns its exit status and what it logged."""
    process = enrich(["--kube", "kube", "--flows", flows, "--out", f"{folder}/tagged", "--rejected",
                      f"{folder}/rejected", "--state", f"{folder}/{state}"], stderr=subprocess.PIPE)
    log = process.communicate()[1].decode()
    return process.returncode, log


def outputs(folder):
    return [Path(folder, name).read_bytes() for name in ("tagged", "rejected")]


def damage(rng, path, kind):
    size = path.stat().st_size
    at = rng.randrange(size) if size else 0
    if kind == "delete" or size == 0:
        path.unlink()
    elif kind == "truncate":
        os.truncate(path, at)
    else:
        data = bytearray(path.read_bytes())
        if kind == "flip":
            data[at] ^= 1 << rng.randrange(8)
        else:
            end = rng.randrange(at, size) + 1
            data[at:end] = bytes(end - at)
        path.write_bytes(data)
    return f"{kind} {path.name} at {at} of {size}"


def judge(whole, what, counts):
    """Runs on the damaged state in "damaged". Returns the complaints."""
    for attempt in range(3):
        status, log = run("damaged")
        if status < 0 or (status > 0 and "level=error" not in log):
            return [f"{what}: exit {status}: {log[-500:]}"]
        if status == 0:
            break
        counts["again"] += 1
    else:
        return [f"{what}: exit {status} three times: {log[-500:]}"]
    counts["rebuilt"] += Path("damaged/state/timeline.damaged").exists()
    return [] if outputs("damaged") == whole else [f"{what}: SILENTLY WRONG: {log[-500:]}"]


def restore():
    shutil.rmtree("damaged", ignore_errors=True)
    shutil.copytree("good", "damaged")


def full_disk(rng, whole, used):
    """Runs on a file system of a random size below USED bytes, then with room. Returns the complaints."""
    size, complaints = rng.randrange(16 << 10, used), []
    os.makedirs("small", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", "small"], check=True)
    for _ in range(2):
        status, log = run("small")
        if status < 0 or (status > 0 and "No space left" not in log):
            complaints.append(f"disk of {size}: exit {status}: {log[-500:]}")
    subprocess.run(["mount", "-o", "remount,size=1g", "small"], check=True)
    status, log = run("small")
    if status != 0 or outputs("small") != whole:
        complaints.append(f"disk of {size}, after there was room: exit {status}: {log[-500:]}")
    subprocess.run(["umount", "small"], check=True)
    return complaints


def lost_options():
    complaints = []
    for name in ("options", "first-flow"):
        shutil.rmtree("lost", ignore_errors=True)
        shutil.copytree("whole", "lost")
        os.unlink(f"lost/state/{name}")
        status, log = run("lost")
        if status != 78 or f"{name}: is missing or damaged" not in log:
            complaints.append(f"{name} lost: exit {status}: {log[-500:]}")
    return complaints


def backup_and_restore(whole):
    """The commands of enricher/README.md."""
    restore()
    shutil.rmtree("backup", ignore_errors=True)
    for command in ("cp -r damaged/state/timeline backup", "rm -r damaged/state/timeline", "cp -r backup damaged/state/timeline"):
        subprocess.run(command.split(), check=True)
    status, log = run("damaged")
    rest = PODS + SECONDS - (PODS + SECONDS) * STARTS // (STARTS + 1)
    if status == 0 and outputs("damaged") == whole and f"kube records={rest} " in log and "rebuilt=0" in log:
        return []
    return [f"restored: exit {status}: {log[-500:]}"]


def prepare():
    """Writes the inputs, the outputs of a fresh run in "whole", and in "good" a state that many runs wrote while the
    kube file grew."""
    records = [pod(f"p{n}", f"10.244.{n // 250}.{n % 250}", START - 100, n + 1, START - 99) for n in range(PODS)]
    records += [progress(START + second, START + second + 0.5) for second in range(SECONDS)]
    Path("flows").write_text("".join(flow(n, START + n * 100 / FLOWS) + "\n" for n in range(FLOWS)))
    Path("none").write_text("")
    os.makedirs("good")
    for start in range(1, STARTS + 1):
        Path("kube").write_text("".join(line + "\n" for line in records[: len(records) * start // (STARTS + 1)]))
        status, log = run("good", flows="none")
        if status != 0:
            raise SystemExit(log)
    Path("kube").write_text("".join(line + "\n" for line in records))
    os.makedirs("whole")
    status, log = run("whole")
    if status != 0:
        raise SystemExit(log)


def main():
    inside = os.environ.get("TENURE_OWN_MOUNTS")
    if inside is None:
        able = subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
        os.environ["TENURE_OWN_MOUNTS"] = "1" if able else ""
        if able:
            os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    damages, every, levels = [int(a) for a in sys.argv[1:4]] + [40, 40, 4][len(sys.argv) - 1:]
    folder = Path(tempfile.mkdtemp(prefix="tenure-damage-"))
    os.chdir(folder)
    prepare()
    whole, rng, counts, complaints = outputs("whole"), random.Random(5), {"again": 0, "rebuilt": 0}, []
    files = sorted(path.relative_to("good") for path in Path("good/state").rglob("*") if path.is_file())
    kinds = ("flip", "truncate", "delete", "zero")
    for number in range(damages):
        restore()
        complaints += judge(whole, damage(rng, "damaged" / rng.choice(files), kinds[number % 4]), counts)
    manifest = next(path for path in files if path.name.startswith("MANIFEST"))
    size = Path("good", manifest).stat().st_size
    cuts = range(max(0, size - LAST_BYTES), size, every)
    for at in cuts:
        restore()
        os.truncate("damaged" / manifest, at)
        complaints += judge(whole, f"{manifest.name} cut at {at} of {size}", counts)
    used = sum(path.stat().st_size for path in Path("whole").rglob("*") if path.is_file())
    for _ in range(levels if os.environ["TENURE_OWN_MOUNTS"] else 0):
        complaints += full_disk(rng, whole, used)
    complaints += lost_options() + backup_and_restore(whole)
    disks = f"{levels} full disks" if os.environ["TENURE_OWN_MOUNTS"] else "no full disk (no mount namespace here)"
    print(f"{damages} damages to {len(files)} files and {len(cuts)} cuts of the MANIFEST: {counts['rebuilt']} rebuilt, "
          f"{counts['again']} runs ended with a message before; {disks}; {len(complaints)} complaints")
    if complaints:
        print("\n".join(complaints[:40]))
        sys.exit(1)
    os.chdir("/")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
