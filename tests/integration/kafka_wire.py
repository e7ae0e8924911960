"""Requests to a Kafka broker that no client library makes: those of a transaction whose coordinator knows nothing of it.

They need a broker of one node with transaction.partition.verification.enable=false.
"""

import socket
import struct
import time

API = {"Produce": (0, 3), "FindCoordinator": (10, 1), "InitProducerId": (22, 0), "TxnOffsetCommit": (28, 0)}
GROUP, TRANSACTION = 0, 1  # kinds of coordinator

CRC32C = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ 0x82F63B78 if byte & 1 else byte >> 1
    CRC32C.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(number):
    number = number << 1 ^ number >> 63
    out = b""
    while number & ~0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def text(string):
    return struct.pack(">h", len(string)) + string.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


def batch(values, producer, sequence=0):
    """A transactional batch of VALUES without keys."""
    records = b""
    for number, value in enumerate(values):
        record = b"\0" + varint(0) + varint(number) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(record)) + record
    now = int(time.time() * 1000)
    body = struct.pack(">hiqqqhii", 0x10, len(values) - 1, now, now, *producer, sequence, len(values)) + records
    body = struct.pack(">ibI", -1, 2, crc32c(body)) + body
    return struct.pack(">qi", 0, len(body)) + body


class Hanging:
    """A producer of TRANSACTIONAL_ID whose records and offsets hang: they are in the log and get no marker."""

    def __init__(self, address, transactional_id):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), 10)
        self.id = transactional_id
        self.find(TRANSACTION, transactional_id)
        answer = self.until_good("InitProducerId", text(self.id) + struct.pack(">i", 60000), 4)
        self.producer = struct.unpack(">qh", answer[6:16])

    def ask(self, name, body):
        key, version = API[name]
        request = struct.pack(">hhi", key, version, 1) + text("test") + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        answer, want = b"", 4
        while len(answer) < want:
            more = self.socket.recv(65536)
            assert more, f"{name}: the broker closed the connection"
            answer += more
            if want == 4 and len(answer) >= 4:
                want = 4 + struct.unpack(">i", answer[:4])[0]
        return answer[8:]

    def until_good(self, name, body, at):
        """Asks until the error code at AT of the answer is none: a coordinator takes a while to start."""
        for _ in range(300):
            answer = self.ask(name, body)
            error = struct.unpack(">h", answer[at:at + 2])[0]
            if error == 0:
                return answer
            assert error in (6, 14, 15, 16, 51), f"{name}: error {error}"
            time.sleep(0.1)
        raise AssertionError(f"{name}: error {error} for 30 s")

    def find(self, kind, name):
        self.until_good("FindCoordinator", text(name) + struct.pack(">b", kind), 4)

    def produce(self, topic, partition, values, sequence=0):
        data = batch(values, self.producer, sequence)
        body = text(self.id) + struct.pack(">hi", -1, 10000)
        body += array([text(topic) + array([struct.pack(">ii", partition, len(data)) + data])])
        answer = self.ask("Produce", body)
        error = struct.unpack(">h", answer[4 + 2 + len(topic) + 4 + 4:][:2])[0]
        assert error == 0, f"Produce: error {error}"

    def commit(self, group, topic, partition, offset):
        self.find(GROUP, group)
        body = text(self.id) + text(group) + struct.pack(">qh", *self.producer)
        body += array([text(topic) + array([struct.pack(">iqh", partition, offset, -1)])])
        self.until_good("TxnOffsetCommit", body, 4 + 4 + 2 + len(topic) + 4 + 4)
