#!/usr/bin/env python3
"""The DNS interface on the recording of a real lab. Every address at every second of ten minutes has the name that the
oracle gives it, and every name leads back to its address; dig, kdig, getent and unbound get what they ask for; hostile
clients harm nobody."""
import calendar
import json
import lzma
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dns.message
from dns_lab import ROOT, ZONE, Answer, Client, Lookup, Program, addresses_of, free_port, read_message, reverse, suffix, wait_until

sys.path.insert(0, str(ROOT / "tests/oracle"))
import oracle  # noqa: E402

RECORDING = ROOT / "tests/fixtures/recording"
SECOND = 10**9
MINUTES = 10


def stamp(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def fed(lines):
    timeline = oracle.Timeline()
    for offset, line in enumerate(lines):
        timeline.feed(offset, line)
    return timeline


def hostnames_of(lines):
    """The name that the endpoint of a pod at an address has in a service: {(service, pod, address): hostname}."""
    found = {}
    for line in lines:
        this = json.loads(line).get("object") or {}
        if "endpoints" not in this:
            continue
        space, labels = this["metadata"]["namespace"], this["metadata"].get("labels") or {}
        for endpoint in this["endpoints"] or []:
            if endpoint.get("hostname"):
                key = f"{space}/{labels.get('kubernetes.io/service-name')}", (endpoint.get("targetRef") or {}).get("name")
                found.update({(*key, ip): endpoint["hostname"] for ip in endpoint["addresses"]})
    return found


def expected(timeline, hostnames, ip, at):
    """The names of IP, or "NXDOMAIN", as docs/answers.md and sink/lookup/README.md have it."""
    position = timeline.position_for(at * SECOND)[0]
    answer = timeline.answer(ip, None, None, at * SECOND, at * SECOND, True, position, "began")
    if answer["status"] != "known":
        return []
    if answer["kind"] == "outside":
        return "NXDOMAIN"
    k8s = answer["k8s"]
    if answer["kind"] == "node":
        return [f"{k8s['node']['name']}.node.{ZONE}"]
    space = k8s["namespace"]["name"]
    if answer["kind"] == "service":
        return [f"{answer['service']['name']}.{space}.svc.cluster.local"]
    pod, dashes = k8s["pod"]["name"], ip.replace(".", "-").replace(":", "-")
    names = [(hostnames.get((service, pod, ip), dashes), *service.split("/")) for service in answer.get("services", [])]
    return [f"{label}.{name}.{of}.svc.cluster.local" for label, of, name in names] or [f"{pod}.{space}.pod.{ZONE}"]


def check_oracle(lookup, lines, ips, first):
    """Each address at each second; each name leads back. Nobody is named after what is known."""
    timeline, hostnames, client = fed(lines), hostnames_of(lines), lookup.client()
    known = timeline.world()[1].known(timeline.last_offset)
    wrong, names = 0, set()
    for ip in ips:
        for at in range(first, first + 60 * MINUTES):
            answer = client.ask(reverse(ip, stamp(at)))
            wanted = expected(timeline, hostnames, ip, at) if at * SECOND <= known else []
            if wanted != "NXDOMAIN":
                wanted = [name + suffix(stamp(at)) for name in wanted]
            got = answer.code if answer.code != "NOERROR" else answer.records
            if got != wanted:
                wrong += 1
            if got != wanted and wrong < 20:
                print(f"{ip} at {stamp(at)}: {got}, the oracle says {wanted}")
            names |= {(ip, name) for name in answer.records}
    assert wrong == 0, f"{wrong} wrong answers"
    for ip, name in sorted(names)[::7]:
        assert ip in client.ask(name, "AAAA" if ":" in ip else "A").records, (ip, name)
    print(f"{len(ips)} addresses at {60 * MINUTES} moments: 0 wrong; names lead back")


# ---- Clients ----


def run(*words, **options):
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, timeout=30, **options).stdout.decode().strip()


def check_dig(lookup, ip, name, past, past_name):
    """dig and kdig: both families, both transports."""
    for host in ("127.0.0.1", "::1"):
        for transport in ("+notcp", "+tcp"):
            dig = ("dig", "+short", transport, f"@{host}", "-p", lookup.port)
            assert run(*dig, "-x", ip) == name + ".", (host, transport)
            assert run(*dig, name, "A") == ip
            assert run(*dig, reverse(ip, past), "PTR") == past_name + suffix(past) + "."
            assert run(*dig, past_name + suffix(past), "A") == ip
        kdig = ("kdig", "+short", f"@{host}", "-p", lookup.port)
        assert run(*kdig, "-x", ip) == name + "."
        # It does not fit into four times the question, so the client asks again by TCP.
        assert '"status: known"' in run(*kdig, reverse(ip), "TXT")
    whole = run("dig", "@127.0.0.1", "-p", lookup.port, "-x", ip)
    assert "EDE: 3 (Stale Answer): (known to 2026-11-24T07:49:58" in whole, whole
    assert "flags: qr aa rd;" in whole and f"\t1\tIN\tPTR\t{name}." in " ".join(whole.split(" ")).replace(" ", "\t"), whole


