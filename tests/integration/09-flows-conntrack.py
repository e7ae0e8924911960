#!/usr/bin/env python3
"""Goal: with --conntrack, each flow's translation (NAT) is the one that its client and its server saw, or none is said.

A network namespace plays the node: nftables translates a service's address to two backends in turn and hides the pods
behind the node's address when they call outside. Every server says which peer it saw, so the truth does not come from
conntrack. Clients use TCP and UDP, one port several times, and one connection from before the meter's start; an entry
is deleted under a running flow; and events are lost. Once with conntrack's time stamps and once without.
Needs root, ip, nft and a kernel with conntrack. Nothing leaves the namespaces.
"""

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from flows_nat import A, B1, B2, BUILD, NAMES, NODE, PODS, VIP, WEB, Lab, at_node, wait_for


def skip(reason):
    print(reason)
    sys.exit(77)


def nanoseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def tuple_of(flow):
    return tuple((flow[side]["ip"], flow[side]["port"]) for side in ("source", "destination"))


def said(flow, member):
    """The two ends on the other side of the translation, or None if the flow does not say so."""
    if not any(member in flow[side] for side in ("source", "destination")):
        return None
    return tuple((end["ip"], end["port"]) for end in (flow[side].get(member, flow[side]) for side in ("source", "destination")))


def latest(found, start):
    """The last of the calls with one tuple that began before a packet was captured."""
    return max((one for one in found if one[3] <= start), key=lambda one: one[3], default=None)


def check(flows, truth):
    """Each flow that says something says what the client and the server saw. Returns what they say, counted."""
    counts = collections.Counter()
    by_client, by_server = collections.defaultdict(list), collections.defaultdict(list)
    for one in truth:
        protocol, own, other, _, _, *answers = one
        by_client[protocol, (PODS[A], own[1]), tuple(other)].append(one)
        for answer in answers[-2:] if answers[0] == "mixed" else answers:
            by_server[protocol, tuple(answer[1]), tuple(answer[0])].append(one)
    for flow in flows:
        if "port" not in flow["source"]:
            continue
        key, start = (flow["network"]["transport"], *tuple_of(flow)), nanoseconds(flow["event"]["start"])
        later, earlier = said(flow, "nat"), said(flow, "original")
        before, after = latest(by_client[key], start), latest(by_server[key], start)
        if later is not None:
            assert before and earlier is None, f"no client saw this: {flow}"
            assert [list(end) for end in reversed(later)] == before[5], (flow, before)
            counts["later"] += 1
        elif earlier is not None:
            assert after and earlier == ((PODS[A], after[1][1]), tuple(after[2])), (flow, after)
            counts["earlier"] += 1
        elif any(one and is_translated(one) for one in (before, after)):
            counts["unsaid"] += 1
        else:
            counts["nothing"] += 1
    return counts


def is_translated(seen):
    """Whether the server was not who was called, or saw another caller."""
    _, own, other, _, _, answer, *_ = seen
    return answer != "mixed" and answer != [other, [PODS[A], own[1]]]


def work(lab):
    """What clients do."""
    for _ in range(20):
        lab.call("tcp", WEB, asks=2)
        lab.call("udp", NAMES, asks=3)
    for _ in range(5):
        lab.call("tcp", ("192.0.2.1", 8080))
        lab.call("udp", ("192.0.2.1", 5353))
        lab.call("tcp", ("10.9.0.11", 8080))
        lab.call("udp", ("10.9.0.12", 5353))
    lab.quiet(9000, 9005)
    for _ in range(6):  # one tuple, again and again: once this backend and once that
        lab.call("tcp", WEB, own=7000, reset=1)
        time.sleep(0.3)
    for _ in range(6):
        lab.call("tcp", WEB, own=7001, reset=1)


