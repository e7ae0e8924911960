"""What the meters told of the pods' interfaces (resource "interfaces" of the kube topic), beside the truth."""
from collections import defaultdict

from kubeview import SECOND, instant
from truth import LOG_SLACK

HOUR = 3600 * SECOND


def is_of_interface(envelope):
    return envelope.get("resource") == "interfaces"


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0


class Interface:
    """All that the records of one uid say, in the machine's time; AHEAD is the clock of its meter."""

    def __init__(self):
        self.name = self.node = self.since = self.until = None
        self.addresses = {}             # ip -> [first, last]
        self.received = []

    def add(self, envelope, ahead):
        told, status = envelope["object"], envelope["object"]["status"]
        self.name, self.node = told["metadata"]["name"], told["spec"]["node"]
        off = ahead.get(self.node, 0)
        self.received.append(instant(envelope["received"]) - off)
        self.since = instant(status["since"]) - off if "since" in status else self.since
        self.until = instant(status["until"]) - off if "until" in status else self.until
        for address in status.get("addresses", ()):
            first, last = instant(address["first"]) - off, instant(address["last"]) - off
            span = self.addresses.setdefault(address["ip"], [first, last])
            span[:] = min(span[0], first), max(span[1], last)

    def lifetime(self):
        return (self.until or max(self.received)) - (self.since or min(self.received))

    def holder(self, ip, truth):
        """The holding of the one pod that had IP from the first packet to the last, or None."""
        first, last = self.addresses[ip]
        found = truth.during(ip, first, last) if truth.kind(ip) == "pod" else []
        if len(found) > 1:      # who was still being taken it need not have had it
            found = [holding for holding in found if holding.surely_overlaps(first, last)]
        return found[0] if len(found) == 1 and found[0].covers(first, last) else None

    def fault(self, holding):
        """What is not so, or None."""
        if holding is None:
            return "which no one pod had from the first packet to the last"
        if self.since is not None and self.since > holding.give_after:
            return "which was given to it before"
        if self.until is not None and self.until < holding.take_before:
            return "which it had still"
        return None


class Run:
    """The records of one meter since its start, and what they confirm (docs/answers.md, section 3)."""

    def __init__(self):
        self.number, self.confirmed, self.latest = 0, None, {}

    def add(self, told):
        """Yields each (uid, address, since, until) that is known to be alone by a further record."""
        uid, status, number = told["metadata"]["uid"], told["status"], told["spec"].get("meter", {}).get("record", 0)
        for address in status.get("addresses", ()):
            if "alone" in address:
                yield uid, address["ip"], instant(address["alone"]["since"]), instant(address["alone"]["until"])
        if number <= self.number:
            return
        if number > self.number + 1:
            self.latest, self.confirmed = {}, None
        self.number = number
        self.latest[uid] = [address for address in status.get("addresses", ()) if address.get("alone", {}).get("open")]
        if "confirmed" in status:
            self.confirmed = max(instant(status["confirmed"]), self.confirmed or 0)
        if self.confirmed is not None:
            for one in self.latest if "confirmed" in status else [uid]:
                for address in self.latest[one]:
                    yield one, address["ip"], instant(address["alone"]["since"]), self.confirmed


class Links:
    def __init__(self, envelopes, ahead):
        self.by_uid = defaultdict(Interface)
        self.alone = {}                 # uid, ip -> since, until, in the machine's time
        self.confirming, self.longer = 0, []
        runs = defaultdict(Run)
        for envelope in filter(is_of_interface, envelopes):
            told = envelope["object"]
            self.by_uid[told["metadata"]["uid"]].add(envelope, ahead)
            self.confirming += "confirmed" in told["status"]
            spec, meter = told["spec"], told["spec"].get("meter", {})
            run = runs[spec["node"], spec.get("host"), meter.get("id"), meter.get("start")]
            self.add_alone(run, told, ahead.get(spec["node"], 0))

    def add_alone(self, run, told, off):
        before = {}                     # until when they were alone without TOLD
        for uid, ip, since, until in run.add(told):
            known = self.alone.get((uid, ip), (since - off, 0))
            before.setdefault((uid, ip), known[1])
            self.alone[uid, ip] = min(known[0], since - off), max(known[1], until - off)
        if "confirmed" in told["status"]:
            self.longer += [self.alone[one][1] - until for one, until in before.items() if until]

    def senders(self, truth):
        """Of each address whose packets came from it, one or more within which time: (uid of the pod, from, to), by meters and logs."""
        found = defaultdict(list)
        for one in self.by_uid.values():
            for ip, (first, last) in one.addresses.items():
                holding = one.holder(ip, truth)
                if holding is not None and last > first:    # the first may be an ARP request, which was no packet from the address
                    found[ip].append((holding.uid, last, last))
        for ends, entries in truth.connections.items():
            for at, end in enumerate(ends):
                found[end.rsplit(":", 1)[0]] += [(entry[3 + at], entry[0] - LOG_SLACK, entry[1]) for entry in entries if entry[3 + at]]
        return found

    def check_alone(self, bars, truth):
        faults, senders = 0, self.senders(truth)
        for (uid, ip), (since, until) in self.alone.items():
            holding = self.by_uid[uid].holder(ip, truth)
            others = [one for one in senders[ip] if one[0] != holding.uid and since < one[1] and one[2] <= until] if holding else []
            if others:
                faults += 1
                print(f"told wrongly: {self.by_uid[uid].name} had {ip} alone from {since} to {until}, but {others[0]}")
        bars.need("told to be alone what is not so", faults, not faults, "0")
        bars.show("records that confirm it", self.confirming)
        bars.show("for so many ms longer: p50, p99", f"{quantile(self.longer, .5) / 1e6:.0f}, {quantile(self.longer, .99) / 1e6:.0f}")

    def __bool__(self):
        return bool(self.by_uid)

    def check(self, bars, truth, all_given=True):
        """What they cost, and whether anything that was told is not so.  Without ALL_GIVEN the truth may lack pods that had an
        address for a moment: what a plug-in gave before it was killed, no log says."""
        told = list(self.by_uid.values())
        count, hours = sum(len(one.received) for one in told), sum(one.lifetime() for one in told) / HOUR
        bars.show("records of each", f"{count / len(told):.1f}")
        bars.show("records of each, an hour", f"{count / hours:.0f}" if hours else "-")
        faults = 0
        known, gone, silent = [], [], []
        for one in told:
            for ip, (_, last) in one.addresses.items():
                if not all_given and not truth.during(ip, *one.addresses[ip]):
                    continue
                holding = one.holder(ip, truth)
                fault = one.fault(holding)
                if fault:
                    faults += 1
                    print(f"told wrongly: {one.name} of {one.node} had {ip}, {fault}: {one.addresses[ip]}, since {one.since}, until {one.until}")
                    continue
                if one.since is not None:
                    known.append(holding.give_after - one.since)
                if one.until is not None:
                    gone.append(one.until - holding.take_before)
                    silent.append(holding.take_before - last)
        bars.need("told of interfaces what is not so", faults, not faults, "0")
        for text, values in (("from not there to the address", known), ("from the last packet to the end", silent),
                             ("from the end to gone", gone)):
            bars.show(text + ", ms: p50, p99", f"{quantile(values, .5) / 1e6:.0f}, {quantile(values, .99) / 1e6:.0f}")
        self.check_alone(bars, truth)
