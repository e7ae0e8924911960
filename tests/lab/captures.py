#!/usr/bin/env python3
"""captures: compares tenure-flows with tshark over capture files: the same conversations, each with the same packets and
bytes on the wire, tunnels opened.

    captures.py [--flows PROGRAM] FILE...

Files are compared one by one; one that differs is listed with its conversations, and with what is known about it
(KNOWN). Besides, every file is read twice: the records must be the same, and no frame may be lost or counted twice.
The exit code is 1 if a file differs that is not KNOWN. Not part of the tests: the captures are other projects'.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Where the two differ: what a path ends with, and why.
KNOWN = {
    "zeek/testing/btest/Traces/erspan.pcap": "outer packets in fragments: tshark opens the tunnel in the first fragment, "
    "tenure-flows counts all fragments to the tunnel (inner_fragment_alone)",
    "tcpdump/tests/bigtcp-ipv6-vxlan-ipv4.pcap": "tenure-flows is right: a total length of 0 is BIG TCP, at which tshark 4.0 stops",
    "zeek/testing/btest/Traces/pppoe-over-qinq.pcap": "a FIN again and a RST after the connection was closed: late_segments",
    "nDPI/tests/cfgs/default/pcap/rtsp.pcap": "tenure-flows is right: a cooked capture with four copies of each packet",
    "gopacket/pcapgo/tests/be/test202.pcapng": "tshark counts frames without a time (bad_time)",
    "libpcap/tests/filter/ipv6_ext_headers.pcap": "67 extension headers; tenure-flows reads 16 (long_chain)",
    "PcapPlusPlus/Tests/ExamplesTest/pcap_examples/tcp-reassembly.pcap": "tenure-flows is right: tshark takes the packet that "
    "an sFlow sample quotes for the packet itself",
    "PcapPlusPlus/Tests/ExamplesTest/pcap_examples/many-protocols.pcap": "late_segments of closed connections",
    "mercury/unit_tests/pcaps/emix.pcap": "tshark is right: Teredo, which tenure-flows does not open",
    "arkime/tests/pcap/arkime_synthetic.pcap": "tshark is right: NSH and Cisco metadata, which tenure-flows does not read, and "
    "answers from a tunnel's port, which no tunnel sends",
    "zeek/testing/btest/Traces/trunc/mpls-6in6-broken.pcap.gz": "damaged packets: tshark shows their fields as they are, "
    "tenure-flows counts them (bad_ip) or the last that is whole (inner_bad_ip)",
    "nDPI/tests/cfgs/default/pcap/fuzz-2006-06-26-2594.pcap": "damaged packets: tshark shows their fields as they are, "
    "tenure-flows counts them (bad_ip, fragment_alone, not_ip)",
}

FIELDS = (
    "frame.len frame.protocols ip.src ip.dst ip.id ip.frag_offset ip.proto ipv6.src ipv6.dst ipv6.fraghdr.ident "
    "ipv6.fraghdr.offset tcp.srcport tcp.dstport udp.srcport udp.dstport sctp.srcport sctp.dstport"
).split()
REASONS = (
    "not_ip bad_time short_link short_ip bad_ip too_deep long_chain short_transport fragment_alone unknown_link "
    "no_interface repeated late_segments"
).split()
NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "ipv6-icmp": "58", "sctp": "132"}
WITH_PORTS = {"tcp": "6", "udp": "17", "sctp": "132"}


def conversation(protocol, source, source_port, destination, destination_port):
    ends = sorted([(source, source_port), (destination, destination_port)])
    return (protocol, *ends[0], *ends[1])


def innermost(fields):
    """The addresses, protocol and ports of the innermost packet as tshark sees it, or None without IP."""
    layers = fields["frame.protocols"][0].split(":") if fields["frame.protocols"] else []
    for stop in ("icmp", "icmpv6"):  # errors quote another packet
        if stop in layers:
            layers = layers[: layers.index(stop) + 1]
    at = max((i for i, layer in enumerate(layers) if layer in ("ip", "ipv6")), default=None)
    if at is None:
        return None
    version = layers[at]
    number = layers[: at + 1].count(version) - 1
    ends = fields[version + ".src"][number : number + 1] + fields[version + ".dst"][number : number + 1]
    if len(ends) < 2:
        return None
    transport = next((layer for layer in layers[at + 1 :] if layer in WITH_PORTS), None)
    ports = ["", ""]
    if transport:
        place = layers[:at].count(transport)
        ports = [*fields[transport + ".srcport"][place : place + 1], *fields[transport + ".dstport"][place : place + 1]]
        if len(ports) < 2:
            return None
    return version, number, ends, transport, ports


def by_tshark(files):
    """For each of FILES, pairs of a path and its number of frames, packets and bytes of each conversation. One run of tshark
    reads them all, joined, because it takes long to start."""
    options = ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-d", "udp.port==8472,vxlan"]
    options += ["-Y", "frame.encap_type"]  # some blocks of pcapng are no packets
    options += ["-o", "tcp.desegment_tcp_streams:FALSE", "-E", "occurrence=a", "-E", "aggregator=|", "-T", "fields"]
    options += [argument for field in FIELDS for argument in ("-e", field)]
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as joined:
        subprocess.run(["mergecap", "-a", "-w", joined.name, *(path for path, _ in files)], check=True)
        command = ["tshark", "-n", "-r", joined.name, *options]
        run = subprocess.run(command, capture_output=True, text=True, errors="replace")
    lines = run.stdout.split("\n")[:-1]
    if len(lines) != sum(count for _, count in files):
        raise SystemExit(f"tshark read {len(lines)} frames, tenure-flows {sum(count for _, count in files)}")
    at = 0
    for path, count in files:
        yield path, *count_lines(lines[at : at + count])
        at += count


def count_lines(lines):
    """Packets and bytes of each conversation in LINES of one file."""
    packets, size, first = Counter(), Counter(), {}
    for line in lines:
        values = [value.split("|") if value else [] for value in line.split("\t")]
        fields = dict(zip(FIELDS, values + [[]] * (len(FIELDS) - len(values))))
        found = innermost(fields)
        if not found:
            continue
        version, number, (source, destination), transport, ports = found
        if version == "ip":
            protocol = (fields["ip.proto"][number : number + 1] or [""])[0]
            ident, offset = fields["ip.id"][number : number + 1], fields["ip.frag_offset"][number : number + 1]
        else:
            protocol = WITH_PORTS.get(transport, "58" if "icmpv6" in fields["frame.protocols"][0] else "")
            ident, offset = fields["ipv6.fraghdr.ident"][-1:], fields["ipv6.fraghdr.offset"][-1:]
        protocol = WITH_PORTS.get(transport, protocol)
        datagram = (source, destination, *ident)
        if transport:
            first[datagram] = (protocol, ports)
        elif offset and int(offset[0], 0) > 0 and datagram in first:
            protocol, ports = first[datagram]
        if protocol not in NUMBERS.values():
            protocol = "other"
        key = conversation(protocol, source, ports[0], destination, ports[1])
        packets[key] += 1
        size[key] += int(fields["frame.len"][0])
    return packets, size


def by_flows(program, path):
    """The same from the records, with the log's last line of counters."""
    command = [program, "--observer-name", "n", "--idle-timeout", "1d", "-r", path, "--out", "-"]
    runs = [subprocess.run(command, capture_output=True, text=True, errors="replace") for _ in range(2)]
    if "ERROR: " in runs[0].stderr or runs[0].returncode < 0:
        raise SystemExit(f"{path}: {runs[0].stderr}")
    if "frames=" not in runs[0].stderr:
        return None
    if runs[0].stdout != runs[1].stdout:
        raise SystemExit(f"{path}: two runs differ")
    packets, size = Counter(), Counter()
    for line in runs[0].stdout.splitlines():
        record = json.loads(line)
        network, ends = record["network"], [record[end] for end in ("source", "destination")]
        protocol = NUMBERS.get(network["transport"], "other")
        ports = [str(end.get("port", "")) for end in ends]
        key = conversation(protocol, ends[0]["ip"], ports[0], ends[1]["ip"], ports[1])
        packets[key] += network["packets"]
        size[key] += network["frame_bytes"]
    counters = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", runs[0].stderr)}
    refused = sum(counters[reason] for reason in REASONS)
    if counters["frames"] != counters["packets"] + refused or sum(packets.values()) != counters["packets"]:
        raise SystemExit(f"{path}: frames were lost or counted twice: {counters}")
    return packets, size, counters


