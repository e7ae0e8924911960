"""What the tests of the DNS interface share: a tenure-lookup that serves, a client, and other DNS programs."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.reversename

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
CACHE = Path(os.environ.get("TENURE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenure")
COREDNS = CACHE / "coredns/coredns"
ZONE = "tenure.internal"


def free_port(host="127.0.0.1"):
    """A port that is free for UDP and TCP."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(100):
        with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family) as tcp:
            udp.bind((host, 0))
            try:
                tcp.bind((host, udp.getsockname()[1]))
                return udp.getsockname()[1]
            except OSError:
                continue
    sys.exit("no free port")


def wait_until(condition, seconds, what):
    """Waits until CONDITION() is true, and returns it. A server that does not listen yet is waited for."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except ConnectionRefusedError:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s: {what}")
        time.sleep(0.05)


def reverse(ip, moment=None):
    """The name of IP in in-addr.arpa or ip6.arpa, as of MOMENT ("20261124T074800Z", "5m" ago) if one is given."""
    name = dns.reversename.from_address(ip).to_text().rstrip(".")
    return name + suffix(moment)


def suffix(moment):
    if moment is None:
        return ""
    return f".{'at' if moment.endswith('Z') else 'ago'}-{moment}.{ZONE}"


class Answer:
    """What came back: CODE is "NOERROR" and so on, RECORDS texts without a last dot, in order."""

    def __init__(self, bytes_):
        self.length = len(bytes_)
        self.message = dns.message.from_wire(bytes_)
        self.code = dns.rcode.to_text(self.message.rcode())
        self.truncated = bool(self.message.flags & dns.flags.TC)
        self.authoritative = bool(self.message.flags & dns.flags.AA)
        self.records = [item.to_text().rstrip(".") for rrset in self.message.answer for item in rrset]
        self.ttl = min((rrset.ttl for rrset in self.message.answer + self.message.authority), default=None)
        self.soa = [rrset.name.to_text() for rrset in self.message.authority]
        self.errors = [(option.code, option.text or "") for option in self.message.options
                       if hasattr(option, "code") and option.otype == 15]  # fmt: skip

    @property
    def strings(self):
        """The TXT record as {key: [value, ...]}."""
        found = {}
        for rrset in self.message.answer:
            for item in rrset:
                for string in item.strings:
                    name, _, value = string.decode().partition(": ")
                    found.setdefault(name, []).append(value)
        return found


class Client:
    """Asks one server, by UDP and, if the answer is truncated, by TCP."""

    def __init__(self, port, host="127.0.0.1"):
        self.address = (host, port)
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.udp = socket.socket(self.family, socket.SOCK_DGRAM)
        self.udp.settimeout(5)
        self.udp.connect(self.address)

    def ask(self, name, kind="PTR", edns=True, tcp=False):
        query = dns.message.make_query(name, kind, use_edns=0 if edns else False, payload=1232)
        wire = query.to_wire()
        if not tcp:
            self.udp.send(wire)
            while True:
                answer = Answer(self.udp.recv(65535))
                if answer.message.id == query.id:
                    break
            assert answer.length <= max(4 * len(wire), 12) and answer.length <= 1232, (name, kind, answer.length)
            if not answer.truncated:
                return answer
        with socket.create_connection(self.address, timeout=5) as stream:
            stream.sendall(len(wire).to_bytes(2, "big") + wire)
            return Answer(read_message(stream))


def read_message(stream):
    """One message of a TCP connection."""
    data = b""
    while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
        more = stream.recv(65535)
        if not more:
            raise EOFError(f"closed after {len(data)} bytes")
        data += more
    return data[2:]


class Program:
    """A program that runs until the end of `with`, and its log."""

    def __init__(self, command, **options):
        self.command = [str(word) for word in command]
        self.options = options
        self.folder = tempfile.TemporaryDirectory(prefix="tenure-dns-")
        self.log = Path(self.folder.name) / "log"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def start(self):
        # A store of its own, where the program would have one for all runs.
        self.options.setdefault("env", dict(os.environ, XDG_STATE_HOME=self.folder.name))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self.options)

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self, number=signal.SIGTERM):
        """Returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def logged(self, words):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.command[0]} has ended:\n{self.log.read_text()[-3000:]}")
        return words in self.log.read_text(errors="replace")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident bytes, and those of them that are the process's own (not of files)."""
        status = dict(line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return tuple(1024 * int(status[name].split()[0]) for name in ("VmRSS", "RssAnon"))


class Lookup(Program):
    """A tenure-lookup that answers over DNS at PORT of each of HOSTS."""

    def __init__(self, kube, *options, hosts=("127.0.0.1",), port=None, **others):
        self.port = port or free_port()
        listen = [word for host in hosts for word in ("--listen-dns", f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}")]  # fmt: skip
        super().__init__([BUILD / "tenure-lookup", "--kube", kube, *listen, *options], **others)

    def __enter__(self):
        super().__enter__()
        wait_until(lambda: self.logged("read to its end"), 60, "it has read the topic")
        return self

    def client(self, host="127.0.0.1"):
        return Client(self.port, host)


class CoreDns(Program):
    """A CoreDNS with the stanzas of COREFILE, which may name its {port}."""

    def __init__(self, corefile, port=None, **others):
        self.port = port or free_port()
        super().__init__([COREDNS], **others)
        path = Path(self.folder.name) / "Corefile"
        path.write_text(corefile.replace("{port}", str(self.port)))
        self.command += ["-conf", str(path)]

    def client(self):
        return Client(self.port)


def addresses_of(kube):
    """Every address in pods, services and nodes of the lines of a kube topic."""
    found = set()
    for line in kube:
        record = json.loads(line)
        thing = record.get("object") or {}
        spec, status = thing.get("spec") or {}, thing.get("status") or {}
        found |= {entry.get("ip") for entry in status.get("podIPs") or []}
        found |= set(spec.get("clusterIPs") or []) - {"None"}
        found |= {entry.get("address") for entry in status.get("addresses") or [] if entry.get("type") == "InternalIP"}
    return sorted(found - {None})
