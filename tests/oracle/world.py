"""One cluster, as its records tell it: everything that a question at any position needs.

What changes is kept as a list of (offset, value), so the value at a position is found
by bisection and an answer never depends on when it is asked.
"""
import bisect

import asof
import holders
import pods
import shapes
from memberships import Memberships
from moments import NEVER, shift
from topic import RESOURCES, Coverage

HOLDING = ("nodes", "services")
UNCOVERED = ("pods", "nodes", "services")


class History:
    """The values of one thing over the offsets."""

    def __init__(self):
        self.offsets, self.values = [], []

    def add(self, offset, value):
        if self.offsets and self.offsets[-1] == offset:
            self.values[-1] = value
        else:
            self.offsets.append(offset)
            self.values.append(value)

    def at(self, position, default=None):
        index = bisect.bisect_right(self.offsets, position)
        return self.values[index - 1] if index else default

    def last(self, default=None):
        return self.values[-1] if self.values else default


class Thing:
    """One object of one resource."""

    def __init__(self):
        self.revision = None            # the greatest that was an integer
        self.deleted = self.absent = False
        self.seen = -1                  # offset of its last record, applied or not
        self.namespace = ""
        self.state = History()          # epochs of a pod, spans of a node or service
        self.facts = History()
        self.unpublished = History()


