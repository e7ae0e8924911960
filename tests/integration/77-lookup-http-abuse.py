#!/usr/bin/env python3
"""tenure-lookup over HTTP and clients that mean harm: 10,000 malformed requests, 1,000 slow clients, targets and lines that try
to break out, names that try to break the JSON. The server refuses them, stays within its memory and descriptors, and
answers an honest client all the time; schemathesis finds no answer that docs/openapi.yaml does not describe."""
import collections
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lookup_server import NDJSON, Server  # noqa: E402

SEED = int(os.environ.get("SEED", "1"))
MALFORMED = int(os.environ.get("MALFORMED", "10000"))
SLOW = int(os.environ.get("SLOW", "1000"))
IN_FLIGHT = 100
GROWTH_KIB = 96 * 1024   # of the resident memory, while 1,000 clients are connected
STRANGE = 'we"b\\\u0001</script>\u2028\u00e4'
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what)


def pod(kind, name, uid, ip, second):
    at = f"2026-11-23T08:{second // 60:02d}:{second % 60:02d}Z"
    return {"type": kind, "cluster": "c", "resource": "pods", "received": at, "object": {
        "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "uid": uid, "resourceVersion": str(100 + second), "creationTimestamp": at},
        "spec": {"nodeName": "n1"}, "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "startTime": at}}}


def kube_file(folder):
    """A pod whose name no Kubernetes would allow, and one that had 200 addresses, one after the other."""
    syncs = [{"type": kind, "cluster": "c", "resource": resource, "received": "2026-11-23T08:00:00Z", "resourceVersion": "8", "scope": {}}
             for resource in ("nodes", "services", "endpointslices", "pods") for kind in ("SYNC_BEGIN", "SYNC_END")]
    records = [*syncs[:-1], pod("ADDED", STRANGE, "u", "10.0.0.1", 0), syncs[-1]]
    for number in range(200):
        records.append(pod("ADDED", "many", f"m{number}", f"10.1.0.{number}", 5 * number))
        records.append(pod("DELETED", "many", f"m{number}", f"10.1.0.{number}", 5 * number + 4))
    records.append({"type": "PROGRESS", "cluster": "c", "received": "2026-11-23T09:00:00Z", "known": "2026-11-23T09:00:00Z", "revisions": {"pods": "845"}})
    path = folder / "kube"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


class Honest(threading.Thread):
    """One client that asks all the time, on a connection of its own or a new one."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.seconds, self.failed, self.ending = server, [], 0, False

    def run(self):
        while not self.ending:
            began = time.monotonic()
            try:
                status, _, body = self.server.ask("/v1/ip/10.0.0.1?at=2026-11-23T08:30:00Z")
                self.failed += status != 200 or json.loads(body)["status"] != "known"
            except (OSError, ValueError):
                self.failed += 1
            self.seconds.append(time.monotonic() - began)
            time.sleep(0.005)

    def finish(self, what):
        self.ending = True
        self.join()
        ordered = sorted(self.seconds)
        p99 = ordered[len(ordered) * 99 // 100]
        expect(self.failed == 0, f"{what}: {self.failed} of {len(ordered)} honest requests failed")
        print(f"{what}: {len(ordered)} honest requests, median {1000 * ordered[len(ordered) // 2]:.1f} ms, p99 {1000 * p99:.1f} ms")


def send(server, payload):
    """A connection on which PAYLOAD was sent, and nothing follows."""
    s = socket.create_connection((server.host, server.port), 20)
    try:
        s.sendall(payload)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    return s


def status_of(s):
    """The status that has come, if one has: a request that seems to be unfinished is waited for."""
    with s:
        s.setblocking(False)
        try:
            answer = s.recv(4096)
        except BlockingIOError:
            return "waiting"
        except OSError:
            return "closed"
    if not answer:
        return "closed"
    return answer[9:12].decode(errors="replace") if answer.startswith(b"HTTP/1.") else "other"


SEEDS = [b"GET /v1/ip/10.0.0.1?at=2026-11-23T08:30:00Z HTTP/1.1\r\nHost: localhost\r\n\r\n",
         b"POST /v1/ip HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 18\r\n\r\n{\"ip\":\"10.0.0.1\"}\n",
         b"POST /v1/ip HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"ip\":\"10.0.0.1\"}\n\r\n0\r\n\r\n",
         b"GET /readyz?verbose HTTP/1.0\r\n\r\n", b"HEAD /openapi.yaml HTTP/1.1\r\nHost: [::1]\r\nIf-None-Match: W/\"a\", *\r\n\r\n",
         b"POST /v1/ip HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
         b"GET " + b"/a" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000 + b"\r\n",
         b"POST /v1/ip HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nContent-Length: 99999999999999999999\r\n\r\n",
         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)]


def mutate(chance):
    payload = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(payload) + 1)
        what = chance.randrange(5)
        if what == 0:
            payload[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
        elif what == 1:
            del payload[at:at + chance.randint(1, 20)]
        elif what == 2 and payload:
            payload[min(at, len(payload) - 1)] = chance.randrange(256)
        elif what == 3:
            payload[at:at] = chance.choice([b"\r\n", b"\0", b"%00", b"..", b"//", b"&", b"?", b" ", b"\n", b"\r", b"%2f", b"HTTP/1.1", b"\xff" * 300])
        else:
            payload[at:] = payload[at:] * 2
    return bytes(payload)


def check_malformed(server):
    chance, statuses = random.Random(SEED), {}
    before = server.status("VmRSS")
    honest = Honest(server)
    honest.start()
    sent = collections.deque()
    for number in range(MALFORMED + IN_FLIGHT):
        if number < MALFORMED:
            sent.append(send(server, mutate(chance)))
        if number >= IN_FLIGHT:
            status = status_of(sent.popleft())
            statuses[status] = statuses.get(status, 0) + 1
        if server.process.poll() is not None:
            expect(False, f"request {number} ended the server: {server.text()[-2000:]}")
            return
    honest.finish(f"{MALFORMED} malformed requests")
    print(dict(sorted(statuses.items())))
    expect(sum(count for status, count in statuses.items() if status.startswith("4")) > MALFORMED // 4, "many are refused")
    allowed = {"closed", "waiting", "200", "304", "400", "404", "405", "408", "411", "413", "414", "415", "421", "431", "501", "505"}
    expect(set(statuses) <= allowed, f"every malformed request is refused, not {set(statuses) - allowed}")
    growth = server.status("VmRSS") - before
    expect(growth < GROWTH_KIB, f"the memory has grown by {growth} KiB")


def check_slow(server):
    before = server.status("VmRSS")
    slow = []
    for number in range(SLOW):
        s = socket.create_connection((server.host, server.port), 20)
        s.sendall(SEEDS[number % 3][:30 + number % 40])
        slow.append(s)
    honest = Honest(server)
    honest.start()
    ends = time.time() + 5
    while time.time() < ends:
        for s in slow:
            try:
                s.send(b"x")
            except OSError:
                pass
        time.sleep(0.5)
    most, growth = server.descriptors(), server.status("VmRSS") - before
    honest.finish(f"{SLOW} slow clients")
    print(f"{most} descriptors, {growth} KiB more")
    expect(most <= 1024 + 100, f"{most} descriptors are open")
    expect(growth < GROWTH_KIB, f"the memory has grown by {growth} KiB")
    for s in slow:
        s.close()


def check_descriptors(server, before):
    """Within half a minute every connection that lost its client is closed."""
    deadline = time.time() + 40
    while server.descriptors() > before + 2 and time.time() < deadline:
        time.sleep(0.1)
    expect(server.descriptors() <= before + 2, f"{server.descriptors()} descriptors are open, {before} before")


def check_injection(server):
    for target in ("/v1/ip/../../etc/passwd", "/v1/ip/..%2f..%2fetc%2fpasswd", "/v1/ip/10.0.0.1%0d%0aX:%20y", "/v1/ip/10.0.0.1%00", "/v1/ip/%2e%2e",
                   "/v1/ip/10.0.0.1/8", "/v1/ip/0x0a000001", "/v1/ip/10.1", "/v1/ip/010.0.0.1", "/v1/ip/10.0.0.1%20", "/v1/ip/fe80::1%25eth0",
                   "/v1/ip/10.0.0.1?at=2026-11-23T08:30:00Z&at=2026-11-23T08:30:00Z", "/v1/ip/10.0.0.1?at=", "/v1/ip/10.0.0.1?port=80;x",
                   "/v1/ip/10.0.0.1?format=../x", "/v1/ip/10.0.0.1?position=-1", "/v1/ip/10.0.0.1?%61t=x", "/v1/service/%22%3e/x", "/v1/pod/shop/",
                   "/v1/service/shop/x?at=9999-99-99T00:00:00Z", "//v1/ip/10.0.0.1", "/v1//ip/10.0.0.1", "/v1/ip/" + "1" * 5000, "/?" + "&" * 100):
        status, headers, body = server.ask(target)
        expect(400 <= status < 500 and headers["Content-Type"] == "application/problem+json" and json.loads(body)["status"] == status
               and "X" not in headers, f"{target}: refused with a problem, not {status} {body[:200]}")
    status, _, body = server.ask("/livez", headers={"Host": "rebound.example"})
    expect(status == 421, f"another site's name is not ours: {status}")
    target = "/v1/pod/shop/" + "".join(f"%{byte:02x}" for byte in STRANGE.encode())
    # A control character is refused in a target, and is written as an escape in an answer.
    expect(server.ask(target)[0] == 400, "a control character in a name is refused")
    for target in ("/v1/ip/10.0.0.1", "/v1/ip/10.0.0.1/history"):
        _, _, body = server.ask(target)
        answer = json.loads(body)
        pod = (answer if "k8s" in answer else answer["bindings"][0])["k8s"]["pod"]["name"]
        expect(pod == STRANGE and b"\n" not in body[:-1], f"{target}: the name is escaped: {body[:300]}")
    # An answer in pieces: more than 64 addresses had the name.
    status, headers, body = server.ask("/v1/pod/shop/many?at=2026-11-23T08:12:32Z&position=final")
    expect(status == 200 and headers["ETag"] is None and json.loads(body)["pod"] == "shop/many", f"in pieces: {body[:300]}")
    lines = [b'{"ip":"10.0.0.1","at":"' + STRANGE.encode() + b'"}', b'{"ip":"\xff"}', b"\x00", b"[" * 100000, b'{"ip":"' + b"1" * 100000 + b'"}', b'{"ip":"10.0.0.1"}']
    status, _, body = server.ask("/v1/ip", "POST", b"\n".join(lines), NDJSON)
    answers = [json.loads(line) for line in body.splitlines()]
    expect(status == 200 and [answer.get("line") for answer in answers] == [1, 2, 3, 4, 5, None], f"each line has its error: {body[:500]}")
    status, _, body = server.ask("/v1/ip", "POST", b" " * (5 << 20), NDJSON)
    expect(status == 413, f"a body of 5 MiB is too large: {status}")
    status, _, body = server.ask("/v1/ip", "POST", b"{}", {"Content-Type": "text/plain"})
    expect(status == 415, f"a form of another site is refused: {status}")


def check_pipelined(server):
    """A body that nobody reads is not the next request."""
    inner = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection((server.host, server.port), 20) as s:
        s.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner + b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answers = b""
        while piece := s.recv(65536):
            answers += piece
    expect(answers.count(b"HTTP/1.1 ") == 2 and b" 404 " in answers, f"a body is not a request: {answers[:500]}")


def check_schema(server, folder):
    """A line that is wrong is answered in its line, so a wrong body is no wrong request."""
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="lookup_schema", PYTHONPATH=str(Path(__file__).resolve().parent))
    words = [Path(sys.executable).parent / "st", "run", f"http://{server.host}:{server.port}/openapi.yaml", "--max-examples", "20", "--seed", str(SEED),
             "--workers", "1", "--no-color", "--warnings", "off", "--generation-database", "none"]
    for more in (["--exclude-path", "/v1/ip"], ["--include-path", "/v1/ip", "--exclude-checks", "negative_data_rejection"]):
        done = subprocess.run([*words, *more], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print("schemathesis:", *[line.strip() for line in done.stdout.splitlines() if " generated" in line])
        expect(done.returncode == 0, f"schemathesis:\n{done.stdout[-6000:]}")


def main():
    print(f"SEED={SEED}")
    with tempfile.TemporaryDirectory(prefix="tenure-http-") as name:
        folder = Path(name)
        with Server(folder, "--kube", kube_file(folder)) as server:
            server.wait_ready()
            descriptors = server.descriptors()
            check_injection(server)
            check_pipelined(server)
            check_malformed(server)
            check_slow(server)
            check_schema(server, folder)
            check_descriptors(server, descriptors)
            expect(server.stop() == 0, "SIGTERM ends it with 0")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
