#!/usr/bin/env python3
"""Goal: the messages that tenure-flows counts are those that the servers count.

Real servers and clients talk on the loopback interface of a network namespace, where the meter captures. Each server
counts its requests, by status, and takes their times; the records must say the same. Needs root and ip.
"""

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import flows_wire  # noqa: E402
from flows_messages import (  # noqa: E402
    CLIENTS,
    NAMESPACE,
    Server,
    check_again,
    check_percentiles,
    check_times,
    do,
    in_namespace,
    inside,
    start_capture,
    start_meter,
    stop_capture,
    stop_meter,
    total,
)


def check_wire(wire, records, port, names):
    """Sums are those on the wire, to a microsecond for each response, percentiles within 5 % or 100 us; tshark agrees where it is installed."""
    for member, times in zip(("time_to_first_byte", "time_to_last_byte"), flows_wire.turns(wire, port)):
        ours = [record["l7"][member] for record in records[port]]
        count, sums = sum(each["count"] for each in ours), sum(each["sum"] for each in ours)
        print(f"wire: {member}: {count} of {len(times)}, the sums differ by {sums - sum(times)} ns")
        assert count == len(times) and abs(sums - sum(times)) <= 1000 * count, (member, sums, sum(times))
        check_percentiles(member, ours, times)
    for field, member, server in (("http.time", "time_to_last_byte", port), ("dns.time", "time_to_first_byte", names)):
        others = flows_wire.tshark_times(wire, field, server)
        compared = 0
        for record in records[server] if others is not None else ():
            times = others.get(record["source"]["port"])
            # A time after a retry is from the first query here. DNS over TCP has another field.
            if times is None or "retries" in record["l7"] or member not in record["l7"]:
                continue
            ours = record["l7"][member]
            compared += ours["count"]
            assert ours["count"] == len(times) and abs(ours["sum"] - sum(times)) <= 1000 * len(times), (field, ours, times)
        print(f"tshark: {field}: {compared} times are the same")


def check(what, records, counts, **expected):
    """The records' counts are the server's, and EXPECTED."""
    assert records, what
    sums, brief = total(records), {name: counts[name] for name in counts if name not in ("first", "last")}
    print(f"{what}: {len(records)} connections, {sums}")
    assert all("incomplete" not in record["l7"] for record in records), records
    assert sums["requests"] + sums["retries"] == counts["requests"], (what, sums, brief)
    assert sums["responses"] == expected.get("responses", counts["requests"]), (what, sums, brief)
    for family in ("status", "rcode", "grpc_status"):
        if counts.get(family):
            assert sums.get(family) == counts[family], (what, sums, brief)
    for name, value in expected.items():
        assert sums[name] == value, (what, name, sums)


def http1(port):
    web = f"http://127.0.0.1:{port}"
    do(sys.executable, CLIENTS, "pipelined", port, 500)
    do(sys.executable, CLIENTS, "split", port)
    do("curl", "-sS", "-o", "/dev/null", f"{web}/200/100000/5", "-o", "/dev/null", f"{web}/404/10/1", "-o", "/dev/null", f"{web}/200/40000/3?chunked")
    do("curl", "-sS", "-I", f"{web}/200/5000/1", "--next", "-sS", f"{web}/204/0/1", "--next", "-sS", f"{web}/304/77/1")
    do("curl", "-sS", "-o", "/dev/null", f"{web}/200/3000/2?close")
    # 100-continue: with a length, then in chunks.
    data = "x" * 200_000
    do("curl", "-sS", "-H", "Expect: 100-continue", "-d", data[:100_000], f"{web}/503/9/1")
    do("curl", "-sS", "-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked", "-d", data[:50_000], f"{web}/200/9/1")


def dns(port):
    """dig asks by UDP and TCP, and again when the first answer is lost; a resolver asks for A and AAAA at once."""
    at = ("dig", "@127.0.0.1", "-p", port, "+noedns")
    for i in range(8):
        do(*at, f"ok.{i * 5}.{i}.test")
    do(*at, "+tcp", "+keepopen", "ok.1.1.test", "none.2.2.test", "ok.3.3.test")
    do(*at, "none.1.9.test", "AAAA")
    do(*at, "+tries=3", "+time=1", "lost.0.1.test")
    do(sys.executable, CLIENTS, "queries", port)


