#!/usr/bin/env python3
"""Goal: once they have started, no program has a capability, can get one, or is without its system call filter.

Each runs as root, over files and with its ports; every thread of it is looked at in /proc. A port below 1024 leaves
CAP_NET_BIND_SERVICE and nothing else. tenure-flows whose file has cap_net_raw+p runs without any capability, and captures
with CAP_NET_RAW alone. Needs root.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILD = Path(os.environ.get("BUILD", Path(__file__).resolve().parents[2] / "build")).resolve()
NET_BIND_SERVICE = 1 << 10
# Python's prctl: every capability but CAP_NET_RAW, or that too, leaves the bounding set before the program starts.
WITHOUT = """import ctypes, os, sys
kept, libc = int(sys.argv[1]), ctypes.CDLL(None)
for i in range(64):
    if i != kept: libc.prctl(24, i, 0, 0, 0)
os.setgid(65532) or os.setuid(65532) or os.execv(sys.argv[2], sys.argv[2:])"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def low_port():
    """A free port below 1024."""
    for port in range(1023, 600, -1):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    sys.exit("no port below 1024 is free")


def threads(process):
    found = {}
    for path in Path(f"/proc/{process.pid}/task").glob("*/status"):
        found[path.parent.name] = dict(line.split(":\t", 1) for line in path.read_text().splitlines() if ":\t" in line)
    return found


def wait_for(what, claim, log, seconds=30):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, (what, log.read_text()[-3000:])
        time.sleep(0.05)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def is_shut_in(process, filtered):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return "NoNewPrivs:\t1\n" in status and (not filtered or "Seccomp:\t2\n" in status)


def looked_at(folder, name, command, port, kept=0, filtered=True):
    """Starts COMMAND, and looks at it once PORT, or a file, is there. Ends it with SIGTERM and status 0."""
    log = folder / f"{name}.log"
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log.open("w"), stderr=subprocess.STDOUT)
    try:
        wait_for("the start", lambda: process.poll() is not None or (answers(port) if isinstance(port, int) else port.exists()), log)
        wait_for("its sandbox", lambda: process.poll() is not None or is_shut_in(process, filtered), log)
        time.sleep(0.5)
        found = threads(process)
        assert process.poll() is None and found, (name, log.read_text())
        for thread, status in found.items():
            for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                allowed = kept if kind in ("CapPrm", "CapEff", "CapBnd") else 0
                assert int(status[kind], 16) == allowed, (name, thread, kind, status[kind])
            assert status["NoNewPrivs"] == "1", (name, thread)
            assert status["Seccomp"] == ("2" if filtered else "0"), (name, thread, status["Seccomp"])
    finally:
        process.terminate()
        status = process.wait(30)
    text = log.read_text()
    assert status == 0 and "the sandbox does not allow" not in text, (name, status, text)
    print(f"{name}: {len(found)} threads, capabilities {kept:x}, {'filtered' if filtered else 'no filter'}")


def kubeconfig(folder, port):
    """Of an API server that does not answer."""
    path = folder / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}))  # fmt: skip
    return path


def all_programs(folder):
    kube, flows, tagged = folder / "kube", folder / "flows", folder / "tagged"
    kube.write_text('{"type":"PROGRESS","cluster":"c","received":"2026-11-23T08:00:00Z","known":"2026-11-23T08:00:00Z","revisions":{}}\n')
    flows.write_text("")
    tagged.write_text("")
    port = free_port()
    listen = ("--listen", f"127.0.0.1:{port}")
    silent = socket.create_server(("127.0.0.1", 0))
    kube_command = [BUILD / "tenure-kube", "--cluster", "c", "--kubeconfig", kubeconfig(folder, silent.getsockname()[1]), "--out", folder / "events"]
    enrich = [BUILD / "tenure-enrich", "--kube", kube, "--flows", flows, "--out", folder / "out", "--rejected", folder / "rejected",
              "--state", folder / "state", "--follow"]  # fmt: skip
    graph = [BUILD / "tenure-graph", "--in", tagged, "--state", folder / "graph"]
    lookup = [BUILD / "tenure-lookup", "--kube", kube, "--state", folder / "timeline", "--follow"]
    looked_at(folder, "tenure-kube", [*kube_command, *listen], port)
    looked_at(folder, "tenure-enrich", [*enrich, *listen], port)
    looked_at(folder, "tenure-graph", [*graph, "--follow", *listen], port)
    looked_at(folder, "tenure-lookup", [*lookup, *listen], port)
    looked_at(folder, "tenure-lookup without seccomp", [*lookup, *listen, "--no-seccomp"], port, filtered=False)
    low = low_port()
    looked_at(folder, f"tenure-lookup at port {low}", [*lookup, "--listen", f"127.0.0.1:{low}"], low, kept=NET_BIND_SERVICE)
    looked_at(folder, "tenure-observe", [BUILD / "tenure-observe", "--in", tagged, "--follow"], tagged)
    out = folder / "live"
    looked_at(folder, "tenure-flows", [BUILD / "tenure-flows", "-i", "lo", "--out", out], out)


def flows_by_file(folder):
    """The file may have CAP_NET_RAW, and does not need it."""
    folder.chmod(0o755)
    program, out = folder / "tenure-flows", "/dev/null"
    shutil.copy(BUILD / "tenure-flows", program)
    # cap_net_raw+p, as the kernel stores it (struct vfs_cap_data, revision 2, not effective).
    os.setxattr(program, "security.capability", bytes.fromhex("00000002" "00200000" "00000000" "00000000" "00000000"))

    def run(kept, *words):
        return subprocess.run([sys.executable, "-c", WITHOUT, str(kept), program, *words], capture_output=True, text=True, timeout=60)

    for kept in (13, -1):
        ended = run(kept, "--version")
        assert ended.returncode == 0, (kept, ended)
    ended = run(-1, "-i", "lo", "--out", out, "-c", "1")
    assert ended.returncode == 77 and "no permission to capture" in ended.stderr, ended
    pinger = subprocess.Popen([sys.executable, "-c", "import socket, time\nwhile True: socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 9)); time.sleep(.05)"])
    try:
        ended = run(13, "-i", "lo", "--out", out, "-c", "1")
    finally:
        pinger.kill()
        pinger.wait()
    assert ended.returncode == 0 and "packets=1 " in ended.stderr, ended
    print("tenure-flows with cap_net_raw+p: starts without the capability, captures with it")


def main():
    if os.geteuid() != 0:
        print("needs root")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="tenure-sandbox-") as name:
        all_programs(Path(name))
        flows_by_file(Path(name))


if __name__ == "__main__":
    main()
