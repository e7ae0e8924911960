#!/usr/bin/env python3
"""make_flows_pcaps: writes the captures of the cases flows-*, each beside its command.

Standard library only; the same bytes every time.
"""

import gzip
import struct

from pcap_files import ETHERNET, HERE, LOOPBACK, MS, RAW, SECOND, SLL, SLL2, START, Section, write_pcap, write_pcapng

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
A, B = "10.0.0.1", "10.0.0.2"


def ip4(source, destination, protocol, payload, fragment=0, ident=1):
    address = lambda text: bytes(map(int, text.split(".")))
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0)
    return head + address(source) + address(destination) + payload


def ip6(source, destination, following, payload):
    address = lambda last: bytes([0xFD]) + bytes(14) + bytes([last])
    head = struct.pack(">IHBB", 6 << 28, len(payload), following, 64)
    return head + address(source) + address(destination) + payload


def tcp(source, destination, flags, sequence, ack, payload=b""):
    return struct.pack(">HHIIBBHHH", source, destination, sequence, ack, 0x50, flags, 65535, 0, 0) + payload


def udp(source, destination, payload=b""):
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def ethernet(packet, vlans=()):
    kind = {4: 0x0800, 6: 0x86DD}[packet[0] >> 4]
    tags = b"".join(struct.pack(">HH", 0x8100, vlan) for vlan in vlans)
    return bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]) + tags + struct.pack(">H", kind) + packet


class Connection:
    """Both ends of a TCP connection; frames are added at given times."""

    def __init__(self, client=A, server=B, ports=(40000, 80), sequences=(1000, 9000)):
        self.ends, self.ports, self.next = (client, server), ports, list(sequences)
        self.frames = []

    def send(self, end, time, flags, payload=b"", again=False):
        """END is 0 for the client; AGAIN sends the last LENGTH bytes once more."""
        sequence = self.next[end] - (len(payload) if again else 0)
        segment = tcp(self.ports[end], self.ports[1 - end], flags, sequence, self.next[1 - end] if flags & ACK else 0, payload)
        self.frames.append((time, ethernet(ip4(self.ends[end], self.ends[1 - end], 6, segment))))
        if not again:
            self.next[end] += len(payload) + bool(flags & SYN) + bool(flags & FIN)

    def open(self, time, server_rtt, client_rtt):
        self.send(0, time, SYN)
        self.send(1, time + server_rtt, SYN | ACK)
        self.send(0, time + server_rtt + client_rtt, ACK)

    def close(self, time):
        self.send(0, time, FIN | ACK)
        self.send(1, time + 1 * MS, FIN | ACK)
        self.send(0, time + 2 * MS, ACK)


