"""Reading JSON whose shape nobody promised: whatever is not as expected is absent."""
import ipaddress
import json
import socket

MAPPED = bytes(10) + b"\xff\xff"


def refuse(word):
    raise ValueError(word)


class Members(dict):
    """A JSON object. `twice` are the names that stand in it more than once."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.twice = () if len(self) == len(pairs) else {name for name, _ in pairs}.difference(
            name for name, _ in pairs if sum(other == name for other, _ in pairs) == 1)


def load(text):
    """The JSON value of the bytes TEXT, by RFC 8259; ValueError when it is none."""
    return json.loads(text.decode("utf-8"), parse_constant=refuse, object_pairs_hook=Members)


def at(value, *path):
    """The member of a member of VALUE; None where there is no such thing."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value, *path):
    found = at(value, *path)
    return found if isinstance(found, str) else None


def listed(value, *path):
    found = at(value, *path)
    return found if isinstance(found, list) else []


def integer(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def revision(value):
    """A resourceVersion as a number; None for one that is no decimal integer."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and value[0] != "0":
        number = int(value)
        return number if number < 1 << 64 else None
    return None


def address(value):
    """The sixteen bytes of an address, IPv4 in its v4-mapped form, or None."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        if ":" in value:
            return socket.inet_pton(socket.AF_INET6, value)
        return MAPPED + socket.inet_pton(socket.AF_INET, value)
    except (OSError, ValueError, UnicodeEncodeError):
        return None


def is_v4(ip):
    return ip[:12] == MAPPED


def addresses(values):
    """Those of VALUES that are addresses, each once, in their order; a prefix length is no part of them."""
    found = (address(value.partition("/")[0]) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(ip for ip in found if ip is not None))


def network(value):
    """A range as (family is IPv4, first address, prefix length), or None."""
    if not isinstance(value, str):
        return None
    base, _, bits = value.partition("/")
    ip = address(base)
    width = 32 if ip is not None and is_v4(ip) and ":" not in base else 128
    if ip is None or ("/" in value and not (bits.isascii() and bits.isdigit() and int(bits) <= width)):
        return None
    prefix = int(bits) if "/" in value else width
    raw = ip[12:] if width == 32 else ip
    return ipaddress.ip_network((raw, prefix), strict=False)


def inside(ip, ranges):
    short = ipaddress.ip_address(ip[12:] if is_v4(ip) else ip)
    return any(short.version == one.version and short in one for one in ranges)
