"""The kube records and the flows that the enricher is measured with: a cluster of any size, the same bytes each time.

Address number N belongs to service N // 10, whose ten pods are replaced together, HOLDERS times, each LIFE seconds
after the other; different services at different seconds. Each time there are a DELETED and an ADDED for each pod and a
MODIFIED for the slice. A PROGRESS is written each second. From START on nothing changes; flows of the present end in the SPAN
after it.
"""

import random
from datetime import datetime, timezone

START, SPAN = 1_795_000_000, 120
LIFE = 600  # seconds
SERVICE = 10  # pods of one
QUIET = 300  # seconds before START without a change, at least
DOWN = 8  # seconds from the end of a pod to the report of the next
TIMES = ("present", "zipf", "past")

POD = (
    '{"type":"%s","cluster":"c","resource":"pods","received":"%s.000Z","object":{"apiVersion":"v1","kind":"Pod","metadata":{'
    '"namespace":"shop","name":"app%d-%d-%d","uid":"uid-app%d-%d-%d","resourceVersion":"%d","creationTimestamp":"%sZ"},'
    '"spec":{"nodeName":"n1"},"status":{"phase":"%s","podIP":"%s","podIPs":[{"ip":"%s"}],"startTime":"%sZ",'
    '"conditions":[{"type":"PodReadyToStartContainers","status":"%s","lastTransitionTime":"%sZ"}],'
    '"containerStatuses":[{"name":"c","state":{%s}}]}}}'
)
SLICE = (
    '{"type":"%s","cluster":"c","resource":"endpointslices","received":"%s.000Z","object":{"kind":"EndpointSlice",'
    '"addressType":"IPv4","metadata":{"name":"app%d-x","namespace":"shop","uid":"slice-%d","resourceVersion":"%d",'
    '"creationTimestamp":"%sZ","labels":{"kubernetes.io/service-name":"app%d"}},"ports":[{"name":"http","port":80,'
    '"protocol":"TCP"}],"endpoints":[%s]}}'
)
ENDPOINT = '{"addresses":["%s"],"targetRef":{"kind":"Pod","name":"app%d-%d-%d","namespace":"shop","uid":"uid-app%d-%d-%d"}}'
SYNC = '{"type":"SYNC_%s","cluster":"c","resource":"%s","received":"%s.000Z","resourceVersion":"1"%s}'
NODE = (
    '{"type":"ADDED","cluster":"c","resource":"nodes","received":"%s.000Z","object":{"kind":"Node","metadata":{"name":"n1",'
    '"uid":"node-1","resourceVersion":"1","creationTimestamp":"%sZ"},"status":{"addresses":[{"type":"InternalIP","address":"192.168.0.1"}]}}}'
)
PROGRESS = '{"type":"PROGRESS","cluster":"c","received":"%s.400Z","known":"%s.000Z","revisions":{}}'
FLOW = (
    '{"event":{"start":"%s.%03dZ","end":"%s.%03dZ","duration":700000000},"network":{"type":"ipv4","transport":"tcp",'
    '"community_id":"1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=","bytes":%d,"packets":11},"source":{"ip":"%s","port":%d,"bytes":820,'
    '"packets":6,"frame_bytes":904},"destination":{"ip":"%s","port":80,"bytes":4300,"packets":5,"frame_bytes":4370},'
    '"tcp":{"flags":{"source":"SPAF","destination":"SPAF"},"handshake":{"rtt":123456,"server_rtt":100000,'
    '"client_rtt":23456},"retransmissions":{"source":0,"destination":0}},"flow":{"id":"%016x","slice":0,'
    '"end_reason":"end_of_flow","initiator":"syn"},"observer":{"hostname":"n1","interface":{"name":"eth0","id":2}}}'
)


def second_text(second):
    return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def address(number):
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


class Cluster:
    def __init__(self, addresses, holders):
        self.services, self.holders = addresses // SERVICE, holders
        self.addresses = self.services * SERVICE
        self.first = START - QUIET - DOWN - holders * LIFE
        self.revision = 1

    def _next_revision(self):
        self.revision += 1
        return self.revision

    def _pods(self, service, holder, second, ended):
        """The last records of a service's pods, or the first."""
        at = second_text(second)
        begin = second_text(self.first + service % LIFE + holder * LIFE + DOWN - 2)
        state = f'"running":{{"startedAt":"{begin}Z"}}'
        if ended:
            end = second_text(second - 1)
            state = f'"terminated":{{"startedAt":"{begin}Z","finishedAt":"{end}Z"}}'
        for n in range(SERVICE):
            ip, name = address(service * SERVICE + n + 1), (service, n, holder)
            yield POD % ("DELETED" if ended else "ADDED", at, *name, *name, self._next_revision(), begin, "Succeeded" if ended else "Running",
                         ip, ip, begin, "False" if ended else "True", end if ended else begin, state)

    def _slice(self, service, holder, second):
        at, created = second_text(second), second_text(self.first + service % LIFE + DOWN)
        ends = ",".join(ENDPOINT % (address(service * SERVICE + n + 1), service, n, holder, service, n, holder) for n in range(SERVICE))
        return SLICE % ("ADDED" if holder == 0 else "MODIFIED", at, service, service, self._next_revision(), created, service, ends)

    def _lists(self):
        """The cluster before its first pod."""
        at = second_text(self.first)
        for resource in ("nodes", "pods", "services", "endpointslices"):
            yield SYNC % ("BEGIN", resource, at, ',"scope":{}')
            if resource == "nodes":
                yield NODE % (at, at)
            yield SYNC % ("END", resource, at, "")

    def kube_records(self):
        yield from self._lists()
        for second in range(self.first, START + SPAN + 30):
            since = second - self.first
            holder = since // LIFE
            if 0 < holder < self.holders:
                for service in range(since % LIFE, self.services, LIFE):
                    yield from self._pods(service, holder - 1, second, True)
            holder = (since - DOWN) // LIFE
            if 0 <= holder < self.holders:
                for service in range((since - DOWN) % LIFE, self.services, LIFE):
                    yield from self._pods(service, holder, second, False)
                    yield self._slice(service, holder, second)
            yield PROGRESS % (second_text(second), second_text(second))

    def flow_records(self, count, times):
        """COUNT different flows in no order of time: addresses and moments each as likely as the others; with zipf the address of
        rank R is 1/R as likely as the first; in the past, of all the time that the addresses have been held."""
        rng = random.Random(5)
        uniform, bits, everyone = rng.random, rng.getrandbits, self.addresses
        begin, length = START, SPAN
        if times == "past":
            begin, length = self.first + LIFE + DOWN, (self.holders - 1) * LIFE
        seconds = [second_text(second) for second in range(begin - 1, begin + length)]
        for _ in range(count):
            if times == "zipf":
                source, destination = int((everyone + 1) ** uniform()), int((everyone + 1) ** uniform())
            else:
                source, destination = int(uniform() * everyone) + 1, int(uniform() * everyone) + 1
            start = 300 + int(uniform() * length * 1000)
            end = start + 700
            yield FLOW % (seconds[start // 1000], start % 1000, seconds[end // 1000], end % 1000, 1000 + bits(16), address(source),
                          32768 + bits(14), address(destination), bits(64))
