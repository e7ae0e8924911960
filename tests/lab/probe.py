"""A node's probes: HTTP requests from the node's own address to each of its pods, as a kubelet sends them.

It learns from the runtime's events which containers run.  It logs as workloads do, its uid being node/NAME.
"""
import argparse
import asyncio
import os
import random

import netns
from records import Log, Tail, now
from workload import UID_HEADER, read_head, tuple_of

PERIOD_SECONDS = 4.0


class Prober:
    def __init__(self, options):
        self.uid = "node/" + options.node
        self.log = Log(os.path.join(options.dir, "work-" + options.node))
        self.events = Tail(os.path.join(options.dir, "events-" + options.node))
        self.tasks = {}

    async def probe(self, address, port):
        started, local, peer, writer = now(), "", None, None
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), 1.0)
            local, _ = tuple_of(writer)
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: probe\r\nX-Lab-Uid: {self.uid}\r\n"
                         "Connection: close\r\n\r\n".encode())
            head = await asyncio.wait_for(read_head(reader), 1.0)
            if head is not None:
                peer = head[1].get(UID_HEADER)
                self.log.write(t=now(), what="seen", side="client", uid=self.uid, local=local,
                               remote=f"{address}:{port}", peer=peer, start=started)
                await asyncio.wait_for(reader.read(), 1.0)
        except (OSError, asyncio.TimeoutError):
            pass
        if writer is not None:
            writer.close()
        self.log.write(t=now(), what="end", side="client", uid=self.uid, local=local, remote=f"{address}:{port}",
                       peer=peer, start=started, requests=int(peer is not None))

    async def probe_for_ever(self, address, port):
        await asyncio.sleep(random.uniform(0, PERIOD_SECONDS))
        while True:
            await self.probe(address, port)
            await asyncio.sleep(PERIOD_SECONDS)

    async def go(self):
        ports = {}
        while True:
            for event in self.events.read():
                if event["type"] == "accepted":
                    ports[event["uid"]] = None if event["host_network"] else event["port"]
                elif event["type"] == "container_started" and ports.get(event["uid"]):
                    task = self.probe_for_ever(event["ip"], ports[event["uid"]])
                    self.tasks[event["uid"]] = asyncio.ensure_future(task)
                elif event["type"] == "sandbox_stopped" and event["uid"] in self.tasks:
                    self.tasks.pop(event["uid"]).cancel()
                elif event["type"] == "container_exited" and event["uid"] in self.tasks:
                    # A kubelet goes on for a moment: its worker has not yet heard.
                    asyncio.get_running_loop().call_later(random.uniform(0, 6), self.tasks.pop(event["uid"]).cancel)
            await asyncio.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--node", "--dir"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    netns.die_with_parent()
    asyncio.run(Prober(options).go())


if __name__ == "__main__":
    main()
