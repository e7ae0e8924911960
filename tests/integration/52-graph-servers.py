#!/usr/bin/env python3
"""Goal: what tenure-graph says of an edge is what its server measured itself: as many requests, and response times whose
median, 95th and 99th percentile are within 5 % or 100 us of the server's own.

Four pods in network namespaces, connected by veths to a node, whose interfaces tenure-flows captures: two HTTP servers and
two clients, with connections that are kept and with one for each request. Each server notes for each request how long it
took from its arrival, as the kernel stamped it, to the answer. tenure-enrich tags the flows from a recorded watch. Needs
root and ip. Nothing leaves the namespaces.

    52-graph-servers.py [REQUESTS [SEED]]
"""
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
NAME = f"tg{os.getpid() % 100000}"
NODE = f"{NAME}-node"
# Name: address; of a server, the median of its service times in seconds.
PODS = {"web": "10.9.0.1", "loadgen": "10.9.0.2", "cart": "10.9.0.3", "search": "10.9.0.4"}
SERVERS = {"cart": 0.004, "search": 0.020}
# Client, server, requests on each connection; 8 connections at a time.
LOADS = [("web", "cart", 50), ("web", "search", 25), ("loadgen", "search", 1), ("loadgen", "cart", 1)]
CONNECTIONS = 8
SHARE, LEAST_NS = 0.05, 100_000

# An HTTP/1.1 server; one thread for each connection, one request at a time. It notes the client's address and the time.
SERVER = r"""
import atexit, json, math, random, signal, socket, struct, sys, threading, time
address, median, seed, path = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
SO_TIMESTAMPNS = 35
draw, notes, lock = random.Random(seed), [], threading.Lock()
body = b"x" * 2000
answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

def service_time():
    # Most take about the median, some far longer: a tail, and a second mode.
    with lock:
        return draw.lognormvariate(math.log(median), 0.4) * (4 if draw.random() < 0.03 else 1)

def serve(connection, client):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    while True:
        request, arrived = b"", None
        while b"\r\n\r\n" not in request:
            data, more, _, _ = connection.recvmsg(65536, 64)
            if not data:
                connection.close()
                return
            request += data
            for level, kind, value in more:
                if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                    seconds, ns = struct.unpack("qq", value[:16])
                    arrived = seconds * 10**9 + ns
        time.sleep(service_time())
        end = b"\r\nConnection: close\r\n" in request
        done = time.time_ns()
        connection.sendall(answer)
        notes.append((client, done - arrived))
        if end:
            connection.close()
            return

def leave(*_):
    with open(path, "w") as out:
        json.dump(notes, out)
    sys.exit(0)

signal.signal(signal.SIGTERM, leave)
listener = socket.create_server((address, 8080), backlog=128)
while True:
    connection, (client, _) = listener.accept()
    threading.Thread(target=serve, args=(connection, client), daemon=True).start()
"""
CLIENT = r"""
import http.client, sys, threading
address, each, total = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def talk(requests):
    for begin in range(0, requests, each):
        connection = http.client.HTTPConnection(address, 8080, timeout=60)
        for number in range(begin, min(begin + each, requests)):
            connection.request("GET", "/", headers={"Connection": "close"} if each == 1 else {})
            assert connection.getresponse().read()
        connection.close()
threads = [threading.Thread(target=talk, args=(total // %d,)) for _ in range(%d)]
for thread in threads: thread.start()
for thread in threads: thread.join()
""" % (CONNECTIONS, CONNECTIONS)


def skip(reason):
    print(reason)
    sys.exit(77)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(namespace, *command, **options):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], **options)


def pod(name, address, number):
    namespace, veth = f"{NAME}-{name}", f"veth{number}"
    ip("netns", "add", namespace)
    ip("-n", NODE, "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    ip("-n", NODE, "link", "set", veth, "up")
    ip("-n", NODE, "route", "add", address, "dev", veth)
    for setting in (f"conf.{veth}.proxy_arp=1", f"neigh.{veth}.proxy_delay=0"):
        ip("netns", "exec", NODE, "sysctl", "-qw", f"net.ipv4.{setting}")
    ip("-n", namespace, "link", "set", "eth0", "up")
    ip("-n", namespace, "addr", "add", f"{address}/32", "dev", "eth0")
    ip("-n", namespace, "route", "add", "default", "dev", "eth0")


def wait_for(what, claim, seconds=30):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def watch(begin, end):
    """The records of a watch from BEGIN to END, in seconds since 1970."""
    created, received = rfc3339(begin - 600), rfc3339(begin)

    def metadata(name, **more):
        return {"name": name, "namespace": "shop", "uid": f"uid-{name}", "resourceVersion": "5", "creationTimestamp": created, **more}

    objects = {"nodes": [{"kind": "Node", "metadata": metadata("n1"), "status": {"addresses": [{"type": "InternalIP", "address": "192.168.1.1"}]}}],
               "services": [], "endpointslices": [], "pods": []}
    del objects["nodes"][0]["metadata"]["namespace"]
    for number, (name, address) in enumerate(PODS.items()):
        objects["services"].append({"kind": "Service", "metadata": metadata(name), "spec": {
            "type": "ClusterIP", "clusterIP": f"10.96.0.{number + 1}", "clusterIPs": [f"10.96.0.{number + 1}"], "ports": [{"port": 80, "protocol": "TCP"}]}})
        objects["endpointslices"].append({
            "kind": "EndpointSlice", "addressType": "IPv4", "metadata": metadata(f"{name}-x", labels={"kubernetes.io/service-name": name}),
            "ports": [{"port": 8080, "protocol": "TCP"}],
            "endpoints": [{"addresses": [address], "targetRef": {"kind": "Pod", "name": f"{name}-1", "namespace": "shop", "uid": f"uid-{name}-1"}}]})
        objects["pods"].append({"kind": "Pod", "metadata": metadata(f"{name}-1"), "spec": {"nodeName": "n1"}, "status": {
            "phase": "Running", "startTime": created, "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": created}],
            "containerStatuses": [{"name": "c", "state": {"running": {"startedAt": created}}}]}})
    for resource, found in objects.items():
        common = {"cluster": "c", "resource": resource, "received": received}
        yield {"type": "SYNC_BEGIN", **common, "resourceVersion": "9", "scope": {}}
        for one in found:
            yield {"type": "ADDED", **common, "object": one}
        yield {"type": "SYNC_END", **common, "resourceVersion": "9"}
    for at in (begin, end):
        yield {"type": "PROGRESS", "cluster": "c", "received": rfc3339(at), "known": rfc3339(at), "revisions": {}}


