#!/usr/bin/env python3
"""Goal: a broker that falls silent at any request of a start is waited for, and the program lives meanwhile.

Each program with --listen runs through a proxy that passes everything on up to a request and then nothing for longer than the patience
of a program; once for each kind of request of its first seconds, the first times that it is made. While the broker is silent, /livez is
answered as a kubelet asks for it. Then the program becomes ready, or it has ended with 69, which says that a restart helps: never
with 78, as if the configuration were wrong. SIGTERM meanwhile ends it at once with 0.

usage: 64-held-starts.py [PROGRAM REQUEST COUNT]
"""

import collections
import concurrent.futures
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, OnePod, flow, started  # noqa: E402
from fake_api import RESOURCES, Fake, thing  # noqa: E402
from muting_proxy import Proxy  # noqa: E402
from secure_broker import free_ports  # noqa: E402
from status_page import address_of, get  # noqa: E402

BUILD = Path(os.environ.get("BUILD", Path(__file__).resolve().parents[2] / "build"))
SILENT_S = 12  # longer than the patience of a program
PATIENCE_S = 3  # of a probe, on a busy machine
SIDE_BY_SIDE = 26
UNAVAILABLE = 69
LATE_S = 5  # after this there is no further request of a start: how many there are depends on how fast it is
PROGRAMS = ("enrich", "enrich-window", "lookup", "graph", "kube", "flows")
OFTEN = ("Metadata", "ListOffsets", "DescribeConfigs", "FindCoordinator")  # of these the first two, in tenure-enrich three, of others the first
NEVER = ("ApiVersions", "Fetch", "Heartbeat", "DescribeGroups")


def write_flow(producer, number):
    producer.produce("flows", flow(number + 1, time.time() - 5), partition=0)
    producer.flush(60)


class Rig:
    """A broker with a listener for each run that is under way, which is reached by a proxy."""

    def __init__(self, folder, fake):
        self.folder, self.fake, self.free = folder, fake, queue.SimpleQueue()
        own, controller, *ports = free_ports(2 + SIDE_BY_SIDE)
        ways = [Proxy(port) for port in ports]
        for way in ways:
            self.free.put(way)
        os.environ.update(PORT=str(own), CONTROLLER_PORT=str(controller))
        far = [f"WAY{n}://127.0.0.1:{port}" for n, port in enumerate(ports)]
        near = [f"WAY{n}://{way.address}" for n, way in enumerate(ways)]
        protocols = [f"WAY{n}:PLAINTEXT" for n in range(len(ways))]
        plain = f"PLAINTEXT://127.0.0.1:{own}"
        self.broker = Broker("\n".join((
            f"listeners={','.join((plain, f'CONTROLLER://127.0.0.1:{controller}', *far))}",
            f"advertised.listeners={','.join((plain, *near))}",
            f"listener.security.protocol.map={','.join(('PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', *protocols))}",
            "inter.broker.listener.name=PLAINTEXT", "num.network.threads=1")))  # fmt: skip

    def command(self, program, name, address):
        words = {
            "enrich": ["--kube", "kafka:kube", "--flows", "kafka:flows", "--out", "kafka:tagged", "--rejected", "kafka:rejected",
                       "--hold", "0s", "--skew", "0s", "--retention", "1h", "--instance", name, "--group", name],
            "lookup": ["--kube", "kafka:kube"],
            "graph": ["--in", "kafka:tagged"],
            "kube": ["--cluster", name, "--kubeconfig", self.fake.kubeconfig, "--out", "kafka:other-kube"],
            "flows": ["-i", "lo", "--out", "kafka:other-flows"],
        }[program.split("-")[0]]
        if program == "enrich-window":
            words += ["--since", "10m ago", "--until", "now"]
        return [BUILD / f"tenure-{program.split('-')[0]}", *words, "-b", address, "--listen", "127.0.0.1:0"]


class Run:
    def __init__(self, rig, program, *mute):
        self.rig, self.program, self.mute = rig, program, mute
        self.name = "-".join(map(str, (program, *mute)))
        self.proxy = rig.free.get()
        self.proxy.begin(*mute)
        self.log = rig.folder / f"log-{self.name}"
        environment = dict(os.environ, XDG_STATE_HOME=str(rig.folder / f"state-{self.name}"))
        self.process = subprocess.Popen(list(map(str, rig.command(program, self.name, self.proxy.address))), stderr=open(self.log, "w"),
                                        stdin=subprocess.DEVNULL, env=environment)  # fmt: skip
        started.append(self.process)
        self.slowest, self.answers = 0.0, collections.Counter()

    def probe(self):
        """Whether it is ready."""
        began = time.monotonic()
        status, _ = get(self.address, "/livez")
        took = time.monotonic() - began
        if status == 0 and self.ends():
            return False
        self.answers[status] += 1
        self.slowest = max(self.slowest, took)
        return get(self.address, "/readyz")[0] == 200

    def ends(self):
        """Whether nobody listens because it ends."""
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def go(self):
        """Until it has ended, or is ready and the broker was silent. Returns the status, or None."""
        deadline = time.monotonic() + 120
        self.address = address_of(self.log)
        ready, since = False, None
        while self.process.poll() is None and not (ready and self.proxy.is_over()):
            assert time.monotonic() < deadline, (self.name, self.proxy.seen[:40], self.log.read_text(), get(self.address, "/readyz?verbose"))
            ready = self.probe()
            since = time.monotonic() if since is None and ready else since
            if since is not None and self.mute[1:2] > (1,) and self.proxy.muted is None and time.monotonic() > since + LATE_S:
                break
            time.sleep(0.05)
        self.was_silent = self.proxy.muted is not None
        return self.process.poll()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.rig.free.put(self.proxy)


