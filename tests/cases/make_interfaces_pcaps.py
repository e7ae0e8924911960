#!/usr/bin/env python3
"""make_interfaces_pcaps: writes the captures of the case flows-interfaces, whose packets say from which side they came."""

import struct

from make_flows_pcaps import ethernet, ip4, ip6, udp
from pcap_files import ETHERNET, HERE, MS, SECOND, SLL2, START, Section, write_pcap

POD, OTHER, PEER, NODE = (f"10.244.1.{number}" for number in (7, 8, 9, 1))
TO_US, TO_OTHERS, SENT = 0, 3, 4


def cooked(index, kind, packet, arphrd=1, protocol=0x0800):
    return struct.pack(">HHIHBB", protocol, 0, index, arphrd, kind, 6) + bytes(8) + packet


def query(source, destination=PEER):
    return ip4(source, destination, 17, udp(5000, 53, b"query"))


def any_interface():
    """Interface 7 is a pod's, 8 is one of several addresses, 1 the loopback."""
    carried = ip4(NODE, POD, 4, query(PEER))
    return [
        (0, cooked(7, SENT, query(PEER, POD))),
        (1 * MS, cooked(7, TO_US, query(POD))),
        (2 * MS, cooked(1, TO_US, query(NODE), arphrd=772)),
        (3 * MS, cooked(7, TO_US, ip6(1, 2, 17, udp(5000, 53)), protocol=0x86DD)),
        (4 * MS, cooked(8, TO_US, query(NODE))),
        (5 * MS, cooked(7, TO_US, carried)),
        (1 * SECOND, cooked(7, TO_OTHERS, query(POD))),
        (2 * SECOND, cooked(8, TO_US, query(OTHER))),
        (3 * SECOND, cooked(8, TO_US, query(PEER))),
        (4 * SECOND, cooked(7, TO_US, query(POD))),
        (6 * SECOND, cooked(8, SENT, query(PEER))),
        (7 * SECOND, cooked(7, TO_US, query(POD))),
        (15 * SECOND, cooked(7, TO_US, query(POD))),
        (16 * SECOND, cooked(7, TO_US, query(POD))),
        (17 * SECOND, cooked(7, SENT, query(PEER, POD))),
    ]


def directions():
    """Two sections with an interface of the same name; what came in, went out, and what says nothing."""
    little, big = Section("<"), Section(">")
    for section, source in ((little, POD), (big, OTHER)):
        section.interface(ETHERNET, name=b"veth12")
        section.interface(ETHERNET, name=b"eth0")
        start = START // 1000 + (60_000_000 if section is big else 0)
        section.enhanced(0, start, ethernet(query(source)), flags=1)
        section.enhanced(0, start + 1000, ethernet(query(PEER, source)), flags=2)
        section.enhanced(1, start + 2000, ethernet(query(NODE)))
        section.enhanced(0, start + 3000, ethernet(query(OTHER), (5,)), flags=1)
        section.enhanced(0, start + 4000, ethernet(query(source)), flags=1)
    return little.bytes + big.bytes


def main():
    write_pcap("flows-interfaces/any.pcap", any_interface(), SLL2)
    write_pcap("flows-interfaces/none.pcap", [(0, ethernet(query(POD)))])
    (HERE / "flows-interfaces/directions.pcapng").write_bytes(directions())


if __name__ == "__main__":
    main()