def inside(step, *arguments):
    """Runs STEP of this file in network and mount namespaces of its own. Returns what it prints."""
    setup = 'ip link set lo up && ip address add 192.0.2.1/32 dev lo && ip address add 198.51.100.7/32 dev lo && exec "$0" "$@"'
    words = ["unshare", "--net", "--mount", "sh", "-c", setup, sys.executable, __file__, step, *arguments]
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, (step, done.stdout.decode())
    return done.stdout.decode().strip()


def getent(kube, *words):
    """glibc's resolver, which asks at port 53 only, and checks the name that it gets for an address."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"), ("nsswitch.conf", "hosts: dns\n")):
            path = Path(folder) / name
            path.write_text(text)
            subprocess.run(["mount", "--bind", path, f"/etc/{name}"], check=True)
        with Lookup(kube, port=53):
            for word in words:
                print(run("getent", "hosts", word))


def check_getent(kube, ip, name, past, past_name):
    got = inside("--getent", kube, ip, name, past_name + suffix(past))
    assert [line.split() for line in got.splitlines()] == [[ip, name], [ip, name], [ip, past_name + suffix(past)]], got


UNBOUND = """
server:
    interface: 127.0.0.1@{port}
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    use-syslog: no
    chroot: ""
    username: ""
    pidfile: ""
    directory: "{folder}"
    use-caps-for-id: yes
    qname-minimisation: yes
    module-config: "validator iterator"
remote-control:
    control-enable: no
"""


DNSMASQ = """
listen-address=127.0.0.1
bind-interfaces
port={port}
no-resolv
no-hosts
bogus-priv
stop-dns-rebind
rebind-domain-ok=/tenure.internal/cluster.local/
"""


def check_resolver(lookup, command, base, stanza, started, ip, name, past, past_name):
    """A resolver in front of LOOKUP, with STANZA of deploy/resolvers."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        conf, text = Path(folder) / "conf", (ROOT / "deploy/resolvers" / stanza).read_text()
        conf.write_text(base.format(port=port, folder=folder) + re.sub(r"10\.96\.0\.20([@#])53", rf"127.0.0.1\g<1>{lookup.port}", text))
        program = shutil.which(command[0], path=os.environ["PATH"] + ":/usr/sbin")
        with Program([program, *command[1:], conf]) as resolver:
            wait_until(lambda: resolver.logged(started), 10, f"{program} has started")
            client = Client(port)

            def ask(name, kind="PTR"):
                client.udp.send(dns_query(name, kind))
                answer = Answer(client.udp.recv(65535))
                return client.ask(name, kind, tcp=True) if answer.truncated else answer

            assert ask(reverse(ip)).records == [name]
            assert ask(name, "A").records == [ip]
            assert ask(reverse(ip, past)).records == [past_name + suffix(past)]
            assert ask(past_name + suffix(past), "A").records == [ip]
            assert ask(reverse("10.244.2.200")).code == "NOERROR"
            assert ask("no.shop.svc.cluster.local", "A").code == "NXDOMAIN"
            assert ask(reverse(ip, past), "TXT").strings["status"] == ["known"]


def check_resolvers(lookup, *expected):
    """unbound, with minimised names and 0x20, and dnsmasq."""
    check_resolver(lookup, ("unbound", "-d", "-c"), UNBOUND, "unbound.conf", "start of service", *expected)
    check_resolver(lookup, ("dnsmasq", "--keep-in-foreground", "--log-facility=-", "-C"), DNSMASQ, "dnsmasq.conf", "started, version", *expected)


def dns_query(name, kind):
    return dns.message.make_query(name, kind, use_edns=0, payload=1232).to_wire()


def check_after_known(lookup, ip, name):
    """Nobody is named at a moment after what is known, in either direction; the TXT says who was there last."""
    client, later = lookup.client(), "20271124T074800Z"
    for what, kind in ((reverse(ip, later), "PTR"), (reverse(ip, "0s"), "PTR"), (name + suffix(later), "A")):
        answer = client.ask(what, kind)
        code, text = answer.errors[0]
        assert (answer.code, answer.records, answer.ttl, code) == ("NOERROR", [], 1, 3), (what, answer.message)
        assert text.startswith("known to 2026-11-24T07:49:58"), text
    text = client.ask(reverse(ip, later), "TXT").strings
    assert text["status"] == ["known"] and text["known to"][0].startswith("2026-11-24T07:49:58"), text
    wrong = client.ask(reverse(ip) + ".at-20261124T074800." + ZONE)
    assert wrong.code == "NXDOMAIN" and wrong.errors[0][1].startswith("not a moment"), wrong.message


# ---- Hostile clients ----


