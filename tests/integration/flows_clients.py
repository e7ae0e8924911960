#!/usr/bin/env python3
"""Clients for 12-flows-requests.py that send what common clients do not."""

import http.client
import socket
import ssl
import sys
import time

COMMAND, PORT, *REST = sys.argv[1:]


def connect():
    sock = socket.create_connection(("127.0.0.1", int(PORT)), timeout=30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def request(path, method="GET", headers="", body=b""):
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode() + body


def receive(sock, ends):
    """Reads until the bytes have ENDS times the end of a body, which the servers end with x."""
    data = b""
    while data.count(b"xx\r\n") + data.count(b"xxHTTP") + data.endswith(b"xx") < ends:
        more = sock.recv(65536)
        assert more, data[-100:]
        data += more
    return data


def wait():
    for _ in range(200):
        try:
            return connect().close()
        except OSError:
            time.sleep(0.05)
    sys.exit("no server")


def pipelined():
    count = int(REST[0])
    sock = connect()
    sock.sendall(request("/200/32/0") * count)
    receive(sock, count)


def keepalive():
    connection = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=30)
    for i in range(int(REST[0])):
        connection.request("POST" if i % 3 == 0 else "GET", f"/200/{i * 50}/{i % 7 * int(REST[1])}", body=b"y" * (i * 20))
        connection.getresponse().read()
    connection.close()


def split():
    """Requests whose headers arrive in pieces of every size."""
    sock = connect()
    for size in (1, 2, 3, 7, 50):
        data = request("/201/20/0", "POST", "X-Long: " + "z" * 100 + "\r\nContent-Length: 5\r\n", b"GET /")
        for at in range(0, len(data), size):
            sock.sendall(data[at : at + size])
            time.sleep(0.001)
        receive(sock, 1)
    data = request("/200/20/0", "POST", "Transfer-Encoding: chunked\r\n", b"3\r\nGET\r\n1;a=b\r\n \r\n0\r\nX: y\r\n\r\n")
    for at in range(0, len(data), 2):
        sock.sendall(data[at : at + 2])
        time.sleep(0.001)
    receive(sock, 1)


def secure():
    """Requests on keep-alive connections under TLS."""
    context = ssl._create_unverified_context()
    for _ in range(int(REST[0])):
        connection = http.client.HTTPSConnection("127.0.0.1", int(PORT), timeout=30, context=context)
        for i in range(int(REST[1])):
            connection.request("GET", f"/200/{i * 300}/{i % 3}")
            connection.getresponse().read()
        connection.close()


def queries():
    """From one socket A and AAAA at once, as getaddrinfo does, and one query after the other; from another one query twice."""

    def connect():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", int(PORT)))
        sock.settimeout(10)
        return sock

    def send(sock, number, name, kind):
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        sock.send(number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0" + bytes([kind]) + b"\0\1")

    sock, again = connect(), connect()
    for i in range(10):
        send(sock, 2 * i, f"ok.1.{i}.test", 1)
        send(sock, 2 * i + 1, f"ok.1.{i}.test", 28)
        sock.recv(512), sock.recv(512)
    for i in range(20):
        send(sock, 50 + i, f"{'none' if i % 5 == 0 else 'ok'}.{i % 3}.{i}.test", 1)
        sock.recv(512)
    for _ in range(2):
        send(again, 100, "ok.50.0.test", 1)
    again.recv(512), again.recv(512)


def calls():
    """gRPC: one call after the other, then so many at once, then one that is cancelled."""
    import grpc

    count, at_once = map(int, REST)
    with grpc.insecure_channel(f"127.0.0.1:{PORT}") as channel:
        call = channel.unary_unary("/test.Service/Call")
        for i in range(count):
            assert len(call(b"0 %d %d" % (i % 3, i * 40))) == i * 40
        for start in range(0, count, at_once):
            futures = [call.future(b"%d %d 10" % (5 if i % 7 == 0 else 0, i % 4)) for i in range(start, start + at_once)]
            for i, future in enumerate(futures, start):
                assert future.code().value[0] == (5 if i % 7 == 0 else 0), future
        cancelled = call.future(b"0 400 0")
        time.sleep(0.1)
        cancelled.cancel()
        time.sleep(0.5)


{"calls": calls, "wait": wait, "queries": queries, "secure": secure, "pipelined": pipelined, "keepalive": keepalive, "split": split}[COMMAND]()
