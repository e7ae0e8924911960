"""A way to a Kafka broker that falls silent at a request: for tests of what programs do meanwhile."""

import socket
import struct
import threading
import time

NAMES = {0: "Produce", 1: "Fetch", 2: "ListOffsets", 3: "Metadata", 8: "OffsetCommit", 9: "OffsetFetch", 10: "FindCoordinator", 11: "JoinGroup",
         12: "Heartbeat", 13: "LeaveGroup", 14: "SyncGroup", 15: "DescribeGroups", 16: "ListGroups", 18: "ApiVersions", 22: "InitProducerId",
         24: "AddPartitionsToTxn", 25: "AddOffsetsToTxn", 26: "EndTxn", 28: "TxnOffsetCommit", 32: "DescribeConfigs"}  # fmt: skip


class Proxy:
    """Listens on a port of its own and passes on to PORT of this machine."""

    def __init__(self, port):
        self.listener, self.port, self.lock = socket.create_server(("127.0.0.1", 0)), port, threading.Lock()
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.begin()
        threading.Thread(target=self.accept, daemon=True).start()

    def begin(self, request=None, count=1, seconds=0):
        """Forgets what it has seen. From the COUNTth request REQUEST on it passes on nothing for SECONDS, in no direction, but takes
        connections, as a broker does that is held (SIGSTOP)."""
        with self.lock:
            self.request, self.left, self.seconds = request, count, seconds
            self.seen, self.muted, self.passes = [], None, threading.Event()
            self.passes.set()

    def is_mute(self):
        return not self.passes.is_set()

    def is_over(self):
        """Whether it passes on what comes, and has done what it was to do."""
        return self.passes.is_set() and (self.request is None or self.muted is not None)

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.port))
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.pass_on, args=(near, far, self.see), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(far, near, None), daemon=True).start()

    def pass_on(self, source, sink, see):
        passes = self.passes
        try:
            while frame := self.read(source):
                if see is not None:
                    see(NAMES.get(*struct.unpack(">h", frame[4:6]) * 2), passes)
                passes.wait()
                sink.sendall(frame)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def read(source):
        """One request or response; b"" at the end."""
        data = bytearray()
        wanted = 4
        while len(data) < wanted:
            part = source.recv(wanted - len(data))
            if not part:
                return b""
            data += part
            if len(data) == 4:
                wanted += struct.unpack(">i", data)[0]
        return bytes(data)

    def see(self, name, passes):
        with self.lock:
            if passes is not self.passes:
                return
            self.seen.append(name)
            if name != self.request or self.muted is not None:
                return
            self.left -= 1
            if self.left > 0:
                return
            self.muted = time.monotonic()
            passes.clear()
            threading.Timer(self.seconds, passes.set).start()