def census(rig, program):
    """The requests of a start."""
    run = Run(rig, program)
    status = run.go()
    time.sleep(1)
    seen = run.proxy.seen
    run.end()
    assert status in (None, 0), (program, status, run.log.read_text())
    return seen


def judge(run, status):
    allowed = (None, UNAVAILABLE, 0) if run.program == "enrich-window" else (None, UNAVAILABLE)
    text = run.log.read_text()
    complaints = []
    if status not in allowed:
        complaints.append(f"{run.name}: exit {status}\n{text}")
    if status == UNAVAILABLE and "level=error" not in text:
        complaints.append(f"{run.name}: 69, and no reason\n{text}")
    if not run.was_silent and run.mute[1] == 1:
        complaints.append(f"{run.name}: there was no such request: {run.proxy.seen}")
    if set(run.answers) - {200} or run.slowest > PATIENCE_S:
        complaints.append(f"{run.name}: /livez: {dict(run.answers)}, the slowest after {run.slowest:.2f} s\n{text}")
    return complaints


def one(rig, program, request, count):
    run = Run(rig, program, request, count, SILENT_S)
    try:
        status = run.go()
        complaints = judge(run, status)
    finally:
        run.end()
    ended = "there was none" if not run.was_silent else "became ready" if status is None else f"exit {status}"
    print(f"{program}, silent from {request} {count} on: {ended}; /livez {sum(run.answers.values())} times, "
          f"the slowest after {run.slowest:.2f} s", flush=True)  # fmt: skip
    return complaints


def stopped(rig, program, request):
    """SIGTERM while the broker is silent."""
    run = Run(rig, program, request, 1, SILENT_S)
    try:
        run.address, deadline = address_of(run.log), time.monotonic() + 60
        while not run.proxy.is_mute():
            assert time.monotonic() < deadline, (run.name, run.proxy.seen)
            time.sleep(0.05)
        time.sleep(0.5)
        began = time.monotonic()
        run.process.send_signal(signal.SIGTERM)
        status = run.process.wait(60)
        took = time.monotonic() - began
    finally:
        run.end()
    print(f"{program}, stopped while the broker is silent from {request} on: exit {status} after {took:.1f} s", flush=True)
    return [] if status == 0 and took < 8 else [f"{run.name}: stopped: exit {status} after {took:.1f} s\n{run.log.read_text()}"]


def cases(rig, programs):
    """What falls silent: (program, request, count)."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = dict(zip(programs, pool.map(lambda program: census(rig, program), programs)))
    for program, seen in found.items():
        print(f"{program}: {' '.join(seen)}")
        for request, count in collections.Counter(seen).items():
            if request not in NEVER and (program != "enrich-window" or request in ("ListOffsets", "OffsetFetch")):
                yield from ((program, request, n + 1) for n in range(min(count, 1 if request not in OFTEN else 3 if program == "enrich" else 2)))


def main():
    programs = [program for program in PROGRAMS if program != "flows" or os.geteuid() == 0]
    folder = Path(tempfile.mkdtemp(prefix="tenure-held-"))
    with Fake() as fake:
        rig = Rig(folder, fake)
        with rig.broker as broker:
            fake.put(*[thing(resource, "one") for resource in RESOURCES])
            for topic in ("kube", "flows", "tagged", "rejected", "other-kube", "other-flows"):
                broker.create(topic, 1)
            feeder = OnePod(broker, 0.3, write_flow)
            feeder.start()
            # What tenure-graph reads.
            steady = subprocess.Popen(list(map(str, rig.command("enrich", "steady", broker.address))), stderr=open(folder / "log-steady", "w"))
            started.append(steady)
            if len(sys.argv) > 1:
                wanted, stops = [(sys.argv[1], sys.argv[2], int(sys.argv[3]))], []
            else:
                wanted, stops = list(cases(rig, programs)), [(program, "Metadata") for program in programs]
            with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                runs = [pool.submit(one, rig, *case) for case in wanted] + [pool.submit(stopped, rig, *case) for case in stops]
                complaints = [complaint for run in runs for complaint in run.result()]
            feeder.ending = True
            feeder.join()
            steady.kill()
            steady.wait()
    print(f"{len(runs)} starts, {len(complaints)} complaints")
    if complaints:
        print(*complaints, sep="\n")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