class World:
    def __init__(self):
        self.things = {resource: {} for resource in RESOURCES}      # uid -> Thing
        self.coverage = {resource: Coverage() for resource in RESOURCES}
        self.syncs = {}                 # resource -> its SYNC_BEGIN
        self.gaps = []
        self.progress = []              # (offset, known) of those accepted; both only grow
        self.members = Memberships()
        self.holders = {}               # address -> [(resource, uid)]
        self.changes = {}               # address -> offsets at which its bindings may change
        self.pod_changes = []           # offsets at which any pod changes
        self.node_names = {}            # name -> History of Facts
        self.ranges = {"servicecidrs": [], "nodes": []}     # (offset, range, node name)
        self.cache, self.unpublished_cache, self.used_cache = {}, {}, None

    # ---- Feeding ----

    def feed(self, record):
        """Returns False for a PROGRESS that is not accepted."""
        self.used_cache = None
        if record.type == "PROGRESS":
            if record.known > record.received or (self.progress and record.known < self.progress[-1][1]):
                return False
            self.progress.append((record.offset, record.known))
        elif record.type == "GAP":
            self.gaps.append(record)
        elif record.type == "SYNC_BEGIN":
            self.syncs[record.resource] = record
            self.coverage[record.resource].sync_begin(record)
        elif record.type == "SYNC_END":
            self.sync_end(record)
        else:
            self.coverage[record.resource].seen(record)
            self.change(record)
        return True

    def last_known(self):
        return self.progress[-1][1] if self.progress else None

    def change(self, record):
        thing = self.things[record.resource].setdefault(record.uid, Thing())
        thing.seen = record.offset
        if thing.deleted:
            return
        if record.revision is not None:
            if thing.revision is not None and record.revision <= thing.revision:
                return
            thing.revision = record.revision
        thing.deleted, thing.absent = record.type == "DELETED", False
        facts = holders.Facts(record.object)
        thing.namespace = facts.namespace
        thing.facts.add(record.offset, facts)
        self.apply(thing, record, facts)

    def apply(self, thing, record, facts):
        resource = record.resource
        if resource == "pods":
            before, status = thing.state.last(()), pods.Status(record)
            after = pods.fold(before, status)
            unpublished = thing.unpublished.last(pods.Unpublished()).after(status, after, before)
            self.pod(thing, record, after, unpublished)
        elif resource in HOLDING:
            spans = holders.fold(thing.state.last(()), record, resource, self.last_known())
            self.held(resource, thing, record.uid, record.offset, spans)
        if resource == "services":
            self.members.service(record)
        if resource == "endpointslices":
            self.mark(self.members.slice(record), record.offset)
        if resource == "nodes":
            self.node_names.setdefault(facts.name, History()).add(record.offset, facts)
        if resource in self.ranges:
            for one in holders.ranges_of(resource, record.object):
                self.ranges[resource].append((record.offset, one, facts.name))

    def pod(self, thing, record, epochs, unpublished):
        self.pod_changes.append(record.offset)
        thing.unpublished.add(record.offset, unpublished)
        thing.state.add(record.offset, epochs)
        for address in {one for epoch in epochs for one in epoch.addresses}:
            self.hold(address, "pods", record.uid, record.offset)

    def held(self, resource, thing, uid, offset, spans):
        thing.state.add(offset, spans)
        for address in {span.address for span in spans}:
            self.hold(address, resource, uid, offset)

    def hold(self, address, resource, uid, offset):
        known = self.holders.setdefault(address, {})
        known[(resource, uid)] = True
        self.mark((address,), offset)

    def mark(self, addresses, offset):
        for address in addresses:
            self.changes.setdefault(address, []).append(offset)

    def sync_end(self, record):
        begin = self.syncs.pop(record.resource, None)
        self.coverage[record.resource].sync_end(record)
        if begin is None or begin.selective:
            return
        for uid, thing in self.things[record.resource].items():
            if thing.deleted or thing.absent or thing.seen > begin.offset:
                continue
            if begin.namespaces is not None and thing.namespace not in begin.namespaces:
                continue
            if thing.revision is not None and thing.revision > record.revision:
                continue
            self.absent(record, uid, thing)

    def absent(self, sync_end, uid, thing):
        thing.absent = True
        resource, offset, received = sync_end.resource, sync_end.offset, sync_end.received
        if resource == "pods":
            epochs = pods.absent(thing.state.last(()), received)
            record = Gone(offset, received, uid)
            self.pod(thing, record, epochs, thing.unpublished.last().gone(received))
        elif resource in HOLDING:
            spans = holders.absent(thing.state.last(()), received, self.last_known())
            self.held(resource, thing, uid, offset, spans)
        if resource in ("services", "endpointslices"):
            self.mark(self.members.close(uid, (), Gone(offset, received, uid)), offset)

    # ---- Questions ----

    def position_for(self, end, hold):
        """(offset, known) of the default position, or None."""
        index = bisect.bisect_left(self.progress, end + hold, key=lambda entry: entry[1])
        return self.progress[index] if index < len(self.progress) else None

    def known(self, position):
        """Of the last accepted PROGRESS up to POSITION."""
        index = bisect.bisect_right(self.progress, position, key=lambda entry: entry[0])
        return self.progress[index - 1][1] if index else NEVER

    def bindings(self, ip, position, options):
        """All bindings of an address, settled."""
        index = bisect.bisect_right(self.changes.get(ip, []), position)
        key = (ip, index, options.clock, options.skew)
        if key not in self.cache:
            found = [one for resource, uid in self.holders.get(ip, ())
                     for one in self.bindings_of(ip, resource, uid, position, options)]
            asof.settle(found, options.skew)
            self.cache[key] = found
        return self.cache[key]

    def bindings_of(self, ip, resource, uid, position, options):
        thing = self.things[resource][uid]
        state = thing.state.at(position, ())
        if resource == "pods":
            return [self.pod_binding(ip, uid, epoch, position, options.clock)
                    for epoch in state if ip in epoch.addresses]
        created = thing.facts.at(position).created if state else None
        return [node_binding(resource, uid, span, created) for span in state if span.address == ip]

    def pod_binding(self, ip, uid, epoch, position, clock):
        after = epoch.previous.certain_to() if epoch.previous else None
        opening = self.members.earliest_opening(ip, uid, after, position)
        start, start_from, certain_from = epoch.start(clock, opening)
        end, end_from = epoch.shown_end()
        return asof.Binding("pod", uid, epoch.number, epoch.node, epoch.terminating, epoch.possible_from(),
                            certain_from, epoch.certain_to(), epoch.possible_to(),
                            start, start_from, end, end_from)

    def unpublished(self, position):
        """(uid, (from, until)) of every pod that is unpublished at POSITION."""
        index = bisect.bisect_right(self.pod_changes, position)
        if index not in self.unpublished_cache:
            found = []
            for uid, thing in self.things["pods"].items():
                standing = thing.unpublished.at(position)
                interval = standing and standing.interval(thing.state.at(position, ()))
                if interval:
                    found.append((uid, interval))
            self.unpublished_cache[index] = found
        return self.unpublished_cache[index]

    def shut(self, start, end, position, resources, hold):
        """Why nothing can be excluded over [START, END]: "gap", "before_coverage" or None."""
        for gap in self.gaps:
            if gap.offset <= position and (gap.resource is None or gap.resource in resources):
                if shift(gap.start, -hold) <= end and start <= gap.end:
                    return "gap"
        if any(start < self.coverage[resource].start(position) for resource in resources):
            return "before_coverage"
        return None

    def is_there(self, position):
        """Whether anything that tells of addresses is there at POSITION."""
        return any(self.coverage[resource].is_there(position) for resource in UNCOVERED)

    def in_range(self, ip, position, options):
        own = [one for offset, one, _ in self.ranges["servicecidrs"] if offset <= position]
        used = [one for offset, one in self.used_ranges() if offset <= position]
        return shapes.inside(ip, own + used + list(options.ranges))

    def used_ranges(self):
        """(offset, range) of the podCIDRs of nodes, from where a pod of the node used it."""
        if self.used_cache is None:
            self.used_cache = []
            placed = [(offset, epoch.node, address) for thing in self.things["pods"].values()
                      for offset, epochs in zip(thing.state.offsets, thing.state.values)
                      for epoch in epochs for address in epoch.addresses]
            for offset, one, name in dict.fromkeys(self.ranges["nodes"]):
                uses = [use for use, node, address in placed if node == name and shapes.inside(address, [one])]
                if uses:
                    self.used_cache.append((max(offset, min(uses)), one))
        return self.used_cache


class Gone:
    """What stands in for a record where a SYNC did not show an object."""
    type = "DELETED"

    def __init__(self, offset, received, uid):
        self.offset, self.received, self.uid = offset, received, uid


def node_binding(resource, uid, span, created):
    certain_to = possible_to = asof.EVER
    if span.removed is not None:
        certain_to = max(span.last_received, NEVER if span.known_before is None else span.known_before)
        if resource == "services" or not span.deleted:
            possible_to = span.removed
    return asof.Binding("node" if resource == "nodes" else "service", uid, span.number, "", False,
                        NEVER if created is None else created, span.first_received, certain_to, possible_to,
                        created, "created", span.removed, "received" if span.removed is not None else None)
