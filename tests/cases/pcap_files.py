"""pcap_files: writes capture files for make_flows_pcaps.py."""

import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
START = 1_700_000_000 * 10**9
MS = 10**6
SECOND = 10**9
ETHERNET, RAW, SLL, SLL2, LOOPBACK = 1, 101, 113, 276, 0


def write_pcap(path, frames, link=ETHERNET, snaplen=65535, cut=0):
    """FRAMES are (nanoseconds after START, bytes)."""
    out = struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, snaplen, link)
    for time, frame in frames:
        seconds, rest = divmod(START + time, SECOND)
        kept = frame[:snaplen]
        out += struct.pack("<IIII", seconds, rest, len(kept), len(frame)) + kept
    path = HERE / path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(out[: len(out) - cut])


def write_pcapng(path, frames):
    """Big-endian, times in microseconds."""

    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(">II", kind, len(body) + 12) + body + struct.pack(">I", len(body) + 12)

    out = block(0x0A0D0D0A, struct.pack(">IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack(">HHI", ETHERNET, 0, 65535))
    for time, frame in frames:
        stamp = (START + time) // 1000
        out += block(6, struct.pack(">IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame)) + frame)
    path = HERE / path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(out)


class Section:
    """A section of a pcapng file; ORDER is "<" or ">"."""

    def __init__(self, order):
        self.order = order
        self.bytes = b""
        self.block(0x0A0D0D0A, "IHHq", 0x1A2B3C4D, 1, 0, -1)

    def block(self, kind, form, *values, rest=b""):
        body = struct.pack(self.order + form, *values) + rest
        body += bytes(-len(body) % 4)
        length = struct.pack(self.order + "I", len(body) + 12)
        self.bytes += struct.pack(self.order + "I", kind) + length + body + length

    def interface(self, link, snaplen=65535, **options):
        codes = {"name": 2, "description": 3, "resolution": 9, "offset": 14, "hardware": 15}
        rest = b""
        for name, value in options.items():
            if name == "offset":
                value = struct.pack(self.order + "q", value)
            rest += struct.pack(self.order + "HH", codes[name], len(value)) + value + bytes(-len(value) % 4)
        self.block(1, "HHI", link, 0, snaplen, rest=rest + bytes(4 if rest else 0))

    def enhanced(self, interface, stamp, frame, flags=None):
        options = b"" if flags is None else bytes(-len(frame) % 4) + struct.pack(self.order + "HHIHH", 2, 4, flags, 0, 0)
        self.block(6, "IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame), rest=frame + options)

    def packet(self, interface, stamp, frame):
        self.block(2, "HHIIII", interface, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame), rest=frame)

    def simple(self, frame):
        self.block(3, "I", len(frame), rest=frame)
