"""Reading JSON whose shape nobody promised: whatever is not as expected is absent."""
import functools
import ipaddress
import json
import socket

MAPPED = bytes(10) + b"\xff\xff"
BLANKS = " \t\n\v\f\r"


def refuse(word):
    raise ValueError(word)


class Members(dict):
    """A JSON object. `twice` are the names that stand in it more than once."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.twice = () if len(self) == len(pairs) else {name for name, _ in pairs}.difference(
            name for name, _ in pairs if sum(other == name for other, _ in pairs) == 1)


DECODER = json.JSONDecoder(parse_constant=refuse, object_pairs_hook=Members)


def load(text):
    """The JSON value of the bytes TEXT, by RFC 8259; ValueError when it is none."""
    return DECODER.decode(text.decode("utf-8"))


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


def sloppy(value):
    """An address as Kubernetes reads it: blanks around it, leading zeros, a prefix length that is no part of it."""
    if not isinstance(value, str):
        return None
    return address(decimal(value.strip(BLANKS).partition("/")[0]))


def decimal(value):
    """VALUE without the leading zeros of its decimal parts."""
    head, colon, tail = value.rpartition(":")
    if "." not in tail:
        return value
    parts = tail.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return value
    return head + colon + ".".join(str(int(part)) for part in parts)


def is_v4(ip):
    return ip[:12] == MAPPED


def addresses(values):
    """Those of VALUES that are addresses, each once, in their order."""
    found = (sloppy(value) for value in values)
    return tuple(dict.fromkeys(ip for ip in found if ip is not None))


def network(value):
    """A range, or None."""
    if not isinstance(value, str):
        return None
    base, slash, bits = value.strip(BLANKS).partition("/")
    ip = sloppy(base)
    width = 32 if ip is not None and is_v4(ip) and ":" not in base else 128
    if ip is None or (slash and not (bits.isascii() and bits.isdigit() and int(bits) <= width)):
        return None
    return ipaddress.ip_network((ip[12:] if width == 32 else ip, int(bits) if slash else width), strict=False)


def within(network_of, index):
    """The address INDEX places after the first one of a range; None if that is outside of it."""
    if index >= network_of.num_addresses:
        return None
    packed = network_of[index].packed
    return packed if len(packed) == 16 else MAPPED + packed


def inside(ip, ranges):
    short = short_of(ip)
    for one in ranges:
        if short in one:
            return True
    return False


@functools.lru_cache(maxsize=65536)
def short_of(ip):
    return ipaddress.ip_address(ip[12:] if is_v4(ip) else ip)


def alone(ip):
    """The range of one address."""
    return ipaddress.ip_network(short_of(ip))


def smallest(ips):
    """The smallest range that contains all of IPS, which are of one family."""
    numbers = [int(short_of(ip)) for ip in ips]
    version = short_of(ips[0]).max_prefixlen
    spread = (min(numbers) ^ max(numbers)).bit_length()
    return ipaddress.ip_network((short_of(ips[0]).packed, version - spread), strict=False)


PRIVATE = tuple(network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
LOCAL = tuple(network(text) for text in (
    "127.0.0.0/8", "::1", "169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8", "0.0.0.0/8", "::",
    "255.255.255.255"))
