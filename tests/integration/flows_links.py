"""A node and its pods in network namespaces, for 53-flows-links.py and 54-flows-links-kafka.py: pods that are routed, as by Calico (the
nodes' ends have one MAC, the gateway is not there), or on a bridge. The truth is when commands began and ended, and datagrams were sent."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
FLOWS = BUILD / "tenure-flows"
CALICO = "ee:ee:ee:ee:ee:ee"
# To the bridge, another pod, all, and a machine that no port is known to lead to; to a pod of either kind.
BRIDGED = ["10.2.0.1", "10.2.0.2", "10.2.0.255", "10.2.0.250", "10.1.0.2"]
ROUTED = ["10.1.0.2", "10.2.0.2"]
# In a pod: runs commands, and sends datagrams, of which it prints when the first and the last were sent; the first was by SENT.
POD = """
import json, socket, subprocess, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
sock.bind(("0.0.0.0", 9999))
sock.setblocking(False)
print("{}", flush=True)
for line in sys.stdin:
    word, *rest = json.loads(line)
    said = {}
    if word == "ip":
        subprocess.run(["ip", "-batch", "-"], input=rest[0], text=True, check=True)
    elif word == "announce":
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind(("eth0", 0))
            mac, address = raw.getsockname()[4], socket.inet_aton(rest[0])
            said["first"] = time.time_ns()
            raw.send(b"\\xff" * 6 + mac + bytes.fromhex("08060001080006040001") + mac + address + bytes(6) + address)
            said["sent"] = time.time_ns()
    else:
        for target in rest[0]:
            said.setdefault("first", time.time_ns())
            sock.sendto(b"x", (target, 9999))
            said.setdefault("sent", time.time_ns())
        time.sleep(rest[1])
        said["last"] = time.time_ns()
        sock.sendto(b"x", (rest[0][0], 9999))
        said["end"] = time.time_ns()
    print(json.dumps(said), flush=True)
"""


def skip(reason):
    print(reason)
    sys.exit(77)


def wait_for(what, claim, seconds=20):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def ip(commands):
    subprocess.run(["ip", "-batch", "-"], input=commands, text=True, check=True)


def nanoseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def mac_of(address):
    """A pod's. Its neighbours know it, so that no datagram waits until they have asked."""
    return "02:01:" + ":".join(f"{int(part):02x}" for part in address.split("."))


class Namespace:
    """A pod's sandbox."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-n", sys.executable, "-c", POD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def ask(self, *words):
        print(json.dumps(words), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.kill()
        self.process.wait()


def nft(command):
    return subprocess.run(["nft", command], stderr=subprocess.DEVNULL, check=False).returncode


def hairpin(name):
    """Makes the interface a port to which the bridge gives back what it floods, as if it came from the node: masquerading does that."""
    ip(f"link set {name} master cni0\nlink set {name} type bridge_slave hairpin on\nlink set {name} up\n")
    if nft(f"add rule bridge lab forward iifname {name} oifname {name} ip saddr set 10.2.0.1") != 0:
        print(f"this kernel changes nothing on a bridge, so what {name} gets back is as it was sent")


class Interface:
    """The node's end of a pod's interface, and all that is true of it."""

    def __init__(self, name, sandbox, address, index=None):
        self.name, self.sandbox, self.address, self.bridged = name, sandbox, address, address.startswith("10.2.")
        self.mac = mac_of(address)
        self.first = self.sent = self.last = self.end = self.gone = self.gone_from = None
        self.loose = False  # notices were lost
        self.renamed = False  # what was in its ring then is not said
        self.created_from = time.time_ns()
        ip(f"link add {name} {'' if self.bridged else f'address {CALICO}'} {f'index {index}' if index else ''} type veth "
           f"peer name eth0 address {self.mac} netns {sandbox.process.pid}\n")
        self.created = time.time_ns()
        if self.bridged:
            hairpin(name)
        else:
            ip(f"link set {name} up\nroute add {address} dev {name}\n")
        self.index = int(Path(f"/sys/class/net/{name}/ifindex").read_text())
        sandbox.ask("ip", f"link set eth0 up\naddress add {address}/{24 if self.bridged else 32} broadcast + dev eth0\n" + (
            "route add default via 10.2.0.1\nneighbour add 10.2.0.1 lladdr 02:00:00:00:00:01 dev eth0\n" +
            "".join(f"neighbour add {other} lladdr {mac_of(other)} dev eth0\n" for other in ("10.2.0.2", "10.2.0.250")) if self.bridged else
            f"neighbour add 169.254.1.1 lladdr {CALICO} dev eth0\nroute add default via 169.254.1.1 dev eth0 onlink\n"))

    def announce(self):
        """As CNI plug-ins do, before it has sent anything."""
        told = self.sandbox.ask("announce", self.address)
        self.first, self.sent = told["first"], told["sent"]

    def talk(self, rest=0.05):
        told = self.sandbox.ask("send", [one for one in (BRIDGED if self.bridged else ROUTED) if one != self.address], rest)
        self.first, self.sent = self.first or told["first"], self.sent or told["sent"]
        self.last, self.end = told["last"], told["end"]

    def delete(self):
        self.gone_from = time.time_ns()
        ip(f"link delete {self.name}\n")
        self.gone = time.time_ns()


def check_confirmed(records, interfaces):
    """All RECORDS of one run are there, and nothing that they confirm is not so: no other one of INTERFACES sent from an address that is
    open in the latest record of its own. Returns when each that confirms was made, and how much longer each address was alone by it."""
    assert [record["object"]["spec"]["meter"]["record"] for record in records] == list(range(1, len(records) + 1)), records
    latest, made, longer = {}, [], []
    for told in (record["object"] for record in records):
        latest[told["metadata"]["uid"]] = told
        if "confirmed" not in told["status"]:
            continue
        confirmed = nanoseconds(told["status"]["confirmed"])
        made.append(nanoseconds(records[told["spec"]["meter"]["record"] - 1]["received"]))
        assert confirmed <= made[-1], told
        for one in latest.values():
            for address in one["status"]["addresses"]:
                if not address.get("alone", {}).get("open"):
                    continue
                for other in interfaces:
                    assert (other.address != address["ip"] or other.index == one["spec"]["index"] or other.sent is None or
                            other.last <= nanoseconds(address["alone"]["since"]) or confirmed < other.sent), (told, one, vars(other))
                longer.append(confirmed - nanoseconds(address["alone"]["until"]))
    return made, longer


def unshare():
    """Begins again in a network namespace of its own, with its own /sys, or skips the test."""
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "unshare", "nft"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)


def node():
    """What every node has: a bridge, and a way for packets."""
    ip("link set lo up\nlink add cni0 address 02:00:00:00:00:01 type bridge\naddress add 10.2.0.1/24 dev cni0\nlink set cni0 up\n")
    nft("add table bridge lab; add chain bridge lab forward { type filter hook forward priority 0; }")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
