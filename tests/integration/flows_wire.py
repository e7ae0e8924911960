"""Times on the wire, read from a capture without the meter, for 12-flows-requests.py."""

import shutil
import struct
import subprocess


def segments(path):
    """The TCP segments with new payload in a pcap file with nanoseconds, of IPv4 on Ethernet: time, ports and the new bytes."""
    data = path.read_bytes()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, link) == (0xA1B23C4D, 1), "no pcap of Ethernet with nanoseconds"
    at, ends = 24, {}
    while at + 16 <= len(data):
        seconds, nanoseconds, captured, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16 : at + 16 + captured]
        at += 16 + captured
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        transport = 14 + (frame[14] & 15) * 4
        source, destination = struct.unpack_from(">HH", frame, transport)
        sequence = struct.unpack_from(">I", frame, transport + 4)[0]
        payload = frame[transport + (frame[transport + 12] >> 4) * 4 : 14 + struct.unpack_from(">H", frame, 16)[0]]
        # One that was sent again is not new.
        new = (sequence + len(payload) - ends.get((source, destination), sequence)) % 2**32
        if payload and 0 < new < 2**31:
            ends[source, destination] = (sequence + len(payload)) % 2**32
            yield seconds * 10**9 + nanoseconds, source, destination, payload[-new:]


def turns(path, port, client=None, skip=0):
    """The times to the first and to the last byte of each response of PORT's server, whose clients, or CLIENT's port, wait for each; without the first SKIP."""
    first, last, waiting = [], [], {}
    for time, source, destination, _ in segments(path):
        if client not in (None, source, destination):
            continue
        if destination == port:
            asked, answered = waiting.get(source, (None, None))
            if answered is not None:
                last.append(answered - asked)
            waiting[source] = time, None
        elif source == port and destination in waiting:
            asked, answered = waiting[destination]
            if answered is None:
                first.append(time - asked)
            waiting[destination] = asked, time
    last += [answered - asked for asked, answered in waiting.values() if answered is not None]
    return sorted(first[skip:]), sorted(last[skip:])


def sized_messages(path, port):
    """How many messages that begin with their size, in four bytes, went to PORT's server and came from it."""
    streams, counts = {}, [0, 0]
    for _, source, destination, payload in segments(path):
        if port in (source, destination):
            streams[source, destination] = streams.get((source, destination), b"") + payload
    for (source, _), data in streams.items():
        at = 0
        while at + 4 <= len(data):
            at += 4 + struct.unpack_from(">I", data, at)[0]
            counts[source == port] += at <= len(data)
    return counts


def tshark_times(path, field, port):
    """tshark's FIELD of the frames from PORT, in nanoseconds, by the client's port; None where it is not installed."""
    if not shutil.which("tshark"):
        return None
    transport = "udp" if field == "dns.time" else "tcp"
    command = ("tshark", "-r", path, "-d", f"{transport}.port=={port},{field.split('.')[0]}",
               "-Y", f"{field} && {transport}.srcport == {port}", "-T", "fields", "-e", f"{transport}.dstport", "-e", field)  # fmt: skip
    lines = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode().splitlines()
    times = {}
    for client, each in map(str.split, lines):
        times.setdefault(int(client), []).append(round(float(each) * 1e9))
    return times
