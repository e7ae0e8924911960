#!/usr/bin/env python3
"""Servers that count what they serve, for 12-flows-requests.py.

Each prints one line of JSON when it gets SIGTERM: how many requests it had, by status, and how long each
took from its last byte to the response's first and last, in nanoseconds.
"""

import collections
import http.server
import json
import signal
import socket
import socketserver
import ssl
import sys
import threading
import time

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


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: (print(json.dumps(COUNTS), flush=True), sys.exit(0)))
    if kind == "web":
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Web).serve_forever()
    elif kind in ("TLSv1_2", "TLSv1_3"):
        SecureWeb(("127.0.0.1", port), kind, sys.argv[3]).serve_forever()
    elif kind == "dns":
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", port), Names)
        threading.Thread(target=tcp.serve_forever, daemon=True).start()
        socketserver.ThreadingUDPServer(("127.0.0.1", port), Names).serve_forever()


if __name__ == "__main__":
    main()