def http():
    """Two requests on one connection; the second response is lost once on its way here."""
    connection = Connection()
    connection.open(0, 300_000, 50_000)
    connection.send(0, 1 * MS, PSH | ACK, b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n")
    connection.send(1, 2 * MS, ACK)
    connection.send(1, 21 * MS, PSH | ACK, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    connection.send(0, 22 * MS, ACK)
    connection.send(0, 50 * MS, ACK, b"GET /b HTTP/1.1\r\n")
    connection.send(0, 51 * MS, PSH | ACK, b"Host: b\r\n\r\n")
    connection.send(1, 56 * MS, PSH | ACK, b"HTTP/1.1 204 No Content\r\n\r\n")
    connection.send(1, 260 * MS, PSH | ACK, b"HTTP/1.1 204 No Content\r\n\r\n", again=True)
    connection.close(300 * MS)
    return connection.frames


def late():
    """A connection, its FIN again after 3 s and a RST after 6 s; then its ports are used again."""
    first = Connection(ports=(40000, 8080))
    first.open(0, 1 * MS, 1 * MS)
    first.send(0, 3 * MS, PSH | ACK, b"question")
    first.send(1, 4 * MS, PSH | ACK, b"answer")
    first.close(5 * MS)
    first.next[1] -= 1
    first.send(1, 3 * SECOND, FIN | ACK)
    first.send(0, 3 * SECOND + 1 * MS, ACK)
    first.send(1, 6 * SECOND, RST)
    again = Connection(ports=(40000, 8080), sequences=(70000, 90000))
    again.open(20 * SECOND, 1 * MS, 1 * MS)
    again.close(20 * SECOND + 3 * MS)
    return first.frames + again.frames


def fast_open():
    """A request in the SYN, and one after it."""
    connection = Connection()
    connection.send(0, 0, SYN, b"GET /a\r\n\r\n")
    connection.send(1, 1 * MS, SYN | ACK)
    connection.send(1, 5 * MS, PSH | ACK, b"200\r\n\r\n")
    connection.send(0, 6 * MS, ACK)
    connection.send(0, 7 * MS, PSH | ACK, b"GET /b\r\n\r\n")
    connection.send(1, 17 * MS, PSH | ACK, b"404\r\n\r\n")
    connection.close(20 * MS)
    return connection.frames


def udp_pair(time=0):
    return [
        (time, ethernet(ip4(A, B, 17, udp(5000, 53, b"query")))),
        (time + 4 * MS, ethernet(ip4(B, A, 17, udp(53, 5000, b"the answer")))),
    ]


def links():
    """The same two datagrams behind every link header."""
    packets = [ip4(A, B, 17, udp(5000, 53, b"query")), ip4(B, A, 17, udp(53, 5000, b"the answer"))]
    heads = {
        "ethernet": (ETHERNET, b""),
        "vlan": (ETHERNET, b""),
        "raw": (RAW, b""),
        "ppp": (9, b"\xff\3\0\x21"),
        "hdlc": (104, b"\x0f\0\x08\0"),
        "nflog": (239, b"\2\0\0\0\5\0\x0a\0x\0\0\0" + b"NN\x09\0"),
        "wifi": (105, b"\x88\1" + bytes(24) + b"\xaa\xaa\3\0\0\0\x08\0"),
        "radiotap": (127, b"\0\0\x09\0\2\0\0\0\x20\x88\1" + bytes(26) + b"\xaa\xaa\3\0\0\0\x08\0"),
        "loopback": (LOOPBACK, b"\2\0\0\0"),
        "sll": (SLL, bytes([0, 0, 0, 1, 0, 6]) + bytes(8) + b"\x08\0"),
        "sll2": (SLL2, b"\x08\0" + bytes(2) + struct.pack(">IHBB", 7, 1, 0, 6) + bytes(8)),
    }
    for name, (link, head) in heads.items():
        frames = []
        for i, packet in enumerate(packets):
            frame = ethernet(packet, (5, 6) if name == "vlan" else ()) if link == ETHERNET else head + packet
            if name == "nflog":
                frame = head.replace(b"NN", struct.pack("<H", len(packet) + 4)) + packet
            frames.append((i * 4 * MS, frame))
        write_pcap(f"flows-links/{name}.pcap", frames, link)


def slices():
    connection = Connection()
    connection.open(0, 1 * MS, 1 * MS)
    for second in range(1, 12):
        connection.send(0, second * SECOND, PSH | ACK, b"ping")
        connection.send(1, second * SECOND + second * MS, PSH | ACK, b"pong")
    connection.close(12 * SECOND)
    return connection.frames


def others():
    """Fragments, ICMP and ICMPv6, SCTP, and what no flow is made of."""
    sctp = lambda chunk, a, b: struct.pack(">HHII", a, b, 0, 0) + bytes([chunk, 0, 0, 4])
    return [
        (0, ethernet(ip4(A, B, 17, udp(5000, 2049, b"x" * 16), fragment=0x2000))),
        (1 * MS, ethernet(ip4(A, B, 17, b"y" * 24, fragment=3))),
        (2 * MS, ethernet(ip4(A, B, 17, b"z" * 24, fragment=3, ident=2))),
        (3 * MS, ethernet(ip4(A, B, 1, bytes([8, 0, 0, 0, 0, 1, 0, 1])))),
        (4 * MS, ethernet(ip4(B, A, 1, bytes([0, 0, 0, 0, 0, 1, 0, 1])))),
        (5 * MS, ethernet(ip4(B, A, 1, bytes([3, 3, 0, 0, 0, 0, 0, 0])))),
        (6 * MS, ethernet(ip6(2, 1, 58, bytes([129, 0, 0, 0, 0, 1, 0, 1])))),
        (7 * MS, ethernet(ip6(1, 2, 0, bytes([58, 0, 1, 4, 0, 0, 0, 0, 128, 0, 0, 0, 0, 1, 0, 1])))),
        (8 * MS, ethernet(ip4(A, B, 132, sctp(1, 2905, 2906)))),
        (9 * MS, ethernet(ip4(B, A, 132, sctp(2, 2906, 2905)))),
        (10 * MS, ethernet(ip4(A, B, 47, bytes(8)))),
        (11 * MS, bytes(12) + b"\x08\x06" + bytes(28)),
        (12 * MS, ethernet(ip4(A, B, 17, udp(1, 2)))[:30]),
        (13 * MS, ethernet(ip4(A, B, 6, b"short"))),
    ]


def sections():
    """Interfaces with different links, clocks and names, in two sections of different byte order."""
    query, answer = ip4(A, B, 17, udp(5000, 53, b"query")), ip4(B, A, 17, udp(53, 5000, b"the answer"))
    little, big = Section("<"), Section(">")
    little.interface(ETHERNET, name=b"eth0")
    little.interface(RAW, snaplen=0, description=b"a tunnel", resolution=b"\x09")
    little.interface(RAW, resolution=b"\x8a", offset=START // SECOND)
    little.interface(147, name=b"usb0")
    little.enhanced(0, START // 1000, ethernet(query))
    little.enhanced(1, START, query)
    little.enhanced(2, 0, query)
    little.block(4, "HH", 0, 0)
    little.enhanced(3, START // 1000, b"no packet")
    little.enhanced(9, START // 1000, b"of no interface")
    little.enhanced(0, START // 1000 + 4000, ethernet(answer))
    little.packet(1, START + 4 * MS, answer)
    little.enhanced(2, 4, answer)
    little.simple(ethernet(query))
    big.interface(LOOPBACK, name=b"lo", hardware=b"none")
    big.interface(ETHERNET, name=b"eth0")
    big.packet(0, START // 1000 + 5000, b"\0\0\0\2" + query)
    big.enhanced(0, START // 1000 + 9000, b"\0\0\0\2" + answer)
    return little.bytes + big.bytes


def fragments():
    """Packets in fragments: the last one first, a TCP header in two pieces, and one without its first."""
    data = udp(5000, 2049, b"x" * 16)
    head = tcp(40000, 80, SYN, 1, 0)
    return [
        (0, ethernet(ip4(A, B, 17, b"z" * 24, fragment=6, ident=1))),
        (1 * MS, ethernet(ip4(A, B, 17, b"y" * 24, fragment=0x2003, ident=1))),
        (2 * MS, ethernet(ip4(A, B, 17, data, fragment=0x2000, ident=1))),
        (3 * MS, ethernet(ip4(A, B, 6, head[:8], fragment=0x2000, ident=2))),
        (4 * MS, ethernet(ip4(A, B, 6, head[8:], fragment=1, ident=2))),
        (5 * MS, ethernet(ip4(A, B, 17, b"z" * 24, fragment=6, ident=3))),
    ]


NODES = ("192.168.0.1", "192.168.0.2")


def between_nodes(way, protocol, payload):
    return ethernet(ip4(NODES[way], NODES[1 - way], protocol, payload))


def tunnels():
    """The same query and answer in one tunnel after the other, then what cannot be opened."""
    packets = [ip4(A, B, 17, udp(5000, 53, b"query")), ip4(B, A, 17, udp(53, 5000, b"the answer"))]
    vni = lambda number: struct.pack(">I", number << 8)
    vxlan = lambda number, frame: b"\x08\0\0\0" + vni(number) + frame
    wrapped = [
        lambda way, packet: between_nodes(way, 17, udp(40000 + way, 4789, vxlan(7, ethernet(packet)))),
        lambda way, packet: between_nodes(way, 17, udp(40000 + way, 8472, vxlan(8, ethernet(packet, (30,))))),
        lambda way, packet: between_nodes(
            way, 17, udp(40000 + way, 6081, b"\2\0\x65\x58" + vni(9) + bytes(8) + ethernet(packet))
        ),
        lambda way, packet: between_nodes(way, 47, b"\x20\0\x08\0\0\0\0\x0a" + packet),
        lambda way, packet: between_nodes(0, 47, b"\x10\0\x88\xbe\0\0\0\1\x10\0\0\x0b\0\0\0\0" + ethernet(packet)),
        lambda way, packet: between_nodes(way, 4, packet),
        lambda way, packet: ethernet(ip6(1 + way, 2 - way, 4, packet)),
        lambda way, packet: between_nodes(
            way, 17, udp(2152, 2152, b"\x34\xff\0\0\0\0\0" + bytes([way]) + b"\0\0\0\x85\1\0\0\0" + packet)
        ),
    ]
    frames = [wrap(way, packets[way]) for wrap in wrapped for way in (0, 1)]
    arp = bytes(12) + b"\x08\x06" + bytes(28)
    deep = packets[0]
    for _ in range(6):
        deep = ip4(*NODES, 4, deep)
    frames += [
        between_nodes(0, 17, udp(40000, 4789, vxlan(7, arp))),
        between_nodes(0, 17, udp(40000, 4789, b"another protocol")),
        between_nodes(0, 17, udp(40000, 4789, vxlan(7, ethernet(packets[0])[:20]))),
        ethernet(deep),
    ]
    return [(i * MS, frame) for i, frame in enumerate(frames)]


def layers():
    """The same query behind tags, labels and sessions."""
    packet = ip4(A, B, 17, udp(5000, 53, b"query"))
    macs = bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1])
    tag = lambda kind, vlan: struct.pack(">HH", kind, vlan)
    label = lambda number, bottom=0: struct.pack(">I", number << 12 | bottom << 8 | 64)
    return [
        (i * MS, macs + rest)
        for i, rest in enumerate(
            [
                tag(0x8100, 0x2005) + b"\x08\0" + packet,
                tag(0x9100, 1) + tag(0x88A8, 2) + tag(0x8100, 3) + b"\x08\0" + packet,
                tag(0x8100, 0x6000) + b"\x08\0" + packet,
                b"\x88\x47" + label(16) + label(17, 1) + packet,
                b"\x88\x47" + label(16, 1) + bytes(4) + ethernet(packet, (9,)),
                b"\x88\x47" + label(16, 1) + ethernet(packet),
                b"\x88\x64\x11\0\0\1" + struct.pack(">H", len(packet) + 2) + b"\0\x21" + packet + bytes(9),
                struct.pack(">H", len(packet) + 8) + b"\xaa\xaa\3\0\0\0\x08\0" + packet,
            ]
        )
    ]


def mirrored(link_heads):
    """Each packet of http() behind each of LINK_HEADS, with another TTL and checksum each time. A retransmission has
    an identification of its own."""
    frames = []
    for ident, (time, frame) in enumerate(http(), 1):
        for hop, head in enumerate(link_heads):
            packet = bytearray(frame[14:])
            packet[4:6] = struct.pack(">H", ident)
            packet[8] -= hop
            packet[36] = hop
            frames.append((time + hop * 12_000, head + packet))
    return frames


def copies():
    """Each packet on a veth, where the checksum is left to the interface, a bridge and eth0, the last behind a router;
    then a true retransmission."""
    head = bytes([0, 0, 0, 1, 0, 6]) + bytes(8) + b"\x08\0"
    packets = [
        ip4(A, B, 17, udp(5000, 53, b"query"), ident=7),
        ip4(B, A, 17, udp(53, 5000, b"the answer"), ident=9),
        ip4(A, B, 17, udp(5000, 53, b"query"), ident=8),
    ]
    hops = [
        lambda packet: packet[:26] + b"\x14\x23" + packet[28:],
        lambda packet: packet,
        lambda packet: packet[:8] + bytes([packet[8] - 1]) + packet[9:],
    ]
    return [
        (i * 4 * MS + hop * MS // 20, head + hops[hop](packet))
        for i, packet in enumerate(packets)
        for hop in range(3)
    ]


def usb():
    """An interface of USB, which is not supported, before one of Ethernet and one without link headers."""
    section = Section("<")
    section.interface(220, name=b"usbmon1")
    section.interface(ETHERNET, name=b"eth0")
    section.interface(RAW, name=b"tun0")
    frame = udp_pair()[0][1]
    section.enhanced(1, START // 1000, frame)
    section.enhanced(2, START // 1000, frame[14:])
    return section.bytes


def main():
    write_pcap("flows-http/http.pcap", http())
    write_pcap("flows-http/snapped.pcap", http(), snaplen=60)
    write_pcapng("flows-http/http.pcapng", http())
    links()
    write_pcap("flows-slices/slices.pcap", slices())
    write_pcap("flows-late/late.pcap", late())
    write_pcap("flows-fast-open/fast_open.pcap", fast_open())
    write_pcap("flows-copies/copies.pcap", copies(), SLL)
    cooked = lambda kind: bytes([0, kind, 0, 1, 0, 6]) + bytes(8) + b"\x08\0"
    write_pcap("flows-mirrored/any.pcap", mirrored([cooked(0), cooked(0), cooked(4)]), SLL)
    write_pcap("flows-mirrored/mirror.pcap", mirrored([ethernet(b"\x45")[:14]] * 2))
    untimed = [(-START, ethernet(ip4(A, B, 17, udp(5000, 53, b"query"))))]
    write_pcap("flows-untimed/untimed.pcap", udp_pair(0) + untimed + udp_pair(SECOND))
    write_pcap("flows-others/others.pcap", others())
    write_pcap("flows-clock/clock.pcap", udp_pair(0) + udp_pair(-5 * SECOND) + udp_pair(-3600 * SECOND))
    write_pcap("flows-bad-input/truncated.pcap", udp_pair(), cut=7)
    write_pcap("flows-bad-input/usb.pcap", udp_pair(), link=220)
    (HERE / "flows-bad-input/usb.pcapng").write_bytes(usb())
    (HERE / "flows-pcapng").mkdir(exist_ok=True)
    (HERE / "flows-pcapng/sections.pcapng").write_bytes(sections())
    write_pcap("flows-fragments/fragments.pcap", fragments())
    write_pcap("flows-tunnels/tunnels.pcap", tunnels())
    write_pcap("flows-layers/layers.pcap", layers())
    write_pcap("flows-files/2.pcap", udp_pair(SECOND)[1:])
    write_pcap("flows-files/1.pcap", udp_pair(SECOND)[:1])
    packed = gzip.compress((HERE / "flows-files/1.pcap").read_bytes(), mtime=0)
    (HERE / "flows-files/1.pcap.gz").write_bytes(packed)
    write_pcap("flows-files/2040.pcap", udp_pair((2**31 + 10**8) * SECOND - START))
    (HERE / "flows-bad-input/text.pcap").write_text("this is no capture\n" * 4)


if __name__ == "__main__":
    main()