def redis(port):
    at = ("-h", "127.0.0.1", "-p", port)
    do("redis-benchmark", *at, "-n", 3000, "-c", 4, "-t", "ping,set,get,lpush,lrange_100", "-q")
    do("redis-benchmark", *at, "-n", 4000, "-c", 2, "-P", 16, "-t", "set,get,mset", "-q")
    do("redis-benchmark", *at, "-n", 500, "-3", "-P", 100, "-t", "get", "-q")
    do("redis-cli", *at, "lpush", "key:__rand_int__", "not a list")
    do("redis-cli", "-3", *at, "hgetall", "nothing")


def redis_count(port):
    """The server's own count of commands, without the ones that ask for it."""
    info = subprocess.run(
        ["ip", "netns", "exec", NAMESPACE, "redis-cli", "-p", str(port), "info", "stats"], stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    return int(info.split("total_commands_processed:")[1].split()[0])


def http2(port):
    """HTTP/2 by prior knowledge, and many streams at once."""
    web = f"http://127.0.0.1:{port}"
    do("h2load", "-n", 500, "-c", 2, "-m", 20, f"{web}/file", f"{web}/missing")
    do("curl", "-sS", "--http2-prior-knowledge", f"{web}/file", "-o", "/dev/null")
    do("curl", "-sS", "--http2-prior-knowledge", f"{web}/missing", "-o", "/dev/null")
    do("curl", "-sS", "--http2-prior-knowledge", "-d", "x" * 40_000, f"{web}/file", "-o", "/dev/null")


def upgraded(port):
    """HTTP/2 by prior knowledge and by Upgrade, from two clients, in turn and many at once."""
    web = f"http://127.0.0.1:{port}"
    several = [argument for i in range(12) for argument in ("-o", "/dev/null", f"{web}/{200 if i % 3 else 404}/{i * 100}/{i % 3}")]
    do("curl", "-sS", "--http2", *several)
    for i in range(3):
        do("curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", f"{web}/200/{i}/{i}")
    do("curl", "-sS", "--http2", "-d", "x" * 30_000, f"{web}/503/9/1")
    do("nghttp", "-u", "-n", *(f"{web}/200/{i * 50}/1" for i in range(10)))
    # With a body this client first asks OPTIONS *.
    do("nghttp", "-u", "-n", "-d", "/etc/services", f"{web}/200/9/1")
    do("h2load", "-n", 200, "-c", 2, "-m", 10, f"{web}/200/300/0")


def check_partial(port, whole, partial):
    """What was read of the frames' starts is the same, or says that it may be wrong."""
    whole = {record["network"]["community_id"]: record["l7"] for record in whole[port]}
    complete = 0
    for record in partial.get(port, []):
        l7 = record["l7"]
        if "incomplete" in l7:
            continue
        complete += 1
        for name in ("requests", "responses", "status"):
            expected = whole[record["network"]["community_id"]]
            assert l7.get(name) == expected.get(name), (l7, expected)
    print(f"port {port}: {complete} of {len(whole)} connections are complete with the default --snaplen")


def run(folder, started):
    meter = start_meter(folder, started, "flows", "--snaplen", "262144", "--buffer", 64 << 20, "--buffer-total", 64 << 20)
    partial = start_meter(folder, started, "partial", "--buffer", 64 << 20, "--buffer-total", 64 << 20)
    wire = start_capture(folder, started)
    web = Server(started, "web", 8080)
    timed = Server(started, "web", 8081)
    streams = Server(started, "h2c", 8083)
    service = Server(started, "grpc", 8084)
    names = Server(started, "dns", 8053)
    certificate = folder / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", folder / "key", "-out", certificate],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with certificate.open("ab") as stream:
        stream.write((folder / "key").read_bytes())
    secure = [Server(started, "TLSv1_2", 8442, certificate), Server(started, "TLSv1_3", 8443, certificate)]
    # The server is this program under another name, in a package that starts no service.
    started.append(inside("bash", "-c", "exec -a redis-server redis-check-rdb --port 6380 --bind 127.0.0.1 --save ''", stdout=subprocess.DEVNULL))
    do(sys.executable, CLIENTS, "wait", 6380)
    time.sleep(0.3)
    dns(names.port)
    for server in secure:
        do(sys.executable, CLIENTS, "secure", server.port, 6, 20)
    redis(6380)
    (folder / "web").mkdir()
    (folder / "web" / "file").write_bytes(b"f" * 30_000)
    started.append(inside("nghttpd", "--no-tls", "-a", "127.0.0.1", "-d", folder / "web", "8082", stdout=subprocess.DEVNULL))
    do(sys.executable, CLIENTS, "wait", 8082)
    http2(8082)
    upgraded(streams.port)
    do(sys.executable, CLIENTS, "calls", service.port, 50, 10)
    commands = redis_count(6380)
    http1(web.port)
    # Waits that are not near the bounds of the buckets, so that the middle of a bucket is within 5 %.
    do(sys.executable, CLIENTS, "keepalive", timed.port, 60, 19)
    time.sleep(0.3)
    records = stop_meter(folder, "flows", meter)
    starts = stop_meter(folder, "partial", partial)
    stop_capture(folder, wire)
    again = check_again(folder, records, (web.port, timed.port, names.port, streams.port, service.port, 6380, 8082))
    check_wire(folder / "wire", again, timed.port, names.port)
    counts = web.counts()
    check("HTTP/1", records[web.port], counts, unanswered=0)
    check_partial(web.port, records, starts)
    counts = names.counts()
    counts["rcode"] = {name: count for name, count in counts.pop("status").items() if name != "lost"}
    sums = total(records[names.port])
    print(f"DNS: {len(records[names.port])} flows, {sums}, server {counts['requests']}")
    assert sums["requests"] + sums["retries"] == counts["requests"], (sums, counts)
    assert sums["rcode"] == counts["rcode"], (sums, counts)
    assert all("incomplete" not in record["l7"] for record in records[names.port]), records[names.port]
    # dig asks again from another socket, so its first query has no answer; the other client asks from one.
    assert sums["retries"] == 1 and sums["unanswered"] == 1, sums
    for server in secure:
        counts, flows = server.counts(), records[server.port]
        turns = [flow["requests"]["count"] for flow in flows]
        print(f"TLS on {server.port}: turns of each connection {turns}, requests of the server {counts['requests']}")
        assert sum(turns) == counts["requests"] and all(flow["l7"] == {"protocol": "tls"} for flow in flows)
    sums = total(records[6380])
    print(f"Redis: {len(records[6380])} connections, {sums}, server {commands}")
    # The last command is the one that asked for the count.
    assert sums["requests"] == sums["responses"] == commands + 1, (sums, commands)
    assert sums["status"]["error"] == 1 and all("incomplete" not in record["l7"] for record in records[6380])
    check_partial(6380, records, starts)
    print("HTTP/2:", total(records[8082]))
    # nghttpd keeps no count; the clients' is known: 500, 2 and 1.
    check("HTTP/2", records[8082], {"requests": 503, "status": {"2xx": 250 + 1 + 1, "4xx": 250 + 1}}, unanswered=0)
    assert {record["l7"]["protocol"] for record in records[8082]} == {"http2"}
    check_partial(8082, records, starts)
    check("HTTP/2 by Upgrade and without", records[streams.port], streams.counts(), unanswered=0)
    assert sum(total([record])["requests"] for record in records[streams.port]) == 12 + 3 + 1 + 10 + 2 + 200
    counts = service.counts()
    counts["grpc_status"] = counts.pop("status")
    # The call that was cancelled reached the server, and has no response.
    counts["grpc_status"]["ok"] -= 1
    check("gRPC", records[service.port], counts, responses=counts["requests"] - 1, unanswered=1)
    assert {record["l7"]["protocol"] for record in records[service.port]} == {"grpc"}
    counts = timed.counts()
    check("HTTP/1 in turn", records[timed.port], counts, unanswered=0)
    check_times("HTTP/1 in turn", records[timed.port], "time_to_first_byte", counts["first"])
    check_times("HTTP/1 in turn", records[timed.port], "time_to_last_byte", counts["last"])


if __name__ == "__main__":
    in_namespace(run)