def percentile(values, share):
    return sorted(values)[math.ceil(share * len(values)) - 1]


def measure(folder, started, requests, seed):
    """Runs the load under the meter. What each server noted: {(client, server): nanoseconds}."""
    ip("netns", "add", NODE)
    ip("-n", NODE, "link", "set", "lo", "up")
    ip("netns", "exec", NODE, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    for number, (name, address) in enumerate(PODS.items()):
        pod(name, address, number)
    log = open(folder / "log", "w+", encoding="utf-8")
    meter = inside(NODE, BUILD / "tenure-flows", "--interfaces-from", "veth*", "--out", folder / "flows.ndjson", "--observer-name", "n1", stderr=log)
    started.append(meter)
    servers = []
    for number, (name, median) in enumerate(SERVERS.items()):
        servers.append(inside(f"{NAME}-{name}", sys.executable, "-c", SERVER, PODS[name], median, seed + number, folder / f"{name}.json"))
    started += servers
    wait_for("the captures", lambda: (folder / "log").read_text(encoding="utf-8").count("capture started") == len(PODS))
    wait_for("the servers", lambda: all(
        f"{PODS[name]}:8080" in subprocess.run(["ip", "netns", "exec", f"{NAME}-{name}", "ss", "-ltn"], stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in SERVERS))
    clients = [inside(f"{NAME}-{client}", sys.executable, "-c", CLIENT, PODS[server], each, requests) for client, server, each in LOADS]
    started += clients
    for client in clients:
        assert client.wait(timeout=300) == 0, "a client failed"
    for process in (*servers, meter):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    last = [line for line in (folder / "log").read_text(encoding="utf-8").splitlines() if "frames=" in line][-1]
    assert " kernel_drops=0 " in last, last
    names = {address: name for name, address in PODS.items()}
    noted = {}
    for name in SERVERS:
        for address, ns in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
            noted.setdefault((names[address], name), []).append(ns)
    return noted


def graph(folder, begin, end):
    """The edges between services: {(client, server): edge}."""
    with open(folder / "kube.ndjson", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in watch(begin, end))
    subprocess.run([BUILD / "tenure-enrich", "--kube", "kube.ndjson", "--flows", "flows.ndjson", "--out", "tagged.ndjson", "--rejected", "rejected.ndjson",
                    "--state", "state"], cwd=folder, stderr=subprocess.DEVNULL, check=True)
    done = subprocess.run([BUILD / "tenure-graph", "--in", "tagged.ndjson", "--format", "json"], cwd=folder, stdout=subprocess.PIPE, check=True)
    return {tuple(edge[end].removeprefix("service/shop/").removeprefix("service/c/shop/") for end in ("source", "target")): edge
            for edge in json.loads(done.stdout)["edges"]}


def compare(noted, edges):
    """Prints both, and returns how many differ too much."""
    wrong = 0
    print(f"{'client':9} {'server':8} {'requests':>9} {'graph':>7}" + "".join(f"   {name} server   graph     off" for name in ("p50", "p95", "p99")))
    for pair, times in sorted(noted.items()):
        edge = edges.get(pair)
        if edge is None:
            print(f"{pair}: no edge; there are {sorted(edges)}")
            return 1
        line = f"{pair[0]:9} {pair[1]:8} {len(times):9} {edge['requests']['count']:7}"
        wrong += edge["requests"]["count"] != len(times) or edge["requests"]["response_time"]["count"] != len(times)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            own, told = percentile(times, share), edge["requests"]["response_time"][name]
            wrong += abs(told - own) > max(SHARE * own, LEAST_NS)
            line += f"   {own / 1e6:7.3f} ms {told / 1e6:7.3f} {100 * (told - own) / own:+5.1f} %"
        print(line)
    return wrong


def main():
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "ss"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    started = []
    folder = Path(tempfile.mkdtemp(prefix="tenure-graph-servers-"))
    folder.chmod(0o777)
    begin = time.time() - 60
    try:
        noted = measure(folder, started, requests, seed)
        return 1 if compare(noted, graph(folder, begin, time.time() + 60)) > 0 else 0
    except BaseException:
        print((folder / "log").read_text(encoding="utf-8") if (folder / "log").exists() else "no log")
        raise
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        for name in (*PODS, "node"):
            subprocess.run(["ip", "netns", "del", f"{NAME}-{name}"], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