def forget(lab, name):
    """Conntrack forgets a datagram's connection under a conversation, as kube-proxy makes it; the next packet goes to the other server."""
    port = lab.tell("hold", name, "udp", *NAMES).split()[1]
    at_node("conntrack", "-D", "-p", "udp", "--orig-port-src", port, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.tell("mixed", name)
    lab.tell("end", name)


def check_work(lab, stamps):
    """A meter that was not disturbed says everything, but for a tuple that is used again at once and for forgotten connections."""
    lab.tell("hold", "old", "tcp", *WEB)
    lab.meter("--idle-timeout-datagram", "2s")
    status = Path(f"/proc/{lab.running.pid}/status").read_text()
    assert re.search(r"CapEff:\t0*2000\n", status), status
    child = Path(f"/proc/{lab.running.pid}/task/{lab.running.pid}/children").read_text().split()
    assert len(child) == 1, child
    status = Path(f"/proc/{child[0]}/status").read_text()
    assert re.search(r"CapPrm:\t0*1000\nCapEff:\t0*1000\nCapBnd:\t0*1000\n", status) and "NoNewPrivs:\t1\n" in status, status
    lab.tell("ask", "old")
    work(lab)
    forget(lab, "forgotten")
    lab.tell("end", "old")
    time.sleep(4.5)
    flows, counters = lab.stop()
    assert not Path(f"/proc/{child[0]}").exists(), "the child is still there"
    lab.add_quiet()
    counts = check(flows, lab.truth)
    assert counters["kernel_drops"] == counters["conntrack_lost"] == 0, counters
    for flow in flows:
        said_it = any(member in flow[side] for side in ("source", "destination") for member in ("nat", "original"))
        if flow["source"].get("port") not in (7000, 7001) and flow["destination"].get("ip") == VIP and not said_it:
            assert flow["network"]["transport"] == "udp" and is_mixed(flow, lab.truth), flow
    mixed = [flow for flow in flows if is_mixed(flow, lab.truth)]
    assert any("nat" not in flow["destination"] for flow in mixed if flow["destination"]["ip"] == VIP), mixed
    again = [flow for flow in flows if flow["source"].get("port") == 7000 and flow["destination"]["ip"] == VIP]
    servers = {flow["destination"]["nat"]["ip"] for flow in again if "nat" in flow["destination"]}
    assert len(again) == 6 and servers == {PODS[B1], PODS[B2]}, again
    print(f"time stamps {stamps}: {dict(counts)}, {counters['translations_unsure']} unsure")


def is_mixed(flow, truth):
    return any(one[5] == "mixed" and one[1][1] == flow["source"].get("port") for one in truth)


def check_loss(lab, stamps):
    """More events than the socket holds, while the meter is stopped: nothing wrong is said, and what goes on is known again."""
    lab.meter("--idle-timeout-datagram", "2s", "--active-timeout", "1s")
    lab.tell("hold", "before", "tcp", *WEB)
    time.sleep(0.3)
    lab.running.send_signal(signal.SIGSTOP)
    lab.quiet(10000, 50000)
    lab.tell("hold", "amid", "tcp", *WEB)
    lab.running.send_signal(signal.SIGCONT)
    wait_for("the loss", lambda: "events were lost" in lab.log.read_text())
    for _ in range(15):
        time.sleep(0.2)
        for name in ("before", "amid"):
            lab.tell("ask", name)
    ports = {name: json.loads(lab.tell("end", name))[1][1] for name in ("before", "amid")}
    lab.call("tcp", WEB)
    time.sleep(4.5)
    flows, counters = lab.stop()
    lab.add_quiet()
    counts = check(flows, lab.truth)
    assert counters["conntrack_lost"] > 0 and counters["conntrack_full"] == 0, counters
    for name, port in ports.items():
        slices = [flow for flow in flows if flow["source"].get("port") == port and flow["destination"]["ip"] == VIP]
        assert "nat" in slices[-1]["destination"], (name, slices)
    print(f"time stamps {stamps}, after {counters['conntrack_lost']} losses: {dict(counts)}, {counters['translations_unsure']} unsure")


def check_refusals(lab):
    code, words = lab.refused("-r", "/dev/null")
    assert code == os.EX_USAGE and "--conntrack" in words, words
    at_node("sysctl", "-qw", "net.netfilter.nf_conntrack_events=0")
    code, words = lab.refused("-i", "veth1")
    assert code == os.EX_UNAVAILABLE and "nf_conntrack_events" in words, words
    at_node("sysctl", "-qw", "net.netfilter.nf_conntrack_events=2")
    command = ["ip", "netns", "exec", NODE, "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", str(BUILD / "tenure-flows")]
    done = subprocess.run([*command, "-i", "veth1", "--conntrack", "--out", "-"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == os.EX_NOPERM and "CAP_NET_ADMIN" in done.stderr, done.stderr


def run(folder, started):
    lab = Lab(folder, started)
    check_refusals(lab)
    for stamps in (0, 1):
        at_node("sysctl", "-qw", f"net.netfilter.nf_conntrack_timestamp={stamps}")
        for check_it in (check_work, check_loss):
            at_node("conntrack", "-F", stderr=subprocess.DEVNULL)
            lab.truth.clear()
            lab.quiet_calls.clear()
            check_it(lab, stamps)


def main():
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "nft", "conntrack", "ss", "setpriv"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if not Path("/proc/sys/net/netfilter/nf_conntrack_events").exists():
        subprocess.run(["modprobe", "nf_conntrack"], stderr=subprocess.DEVNULL)
        if not Path("/proc/sys/net/netfilter/nf_conntrack_events").exists():
            skip("this kernel has no conntrack")
    started = []
    folder = Path(tempfile.mkdtemp(prefix="tenure-flows-conntrack-"))
    try:
        run(folder, started)
    except BaseException:
        print((folder / "log").read_text() if (folder / "log").exists() else "no log")
        raise
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        for namespace in (*PODS, NODE):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
