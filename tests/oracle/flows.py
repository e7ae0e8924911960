"""What the oracle reads of a flow record: its two ends, and what address translation made of them."""
import functools
from dataclasses import dataclass, replace

import moments
import shapes

SERVES, BEGAN = "serves", "began"
NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}

GROUPS = ("nat", "original")
OTHER = dict.fromkeys(("ip", "port"), {})
END = dict(dict.fromkeys(("ip", "port", "packets"), {}), **dict.fromkeys(GROUPS, OTHER))
READ = {"event": {"start": {}, "end": {}}, "network": {"transport": {}}, "source": END, "destination": END,
        "tenure": {}, "observer": {"hostname": {}, "interface": {"uid": {}}}, "flow": {"initiator": {}}, "tcp": {"flags": {"source": {}}}}


@dataclass
class Question:
    ip: bytes
    port: int           # or None
    transport: str      # "tcp", or None
    start: int
    end: int
    sent: bool
    role: str = None    # SERVES, BEGAN, or None: neither is proven
    observer: str = None    # the host on which the flow was captured
    interface: str = None   # the uid of the interface there


class Rejected(Exception):
    """The flow cannot be tagged; says why."""


class Outside(Exception):
    """The flow ended outside of the window that was asked for."""


@functools.lru_cache(maxsize=1)
def loaded(text):
    """A flow record's JSON, which several ask for."""
    return shapes.load(text)


def questions(text):
    """The questions after the source and the destination of the flow record TEXT."""
    try:
        flow = loaded(text)
    except (ValueError, RecursionError):
        raise Rejected("not_json") from None
    if not isinstance(flow, dict):
        raise Rejected("not_an_object")
    if "tenure" in flow:
        raise Rejected("tenure")
    once(flow, READ)
    end = required(moments.parse, flow, "event", "end")
    start = required(moments.parse, flow, "event", "start") if "start" in flow["event"] else end
    if start > end:
        raise Rejected("event.end")
    transport = shapes.at(flow, "network", "transport")
    if transport is not None and not isinstance(transport, str):
        raise Rejected("network.transport")
    return tuple(Question(required(shapes.address, flow, side, "ip"), port_of(flow, side), name_of(transport),
                          start, end, sent(flow, side), role(flow, side), *captured(flow))
                 for side in ("source", "destination"))


def captured(flow):
    """The host on which FLOW was captured, and the uid of the interface there."""
    return shapes.text(flow, "observer", "hostname"), shapes.text(flow, "observer", "interface", "uid")


def others(text):
    """The questions after what a flow record that can be tagged says of translations: {(group, side): question}."""
    flow, found = loaded(text), {}
    for end in zip(("source", "destination"), questions(text)):
        for group in GROUPS:
            side, question = end
            address = shapes.address(shapes.at(flow, side, group, "ip"))
            port = shapes.at(flow, side, group, "port")
            if address is None or port is not None and (shapes.integer(port) is None or not 0 <= port <= 65535):
                continue
            found[group, side] = replace(question, ip=address, port=port)
    return found


def required(read, flow, *path):
    value = read(shapes.at(flow, *path))
    if value is None:
        raise Rejected(".".join(path))
    return value


def once(value, members):
    """Refuses a record in which a member that counts stands twice."""
    for name in value.twice:
        if name in members:
            raise Rejected(name)
    for name, inner in members.items():
        if isinstance(value.get(name), dict):
            once(value[name], inner)


def name_of(transport):
    if transport and transport.isascii() and transport.isdigit():
        return NAMES.get(int(transport), transport)
    return transport


def port_of(flow, side):
    port = shapes.at(flow, side, "port")
    if port is None:
        return None
    if shapes.integer(port) is None or not 0 <= port <= 65535:
        raise Rejected(side + ".port")
    return port


def sent(flow, side):
    packets = shapes.at(flow, side, "packets")
    if packets is None:
        return side == "source"
    if shapes.integer(packets) is None or packets < 0:
        raise Rejected(side + ".packets")
    return packets > 0


def role(flow, side):
    if not source_began(flow):
        return None
    return BEGAN if side == "source" else SERVES


def source_began(flow):
    told = shapes.at(flow, "flow")
    if isinstance(told, dict) and "initiator" in told:
        return told["initiator"] == "syn"
    return "S" in (shapes.text(flow, "tcp", "flags", "source") or "")
