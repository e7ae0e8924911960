#!/usr/bin/env python3
"""A kube file that a server follows is replaced, cut, or gone: it is not ready, says why, and then answers from the file that is there."""
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lookup_server import Server

faults = []


def expect(condition, what):
    if not condition:
        faults.append(what)
        print("FAULT", what)


def stamp(seconds_ago=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


def records(pod):
    """A cluster in which POD has 10.1.0.7, known to now."""
    begun = stamp(60)
    for resource in ("pods", "nodes", "services", "endpointslices"):
        for kind in ("SYNC_BEGIN", "SYNC_END"):
            yield {"type": kind, "resource": resource, "received": stamp(90), "resourceVersion": "1", "scope": {}}
    yield {"type": "ADDED", "resource": "pods", "received": stamp(50), "object": {
        "metadata": {"name": pod, "namespace": "shop", "uid": pod, "creationTimestamp": begun, "resourceVersion": "2"}, "spec": {"nodeName": "n"},
        "status": {"phase": "Running", "startTime": begun, "podIP": "10.1.0.7",
                   "containerStatuses": [{"state": {"running": {"startedAt": begun}}}]}}}
    yield {"type": "PROGRESS", "known": stamp(), "received": stamp()}


def write(path, pod):
    path.write_text("".join(json.dumps(record) + "\n" for record in records(pod)))


def wait(what, condition, seconds=20):
    deadline = time.time() + seconds
    while not condition():
        if time.time() > deadline:
            expect(False, what)
            return
        time.sleep(0.01)


def holder(server):
    return json.loads(server.ask("/v1/ip/10.1.0.7")[2]).get("k8s", {}).get("pod", {}).get("name")


def dns(server):
    done = subprocess.run(["dig", "+short", "+time=2", f"@{server.dns[0]}", "-p", server.dns[1], "-x", "10.1.0.7"], capture_output=True, text=True)
    return done.stdout.strip()


def readiness(server):
    status, _, text = server.ask("/readyz?verbose")
    return status, text.decode()


def many(count):
    """A pod that had so many addresses."""
    for number in range(count):
        pod = {"metadata": {"name": "many", "namespace": "shop", "uid": f"m{number}", "resourceVersion": str(10 + number)},
               "spec": {"nodeName": "n"}, "status": {"podIP": f"10.9.{number // 250}.{number % 250}"}}
        for kind in ("ADDED", "DELETED"):
            yield {"type": kind, "resource": "pods", "received": stamp(), "object": pod}


def check_long_answer(folder):
    """An answer is not of two files: one that has begun before another file is read breaks off."""
    kube, other = folder / "long", folder / "other"
    write(kube, "first")
    with kube.open("a") as file:
        file.write("".join(json.dumps(record) + "\n" for record in many(20000)))
    write(other, "second")
    with Server(folder, "--kube", kube, "--follow") as server, socket.socket() as client:
        server.wait_ready()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect((server.host, server.port))
        client.sendall(b"GET /v1/pod/shop/many/history HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = client.recv(1000)
        other.rename(kube)
        wait("the other file is read", lambda: holder(server) == "second")
        while piece := client.recv(1 << 20):
            answer += piece
    expect(b"200 OK" in answer and b"10.9.0.1" in answer, "the answer has begun")
    expect(not answer.endswith(b"0\r\n\r\n"), f"the answer breaks off: {answer[-200:]}")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-replaced-") as name:
        folder = Path(name)
        kube, other = folder / "kube", folder / "other"
        write(kube, "first")
        with Server(folder, "--kube", kube, "--follow", "--listen-dns", "127.0.0.1:0") as server:
            server.wait_ready()
            server.dns = re.search(r"dns: listening on (\S+?):(\d+)", server.text()).groups()
            expect(holder(server) == "first", "the file is read")
            expect(dns(server) == "first.shop.pod.tenure.internal.", f"and answered over DNS: {dns(server)}")

            write(other, "second")
            other.rename(kube)
            wait("another file in its place is read", lambda: holder(server) == "second")
            server.wait_ready()
            expect("was replaced by another file" in server.text(), "the log says so")
            expect(dns(server) == "second.shop.pod.tenure.internal.", f"DNS answers from it: {dns(server)}")
            with kube.open("a") as file:
                file.write(json.dumps({"type": "PROGRESS", "known": stamp(), "received": stamp()}) + "\n")
            wait("and followed", lambda: json.loads(server.ask("/v1/ip/10.1.0.7")[2])["position"] == 10)

            kube.rename(folder / "old")
            wait("without a file it is not ready", lambda: readiness(server)[0] == 503)
            expect("[-] the file is no longer there" in readiness(server)[1], f"and says why: {readiness(server)}")
            expect(holder(server) == "second", "it answers from what it has read")
            time.sleep(0.2)
            expect(server.text().count("is no longer there") == 1, "it says so once")
            write(kube, "third")
            wait("a new file is read", lambda: holder(server) == "third")
            server.wait_ready()

            with kube.open("r+") as file:
                file.truncate(0)
            wait("an empty file is not ready", lambda: "[-] the topic has no records" in readiness(server)[1])
            with kube.open("a") as file:
                file.write("".join(json.dumps(record) + "\n" for record in records("fourth")))
            wait("a file that was cut is read again", lambda: holder(server) == "fourth")
            server.wait_ready()
            expect(server.stop() == 0, "SIGTERM ends it with 0")
        with Server(folder, "--kube", kube, "--follow") as server:
            server.wait_ready()
            expect(holder(server) == "fourth", "a start says the same")
        check_long_answer(folder)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