def latency(client, name, count=500):
    """Milliseconds of COUNT questions by UDP, in order."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        assert client.ask(name).records
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took)


def check_slowloris(lookup, ip, name):
    """Connections that say nothing, or a byte a second, do not keep others out."""
    slow = []
    for number in range(300):
        stream = socket.create_connection(("127.0.0.1", lookup.port), timeout=5)
        if number % 2:
            stream.sendall(b"\0\x20x"[: 1 + number % 3])
        slow.append(stream)
    client = lookup.client()
    assert client.ask(reverse(ip), tcp=True).records == [name]
    assert len(list(Path(f"/proc/{lookup.process.pid}/fd").iterdir())) < 300
    took = latency(client, reverse(ip))
    print(f"with 300 slow connections: median {statistics.median(took):.2f} ms, p99 {took[495]:.2f} ms")
    for stream in slow:
        stream.close()
    # Partial reads and writes: a question in single bytes, two at once, and a client that only ends its side.
    wire = dns_query(reverse(ip), "TXT")
    framed = len(wire).to_bytes(2, "big") + wire
    with socket.create_connection(("127.0.0.1", lookup.port), timeout=5) as stream:
        for byte in framed:
            stream.sendall(bytes([byte]))
        read_message(stream)
        stream.sendall(framed + framed[:7])
        read_message(stream)
        stream.sendall(framed[7:])
        stream.shutdown(socket.SHUT_WR)
        read_message(stream)
        assert stream.recv(1) == b""
    with socket.create_connection(("127.0.0.1", lookup.port), timeout=5) as stream:
        stream.sendall(b"\xff\xff" + bytes(2000))
        try:
            assert stream.recv(1) == b""
        except ConnectionResetError:
            pass


def check_limit(kube, ip):
    """127.0.0.1 has no limit, so server and client have other addresses in a network namespace."""
    print(inside("--flood", kube, ip))


def flood(kube, ip):
    """A network that asks too often gets the rate, and half of the rest as truncated, no larger than the question."""
    with Lookup(kube, hosts=("192.0.2.1",)) as lookup:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("198.51.100.7", 0))
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            udp.connect(("192.0.2.1", lookup.port))
            udp.settimeout(1)
            wire = dns_query(reverse(ip), "PTR")
            time.sleep(1.02 - time.time() % 1)
            began, count = time.time(), 2000
            for number in range(count):
                udp.send(wire)
                time.sleep(0.0001)
            took = time.time() - began
            whole = short = 0
            try:
                while True:
                    answer = udp.recv(2000)
                    if answer[2] & 2:
                        short += 1
                        assert len(answer) <= len(wire)
                    else:
                        whole += 1
            except TimeoutError:
                pass
        seconds = int(began + took) - int(began) + 1
        assert whole <= 200 * seconds and 0 < short <= count / 2, (whole, short, seconds)
        print(f"{count} questions from one network in {took:.1f} s: {whole} answers, {short} truncated")


def check_random(lookup, ip, name):
    """Random packets by UDP, between questions that are answered."""
    chance, client = random.Random(1), lookup.client()
    good = dns_query(reverse(ip), "PTR")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", lookup.port))
        for number in range(20000):
            packet = bytearray(good if number % 2 else chance.randbytes(chance.randrange(600)))
            for _ in range(chance.randrange(4)):
                if packet:
                    packet[chance.randrange(len(packet))] = chance.randrange(256)
            udp.send(packet)
            if number % 1000 == 0:
                assert client.ask(reverse(ip)).records == [name]


def check_every_address(kube, ip, name):
    """A server at every address answers from the one that was asked: these sockets take no other answer."""
    with Lookup(kube, hosts=("",)) as lookup:
        for host in ("127.0.0.1", "127.0.0.2", "::1"):
            assert lookup.client(host).ask(reverse(ip)).records == [name], host
            assert lookup.client(host).ask(reverse(ip), tcp=True).records == [name], host
    with Lookup(kube, hosts=("0.0.0.0",)) as lookup:
        assert lookup.client("127.0.0.2").ask(reverse(ip)).records == [name]


def main():
    with tempfile.TemporaryDirectory() as folder:
        kube = Path(folder) / "kube.ndjson"
        kube.write_bytes(lzma.decompress((RECORDING / "kube.ndjson.xz").read_bytes()))
        lines = kube.read_bytes().splitlines()
        ips = addresses_of(lines)
        first = calendar.timegm(time.strptime("20261124T074400Z", "%Y%m%dT%H%M%SZ"))
        ip, name = "10.244.2.10", "10-244-2-10.web.shop.svc.cluster.local"
        past, past_name = "20261124T074800Z", "loadgen-5db589f568-bjfqq.shop.pod.tenure.internal"
        with Lookup(kube, hosts=("127.0.0.1", "::1")) as lookup:
            check_dig(lookup, ip, name, past, past_name)
            check_getent(kube, ip, name, past, past_name)
            check_resolvers(lookup, ip, name, past, past_name)
            check_after_known(lookup, ip, name)
            check_slowloris(lookup, ip, name)
            check_random(lookup, ip, name)
            check_oracle(lookup, lines, [*ips, "10.244.2.200", "8.8.8.8"], first)
            assert lookup.stop() == 0, lookup.log.read_text()
        check_every_address(kube, ip, name)
        check_limit(kube, ip)


if __name__ == "__main__":
    steps = {"--flood": flood, "--getent": getent}
    if len(sys.argv) > 1:
        steps[sys.argv[1]](*sys.argv[2:])
    else:
        main()
