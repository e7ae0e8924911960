#!/usr/bin/env python3
"""Servers that count what they serve, for 12-flows-requests.py.

Each prints one line of JSON when it gets SIGTERM: how many requests it had, by status, and how long each
took from its last byte to the response's first and last, in nanoseconds.
"""

import collections
import concurrent.futures
import http.server
import json
import signal
import socket
import socketserver
import ssl
import sys
import threading
import time

import grpc
import h2.config
import h2.connection
import h2.events

COUNTS = {"requests": 0, "status": {}, "first": [], "last": []}
LOCK = threading.Lock()


def count(status, *times):
    with LOCK:
        COUNTS["requests"] += 1
        COUNTS["status"][status] = COUNTS["status"].get(status, 0) + 1
        if times:
            asked, first, last = times
            COUNTS["first"].append(first - asked)
            COUNTS["last"].append(last - asked)


class Web(http.server.BaseHTTPRequestHandler):
    """/STATUS/BYTES/MILLISECONDS answers so; with ?chunked in chunks with a trailer, with ?close without a length."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        path, _, how = self.path.partition("?")
        status, size, wait = map(int, path.strip("/").split("/"))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while length := int(self.rfile.readline().partition(b";")[0], 16):
                self.rfile.read(length + 2)
            while self.rfile.readline().strip():
                pass
        asked = time.monotonic_ns()
        time.sleep(wait / 1000)
        first = time.monotonic_ns()
        self.send_response(status)
        has_body = self.command != "HEAD" and status not in (204, 304)
        if how == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif how == "close":
            self.send_header("Connection", "close")
        elif status != 204:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        if has_body and how == "chunked":
            for piece in (size // 2, size - size // 2):
                self.wfile.write(b"%x;note=1\r\n%s\r\n" % (piece, b"HTTP/1.1 200 OK\r\n"[:piece].ljust(piece, b"x")))
            self.wfile.write(b"0\r\nChecksum: none\r\n\r\n")
        elif has_body:
            self.wfile.write(b"GET / HTTP/1.1\r\n"[:size].ljust(size, b"x"))
        self.wfile.flush()
        count(f"{status // 100}xx", asked, first, time.monotonic_ns())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *words):
        pass


class Names(socketserver.BaseRequestHandler):
    """A DNS server: KIND.WAIT.NUMBER.test. KIND none: no such name. KIND lost: answers only the second query."""

    seen = collections.Counter()

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += query[at] + 1
        kind, wait = labels[0], int(labels[1])
        self.seen[query[:at]] += 1
        time.sleep(wait / 1000)
        lost = kind == "lost" and self.seen[query[:at]] == 1
        count("lost" if lost else "nxdomain" if kind == "none" else "noerror")
        flags = 0x8583 if kind == "none" else 0x8580
        return None if lost else query[:2] + flags.to_bytes(2, "big") + b"\0\1\0\0\0\0\0\0" + query[12 : at + 5]

    def handle(self):
        if isinstance(self.request, tuple):
            data, sock = self.request
            reply = self.answer(data)
            if reply:
                sock.sendto(reply, self.client_address)
            return
        while len(length := self.request.recv(2, socket.MSG_WAITALL)) == 2:
            reply = self.answer(self.request.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
            self.request.sendall(len(reply).to_bytes(2, "big") + reply)


class SecureWeb(http.server.ThreadingHTTPServer):
    """The web server, under one version of TLS."""

    def __init__(self, address, version, certificate):
        super().__init__(address, Web)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class Streams(socketserver.BaseRequestHandler):
    """A server of HTTP/2 in the clear, by prior knowledge or by Upgrade (RFC 7540 3.2); paths are as the web server's."""

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.streams = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))

    def answer(self, stream, path):
        status, size, wait = (200, 0, 0) if path == "*" else map(int, path.strip("/").split("/"))
        time.sleep(wait / 1000)
        self.streams.send_headers(stream, [(":status", str(status)), ("content-length", str(size))])
        self.streams.send_data(stream, b"x" * size, end_stream=True)
        count(f"{status // 100}xx")

    def upgrade(self, data):
        while b"\r\n\r\n" not in data:
            data += self.request.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        body = int(fields.get("content-length", 0))
        while len(rest) < body:
            rest += self.request.recv(65536)
        # The settings are base64, in which case matters.
        settings = next(line.split(b": ", 1)[1] for line in head.split(b"\r\n") if line.lower().startswith(b"http2-settings"))
        self.streams.initiate_upgrade_connection(settings)
        self.request.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + self.streams.data_to_send())
        self.answer(1, head.split(b" ")[1].decode())
        return rest[body:]

    def handle(self):
        data = self.request.recv(65536)
        if data.startswith(b"PRI"):
            self.streams.initiate_connection()
        elif data:
            data = self.upgrade(data)
        paths = {}
        while True:
            self.request.sendall(self.streams.data_to_send())
            for event in self.streams.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                elif isinstance(event, h2.events.DataReceived):
                    self.streams.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self.answer(event.stream_id, paths.pop(event.stream_id))
            self.request.sendall(self.streams.data_to_send())
            data = self.request.recv(65536)
            if not data:
                return


class Calls(grpc.GenericRpcHandler):
    """A gRPC service. A request is CODE WAIT SIZE: it answers with that code, after WAIT ms, with SIZE bytes."""

    @staticmethod
    def answer(request, context):
        code, wait, size = map(int, request.split())
        time.sleep(wait / 1000)
        status = next(each for each in grpc.StatusCode if each.value[0] == code)
        count(status.name.lower())
        if code:
            context.abort(status, "as asked")
        return b"x" * size

    def service(self, handler_call_details):
        return grpc.unary_unary_rpc_method_handler(self.answer)


def serve_calls(port):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(32), handlers=[Calls()])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: (print(json.dumps(COUNTS), flush=True), sys.exit(0)))
    if kind == "web":
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Web).serve_forever()
    elif kind == "h2c":
        socketserver.ThreadingTCPServer(("127.0.0.1", port), Streams).serve_forever()
    elif kind == "grpc":
        serve_calls(port)
    elif kind in ("TLSv1_2", "TLSv1_3"):
        SecureWeb(("127.0.0.1", port), kind, sys.argv[3]).serve_forever()
    elif kind == "dns":
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", port), Names)
        threading.Thread(target=tcp.serve_forever, daemon=True).start()
        socketserver.ThreadingUDPServer(("127.0.0.1", port), Names).serve_forever()


if __name__ == "__main__":
    main()