def check(ours, our_size, counters, theirs, their_size):
    """Returns the lines that say how the two differ."""
    lines = []
    for key in sorted(set(ours) | set(theirs)):
        if (ours[key], our_size[key]) != (theirs[key], their_size[key]):
            lines.append(f"{' '.join(key)}: {ours[key]} packets, {our_size[key]} bytes; tshark {theirs[key]}, {their_size[key]}")
    if lines:
        lines.append(" ".join(f"{name}={value}" for name, value in counters.items() if value and name in (*REASONS, "frames", "packets") or name.startswith("inner_")))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flows", default="build/tenure-flows", metavar="PROGRAM")
    parser.add_argument("--most", type=int, default=6, metavar="N", help="conversations shown of a file that differs")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    equal, known, unknown = 0, 0, 0
    ours = {path: by_flows(options.flows, path) for path in options.files}
    for path in options.files:
        if not ours[path]:
            print(f"not read: {path}")
    whole = [(path, read[2]["frames"]) for path, read in ours.items() if read and read[2]["frames"] and not read[2]["truncated_files"]]
    for path, theirs, their_size in by_tshark(whole):
        lines = check(*ours[path], theirs, their_size)
        why = next((why for end, why in KNOWN.items() if path.endswith(end)), None)
        if not lines:
            equal += 1
            continue
        known, unknown = known + bool(why), unknown + (not why)
        print(f"{'known' if why else 'DIFFERS'}: {Path(path).name}: {why or ''}")
        for line in lines[: options.most] + lines[options.most :][-1:]:
            print("   ", line)
        sys.stdout.flush()
    print(f"{len(ours)} read without loss and twice alike, {len(ours) - len(whole)} of them cut or empty; {equal} equal, {known} known to differ, {unknown} differ")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
