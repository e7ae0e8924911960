"""A pod's process: an HTTP/1.1 server with a known think time, and a client of other services.

It knows what a real container knows: its own uid (the downward API), the
addresses of services (environment variables), and what the cluster's DNS says of
headless ones.  It logs what it saw on its own sockets: the 4-tuple, times, its
own uid, and the peer's uid, which travels in an HTTP header.
"""
import asyncio
import json
import os
import random
import signal

from records import Log, now

UID_HEADER = "x-lab-uid"
DNS_SECONDS = 5.0        # how long a looked-up address is believed, as a resolver's cache does
CONNECT_SECONDS = 2.5
ANSWER_SECONDS = 20.0
KEEP_ALIVE_SHARE = 0.12  # of the connections carry many requests ...
KEEP_ALIVE_SECONDS = (5.5, 13.0)   # ... for so long


def tuple_of(writer):
    local, remote = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
    return f"{local[0]}:{local[1]}", f"{remote[0]}:{remote[1]}"


async def read_head(reader):
    """The first line and the headers (names in lower case), or None at the end."""
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    lines = block.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    return lines[0], {name.lower(): value for name, value in headers.items()}


class Server:
    """Answers every request after its think time, in so many bytes."""

    def __init__(self, spec, log):
        self.spec, self.log, self.random = spec, log, random.Random(spec["uid"])

    async def serve(self, reader, writer):
        seen, count, started = None, 0, now()
        local, remote = tuple_of(writer)
        try:
            while True:
                head = await read_head(reader)
                if head is None:
                    break
                line, headers = head
                if seen is None:
                    seen = headers.get(UID_HEADER, "")
                    self.log.write(t=now(), what="seen", side="server", uid=self.spec["uid"],
                                   local=local, remote=remote, peer=seen, start=started)
                await asyncio.sleep(self.think())
                self.answer(writer, headers)
                await writer.drain()
                count += 1
                if headers.get("connection") == "close":
                    break
        except (ConnectionError, asyncio.TimeoutError):
            pass
        writer.close()
        self.log.write(t=now(), what="end", side="server", uid=self.spec["uid"], local=local, remote=remote,
                       peer=seen, start=started, requests=count)

    def think(self):
        return self.spec["think"] * self.random.uniform(0.8, 1.2)

    def answer(self, writer, headers):
        mine = headers.get("host", "").split(".")[0] in (self.spec["service"], "probe")
        status = "200 OK" if mine else "421 Misdirected Request"
        body = b"x" * self.spec.get("bytes", 600)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
                     f"X-Lab-Uid: {self.spec['uid']}\r\n\r\n".encode() + body)


class Client:
    """Calls other services, at a rate, by address (ClusterIP) or by name (headless)."""

    def __init__(self, spec, log):
        self.spec, self.log, self.random = spec, log, random.Random(spec["uid"] + "client")
        self.answers = {}
        self.open = set()

    def resolve(self, call):
        if call.get("address"):
            return call["address"], call["port"]
        at, addresses = self.answers.get(call["service"], (0, []))
        if now() - at > DNS_SECONDS * 1e9:
            try:
                with open(os.path.join(self.spec["dns"], call["service"]), encoding="utf-8") as file:
                    addresses = json.load(file)
            except OSError:
                addresses = []
            self.answers[call["service"]] = (now(), addresses)
        return (self.random.choice(addresses) if addresses else None), call["port"]

    async def call_for_ever(self, call):
        while True:
            await asyncio.sleep(self.random.expovariate(call["rate"]))
            address, port = self.resolve(call)
            if address is not None and len(self.open) < 40:
                task = asyncio.ensure_future(self.converse(call["service"], address, port))
                self.open.add(task)
                task.add_done_callback(self.open.discard)

    async def converse(self, service, address, port):
        started, local, remote, peer, count = now(), "", f"{address}:{port}", None, 0
        writer = None
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_SECONDS)
            local, remote = tuple_of(writer)
            last = self.random.random() >= KEEP_ALIVE_SHARE
            until = now() + int(self.random.uniform(*KEEP_ALIVE_SECONDS) * 1e9)
            while True:
                peer = await self.request(reader, writer, service, last) or peer
                count += 1
                if count == 1:
                    self.log.write(t=now(), what="seen", side="client", uid=self.spec["uid"],
                                   local=local, remote=remote, peer=peer, start=started)
                if last:
                    break
                await asyncio.sleep(self.random.uniform(0.3, 1.2))
                last = now() > until
        except (OSError, asyncio.TimeoutError, EOFError):
            pass
        if writer is not None:
            writer.close()
        self.log.write(t=now(), what="end", side="client", uid=self.spec["uid"], local=local, remote=remote,
                       peer=peer, start=started, requests=count)

    async def request(self, reader, writer, service, last):
        filler = "a" * self.random.randint(20, 200)
        writer.write(f"GET /{service}?{filler} HTTP/1.1\r\nHost: {service}.shop.svc\r\n"
                     f"X-Lab-Uid: {self.spec['uid']}\r\nConnection: {'close' if last else 'keep-alive'}\r\n\r\n".encode())
        head = await asyncio.wait_for(read_head(reader), ANSWER_SECONDS)
        if head is None:
            raise EOFError
        await asyncio.wait_for(reader.readexactly(int(head[1]["content-length"])), ANSWER_SECONDS)
        return head[1].get(UID_HEADER)


async def live(spec):
    log = Log(spec["log"])
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.set_exception_handler(lambda *_: None)   # peers that vanish are this lab's daily bread
    client = Client(spec, log)
    # Kept in a variable: the loop itself holds its tasks only weakly.
    tasks = [asyncio.ensure_future(client.call_for_ever(call)) for call in spec["calls"]]
    if spec.get("port"):
        server = Server(spec, log)
        await asyncio.start_server(server.serve, spec.get("listen", "0.0.0.0"), spec["port"], backlog=64)
    try:
        await asyncio.wait_for(stopped.wait(), spec.get("life"))
        # A container may go on for a moment after SIGTERM: a preStop hook, a drain.
        await asyncio.sleep(spec.get("drain", 0) if tasks or spec.get("port") else 0)
    except asyncio.TimeoutError:
        pass
    # The process ends with its connections open, as most do; the kernel closes them.
    os._exit(spec.get("exit", 0))


def run(spec):
    """Runs the container's process to its end.  Exit code 0, as a Job's last container has, if the spec has no other."""
    asyncio.run(live(spec))
