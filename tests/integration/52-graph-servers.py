#!/usr/bin/env python3
"""Goal: what tenure-graph says of an edge is what its server measured itself: as many requests of each family, as many errors,
and response times whose median, 95th and 99th percentile are within 5 % or 100 us of the server's own.

Four pods in network namespaces, connected by veths to a node, whose interfaces tenure-flows captures: two HTTP servers and
two clients, with connections that are kept and with one for each request. Some clients hide what they say (each byte is changed, and
so is each of the answer), so that it can be counted as turns alone; one edge has both. Each server notes for each request how long it
took from its arrival, as the kernel stamped it, to the answer, which status it had, and whether it was hidden. tenure-enrich tags the flows from a recorded watch. Needs
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
# Client, server, requests on each connection, whether they are hidden; 8 connections at a time.
LOADS = [("web", "cart", 50, False), ("web", "search", 25, True), ("loadgen", "search", 1, False), ("loadgen", "cart", 1, False), ("loadgen", "cart", 10, True)]
CONNECTIONS = 8
SHARE, LEAST_NS = 0.05, 100_000

# An HTTP/1.1 server; one thread for each connection, one request at a time. It notes the client's address and the time.
SERVER = r"""
import atexit, json, math, random, signal, socket, struct, sys, threading, time
address, median, seed, path = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
SO_TIMESTAMPNS = 35
draw, notes, lock = random.Random(seed), [], threading.Lock()
body = b"x" * 2000
answer = b"HTTP/1.1 %d OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
hidden = bytes(byte ^ 0x55 for byte in range(256))

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
            secret = request == b"" and data[:1] != b"G" or request != b"" and secret
            request += data.translate(hidden) if secret else data
            for level, kind, value in more:
                if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                    seconds, ns = struct.unpack("qq", value[:16])
                    arrived = seconds * 10**9 + ns
        time.sleep(service_time())
        end = b"\r\nConnection: close\r\n" in request
        with lock:
            status = draw.choices((200, 404, 500, 503), (90, 5, 3, 2))[0]
        bytes_ = answer % (status, len(body), body)
        done = time.time_ns()
        connection.sendall(bytes_.translate(hidden) if secret else bytes_)
        notes.append((client, done - arrived, status, secret))
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
import socket, sys, threading
address, each, total, secret = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "True"
hidden = bytes(byte ^ 0x55 for byte in range(256)) if secret else None
request = b"GET / HTTP/1.1\r\nHost: x\r\n%%s\r\n" %% (b"Connection: close\r\n" if each == 1 else b"")
def answer(connection):
    data = b""
    while b"\r\n\r\n" not in data or len(data) < data.index(b"\r\n\r\n") + 4 + 2000:
        more = connection.recv(65536)
        assert more
        data += more.translate(hidden) if secret else more
def talk(requests):
    for begin in range(0, requests, each):
        with socket.create_connection((address, 8080), timeout=60) as connection:
            for number in range(begin, min(begin + each, requests)):
                connection.sendall(request.translate(hidden) if secret else request)
                answer(connection)
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
    """Runs the load under the meter. What each server noted: {(client, server): [(nanoseconds, status, hidden)]}."""
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
    clients = [inside(f"{NAME}-{client}", sys.executable, "-c", CLIENT, PODS[server], each, requests, secret) for client, server, each, secret in LOADS]
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
        for address, *note in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
            noted.setdefault((names[address], name), []).append(note)
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


def family_of(edge, hidden):
    """What the graph says of one family of requests of EDGE, and what is wrong with it in itself."""
    if hidden:
        return edge["requests"]["count"], 0, 0, edge["requests"].get("response_time", {}), []
    kinds = edge.get("messages", [])
    if [kind["protocol"] for kind in kinds] != ["http"]:
        return 0, 0, 0, {}, [f"protocols {[kind['protocol'] for kind in kinds]}"]
    kind = kinds[0]
    # One request at a time: each is a turn too.
    wanted = {"requester": "source", "incomplete": 0, "retries": 0, "unanswered": 0, "responses": kind["requests"], "turns": kind["requests"]}
    faults = [f"{name} {kind[name]}" for name, value in wanted.items() if kind[name] != value]
    first, last = kind["time_to_first_byte"], kind["time_to_last_byte"]
    if last["count"] != first["count"] or last["sum"] < first["sum"]:
        faults.append("times to the last byte")
    return kind["requests"], kind["errors"], kind["client_errors"], first, faults


def compare(noted, edges):
    """Prints both, and returns how many differ too much."""
    wrong = 0
    print(f"{'client':9} {'server':8} {'family':9} {'requests':>9} {'graph':>7} {'5xx':>5} {'graph':>5} {'4xx':>5} {'graph':>5}"
          + "".join(f"   {name} server   graph     off" for name in ("p50", "p95", "p99")))
    for pair, notes in sorted(noted.items()):
        edge = edges.get(pair)
        if edge is None:
            print(f"{pair}: no edge; there are {sorted(edges)}")
            return 1
        for hidden in (False, True):
            times = [ns for ns, _, secret in notes if secret == hidden]
            failed, refused = (0 if hidden else sum(secret == hidden and status // 100 == group for _, status, secret in notes) for group in (5, 4))
            requests, errors, client_errors, told, faults = family_of(edge, hidden) if times else (0, 0, 0, {}, [])
            if not times:
                wrong += edge["requests"]["count"] > 0 if hidden else "messages" in edge
                continue
            line = f"{pair[0]:9} {pair[1]:8} {'turns' if hidden else 'messages':9} {len(times):9} {requests:7} {failed:5} {errors:5} {refused:5} {client_errors:5}"
            wrong += len(faults) + (requests != len(times)) + (told.get("count") != len(times)) + (errors != failed) + (client_errors != refused)
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
                own, said = percentile(times, share), told.get(name, 0)
                wrong += abs(said - own) > max(SHARE * own, LEAST_NS)
                line += f"   {own / 1e6:7.3f} ms {said / 1e6:7.3f} {100 * (said - own) / own:+5.1f} %"
            print(line, *faults)
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
