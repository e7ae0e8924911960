"""One cluster, as its records tell it: everything that a question at any position needs."""
import bisect

import asof
import bindings
import epochs as lives
import holders
import moments
import shapes
from coverage import Coverage, Listings, watch_end
from interfaces import Interfaces, contradictions, is_due, sharpen
from memberships import Memberships
from moments import EVER, NEVER, SECOND, shift
from pods import Status, first_start
from ranges import Ranges, host_addresses
from things import History, Thing, is_new_order, is_newer, went_back
from topic import RESOURCES, SILENT, Record
from unpublished import Standing

HOLDING = ("nodes", "services")
TELLING = ("pods", "nodes", "services")     # of addresses
STEPS = 32                                  # in which the horizon moves, in one retention
UNWATCHED = 60 * SECOND                     # longer than from one PROGRESS to the list that follows it


class World:
    def __init__(self, options=None):
        self.options = options
        self.came_back = False          # an object that is gone since before the horizon
        self.things = {resource: {} for resource in RESOURCES}      # uid -> Thing
        self.coverage = {resource: Coverage() for resource in RESOURCES}
        self.listings = {resource: Listings() for resource in RESOURCES}
        self.syncs = {}                 # resource -> its SYNC_BEGIN
        self.synced = set()             # resources that had one
        self.greatest = {}              # resource -> the greatest revision in its order
        self.gaps = []
        self.watched = {}               # of a closed topic: resource -> (offset, the end of its watch)
        self.progress = []              # (offset, known) of those accepted; both only grow
        self.members = Memberships()
        self.interfaces = Interfaces()
        self.holders = {}               # address -> {(resource, uid)}
        self.changes = {}               # address -> offsets at which its bindings may change
        self.pod_changes = []           # offsets at which any pod changes
        self.node_names = {}            # name -> History of Facts
        self.nodes_there = {}           # name -> uids of Nodes
        self.nodes_listed = False       # a list of nodes that is not empty was whole
        self.ranges = Ranges()
        self.cache, self.unpublished_cache = {}, {}

    # ---- Feeding ----

    def feed(self, record):
        """Returns False for a PROGRESS that is not accepted."""
        if record.type == "PROGRESS":
            if record.known > record.received or (self.progress and record.known < self.progress[-1][1]):
                return False
            self.progress.append((record.offset, record.known))
            return True
        if record.resource is not None:
            self.note_return(record)
            self.list_by_hand(record)
            self.coverage[record.resource].record(record, record.uid in self.things[record.resource])
        self.do(record)
        return True

    def interface(self, record, is_there=True):
        changed, told = self.interfaces.record(record)
        for address, (key, before, after) in changed.items():
            if is_there and is_due(before, after):
                self.interfaces.contradict(key, self.contradictions(address, key, after, record.offset, self.options))
        self.mark(told, record.offset)

    def contradictions(self, ip, key, span, position, options):
        """What the interface KEY contradicts with SPAN."""
        others = [history.last() for other, history in self.interfaces.spans[ip].items() if other != key]
        pods = [one for resource, uid in self.holders.get(ip, ()) if resource == "pods"
                for one in bindings.of_pod(ip, self.things[resource][uid], self.members, position, options)]
        return contradictions(span, others, pods, options.clock, options.skew, self.horizon(options))

    def note_return(self, record):
        """An object that is gone since before the horizon should not come back: the store has forgotten it."""
        thing = self.things[record.resource].get(record.uid)
        if self.options and thing and thing.is_gone_since_before(self.horizon(self.options)):
            self.came_back = True

    def list_by_hand(self, record):
        """What kubectl leaves out: the SYNC records that a listing stands for."""
        if self.coverage[record.resource].begun is not None:
            return
        listings = self.listings[record.resource]
        thing = self.things[record.resource].get(record.uid)
        again = thing and not thing.deleted and not thing.absent and thing.seen >= listings.began
        for made in listings.before(record, again, record.resource == "pods" and has_started(record.object)):
            self.do(made)

    def finish(self, offset, told_end):
        """The topic is closed, and its last record is at OFFSET. TOLD_END: --kube-until says when it ended."""
        by_hand = [listings for resource, listings in self.listings.items() if self.coverage[resource].begun is None]
        latest = max((listings.latest for listings in by_hand), default=NEVER)
        for listings in by_hand:
            made = listings.finish(offset)
            if not told_end and len(by_hand) == len(RESOURCES):
                made += listings.after_watch(offset, latest)
                if listings.start not in (None, NEVER):
                    self.watched[listings.resource] = offset, watch_end(latest, listings.greatest, EVER)
            for one in made:
                self.do(one)

    def watched_to(self, resource, position):
        """When the watch of RESOURCE ended, as of POSITION."""
        offset, end = self.watched.get(resource, (None, EVER))
        return EVER if offset is None or position < offset else end

    def do(self, record):
        if record.type == "GAP":
            self.gaps.append(record)
            if record.new_order:
                self.new_order(RESOURCES if record.resource is None else [record.resource])
        elif record.type == "SYNC_BEGIN":
            self.sync_begin(record)
        elif record.type == "SYNC_END":
            self.sync_end(record)
        elif record.type not in SILENT:
            self.change(record)

    def sync_begin(self, record):
        resource, by_hand = record.resource, record.revision is None
        if resource in self.synced and is_unwatched(self.last_known(), record.received):
            self.gaps.append(Record(record.offset, "GAP", record.cluster, resource, record.received,
                                    start=self.last_known(), end=record.received))
        self.synced.add(resource)
        self.syncs[resource] = record
        self.coverage[resource].sync_begin(record)
        if record.new_order or is_new_order(record.revision, self.greatest.get(resource, 0)):
            self.new_order([resource])
        self.greatest[resource] = max(self.greatest.get(resource, 0), 0 if by_hand else record.revision)

    def new_order(self, resources):
        """Revisions up to now count as 0, and what was deleted may come back."""
        for resource in resources:
            self.greatest[resource] = 0
            for thing in self.things[resource].values():
                thing.forget_order()

    def cannot_be_read(self, offset, resource):
        """A record of RESOURCE, None if that cannot be told."""
        for name in TELLING if resource is None else [resource]:
            self.coverage[name].cannot_be_read(offset)

    def last_known(self):
        return self.progress[-1][1] if self.progress else None

    def change(self, record):
        thing = self.things[record.resource].setdefault(record.uid, Thing(record.uid))
        thing.seen = record.offset
        if record.resource in self.syncs and went_back(record, thing, self.syncs[record.resource]):
            self.new_order([record.resource])
        self.greatest[record.resource] = max(self.greatest.get(record.resource, 0), record.revision or 0)
        if thing.deleted or not is_newer(record, thing):
            return
        thing.told(record.received)
        thing.applied = record.revision or 0
        thing.revision = max(thing.revision, thing.applied)
        thing.deleted, thing.absent = record.type == "DELETED", False
        facts = holders.Facts(record.object)
        thing.namespace = facts.namespace
        thing.facts.add(record.offset, facts)
        self.apply(thing, record, facts)

    def apply(self, thing, record, facts):
        resource, known = record.resource, self.last_known()
        if resource == "pods":
            status = Status(record, known, thing.copied, thing.again)
            if not status.started_here:
                thing.copied |= status.annotations
            thing.again, thing.foreign = status.again, thing.foreign or status.is_ended_by_others()
            thing.began = status.start_time = first_start(status, thing.began)
            status.finished_otherwise = status.released or (status.finished_otherwise and not thing.foreign)
            self.pod(thing, record, facts, status)
        elif resource in HOLDING:
            self.held(resource, thing, record.offset, holders.fold(
                thing.state.last(holders.Held()), record, resource, known))
        if resource == "services":
            self.mark(self.members.service(record), record.offset)
        if resource == "endpointslices":
            self.mark(self.members.slice(record), record.offset)
        if resource == "nodes":
            self.ranges.spell(record.offset, record.object, holders.named_addresses(record.object), ())
            thing.bare.add(record.offset, None if thing.deleted else bare_since(record.object, facts.created))
            self.node_names.setdefault(facts.name, History()).add(record.offset, facts)
            self.ranges.node(record.offset, facts.name, record.object)
            there = self.nodes_there.setdefault(facts.name, set())
            (there.discard if thing.deleted else there.add)(thing.uid)
            self.strand(record.offset, record.received, known, facts.name)
        if resource == "servicecidrs":
            self.ranges.cluster(record.offset, record.object)

    def pod(self, thing, record, facts, status):
        if thing.holder is None:
            thing.holder = holder_of(thing.uid, facts, status.mirror)
        before = thing.state.last(())
        after = lives.fold(before, status, self.is_stranded(status.node))
        self.ranges.pod(record.offset, status)
        own = () if status.host_network else status.addresses + status.secondary
        self.ranges.spell(record.offset, record.object, own, host_addresses(record.object))
        self.pod_is(thing, record.offset, after, thing.standing.last(Standing()).after(status, before, after))

    def pod_is(self, thing, offset, epochs, standing):
        self.pod_changes.append(offset)
        thing.standing.add(offset, standing)
        thing.state.add(offset, epochs)
        for address in {one for epoch in epochs for one in epoch.every_address()}:
            self.hold(address, "pods", thing.uid, offset)

    def held(self, resource, thing, offset, held):
        thing.state.add(offset, held)
        for address in {span.address for span in held.spans}:
            self.hold(address, resource, thing.uid, offset)

    def hold(self, address, resource, uid, offset):
        self.holders.setdefault(address, {})[(resource, uid)] = True
        self.mark((address,), offset)

    def mark(self, addresses, offset):
        for address in addresses:
            self.changes.setdefault(address, []).append(offset)

    def sync_end(self, record):
        begin = self.syncs.pop(record.resource, None)
        self.greatest[record.resource] = max(self.greatest.get(record.resource, 0), real(record.revision))
        if begin is None:
            return
        self.coverage[record.resource].sync_end(record)
        if begin.selective:
            return
        for thing in list(self.things[record.resource].values()):
            if thing.deleted or thing.absent or thing.seen >= begin.offset:
                continue
            if begin.namespaces is not None and thing.namespace not in begin.namespaces:
                continue
            if thing.applied <= record.revision:
                self.absent(record, thing)
        if record.resource == "nodes":
            if any(thing.seen >= begin.offset for thing in self.things["nodes"].values()):
                self.nodes_listed = True
            known = self.last_known() if record.known is None else record.known
            self.strand(record.offset, record.received, known)

    def absent(self, sync_end, thing):
        thing.absent = True
        thing.told(sync_end.received)
        resource, offset, received = sync_end.resource, sync_end.offset, sync_end.received
        known = self.last_known() if sync_end.known is None else sync_end.known
        if resource == "pods":
            after = lives.absent(thing.state.last(()), received, known)
            self.pod_is(thing, offset, after, thing.standing.last().absent(received, after))
        elif resource in HOLDING:
            self.held(resource, thing, offset, holders.absent(thing.state.last(), received, known))
        if resource == "nodes":
            self.nodes_there[thing.facts.last().name].discard(thing.uid)
            thing.bare.add(offset, None)
        if resource in ("services", "endpointslices"):
            self.mark(self.members.close(thing.uid, (), Gone(offset, received)), offset)

    def is_stranded(self, node):
        """Whether no Node is there that a pod names: it has gone, or a list did not show it."""
        return node != "" and not self.nodes_there.get(node) and (self.nodes_listed or node in self.nodes_there)

    def strand(self, offset, received, known, name=None):
        """Nobody reports the ends of pods whose Node, that of NAME or any, is not there."""
        for thing in self.things["pods"].values():
            before = thing.state.last(())
            if before and not before[-1].how and name in (None, before[-1].node) and self.is_stranded(before[-1].node):
                after = lives.lost(before, received, known)
                thing.told(received)
                self.pod_is(thing, offset, after, thing.standing.last().node_lost(before, after))

    # ---- Questions ----

    def position_for(self, known):
        """The offset of the first accepted PROGRESS with that KNOWN or a later one, or None."""
        index = bisect.bisect_left(self.progress, known, key=lambda entry: entry[1])
        return self.progress[index][0] if index < len(self.progress) else None

    def known(self, position):
        """Of the last accepted PROGRESS up to POSITION; None if there is none."""
        index = bisect.bisect_right(self.progress, position, key=lambda entry: entry[0])
        return self.progress[index - 1][1] if index else None

    def gaps_of(self, resources, position, options):
        """As questions see them."""
        horizon = self.horizon(options)
        return [(shift(gap.start, -options.hold - options.skew), shift(gap.end, options.skew)) for gap in self.gaps
                if gap.offset <= position and gap.end >= horizon
                and (gap.resource is None or gap.resource in resources)]

    def before_coverage(self, moment, resources, position, options):
        progress = self.progress[0][0] if self.progress else None
        if resources == TELLING and not any(self.coverage[name].is_there(position) for name in resources):
            return True
        starts = (self.coverage[name].start(position, progress, options.kube_from) for name in resources)
        return any(moment < shift(max(start, self.horizon(options)), options.skew) for start in starts)

    def horizon(self, options):
        """What ended before it is forgotten. NEVER if there is none."""
        if not options.retention or not self.progress:
            return NEVER
        step, moment = max(options.retention // STEPS, 1), self.last_known() - options.retention
        return NEVER if moment < 0 else moment // step * step

    def is_forgotten(self, start, position, options):
        """Whether a flow that began at START, asked as of POSITION, is before the horizon."""
        horizon, known = self.horizon(options), self.known(position)
        return horizon != NEVER and (shift(start, -options.skew) < horizon or known is None or known < horizon)

    def is_unread(self, position):
        return any(self.coverage[name].is_unread(position) for name in TELLING)

    def has_bare_node(self, end, position):
        """Whether a Node that was created by END is there without an InternalIP."""
        found = (thing.bare.at(position) for thing in self.things["nodes"].values())
        return any(created is not None and created <= end for created in found)

    def name_of(self, resource, uid, position):
        return self.things[resource][uid].facts.at(position).name

    def serves_port(self, uid, question, position):
        """Whether a shared address of the service UID has the port of this end in the flow."""
        return any(one.uid == uid and has_port(one, question) for one in self.members.overlapping(
            question.ip, question.start, question.end, position))

    def bindings(self, ip, position, options):
        """All bindings of an address, settled."""
        index = bisect.bisect_right(self.changes.get(ip, []), position)
        used = self.ranges.at(position, options.ranges).pod_cidrs_used
        horizon = self.horizon(options)
        key = (ip, index, used, options, horizon)
        if key not in self.cache:
            found = []
            for resource, uid in self.holders.get(ip, ()):
                if resource == "pods":
                    found += bindings.of_pod(ip, self.things[resource][uid], self.members, position, options)
                else:
                    found += bindings.of_other(ip, resource, self.things[resource][uid], position, used, options.hold)
            asof.settle(found, before := asof.ordered(found, options.skew), options.hold, options.skew)
            sharpen(found, self.interfaces.at(ip, position, options.skew, horizon), options.clock, options.skew, horizon)
            for one in found:
                if one.ended_received is not None and one.ended_received < horizon:
                    one.raw_possible_to = min(one.raw_possible_to, one.ended_received)
            asof.settle(found, before, options.hold, options.skew)
            self.cache[key] = found
        return self.cache[key]

    def unpublished(self, position, hold):
        """(uid, standing, from) of every pod that is unpublished as of POSITION."""
        index = bisect.bisect_right(self.pod_changes, position), hold
        if index not in self.unpublished_cache:
            found = []
            for uid, thing in self.things["pods"].items():
                standing = thing.standing.at(position)
                if standing:
                    found += [(uid, *one) for one in standing.stretches(thing.state.at(position, ()), hold)]
            self.unpublished_cache[index] = found
        return self.unpublished_cache[index]


class Gone:
    """What stands in for a record where a SYNC did not show an object."""

    def __init__(self, offset, received):
        self.offset, self.received = offset, received


def has_started(pod):
    return shapes.sloppy(shapes.at(pod, "status", "podIP")) is not None


def bare_since(node, created):
    if holders.status_addresses(node, "InternalIP"):
        return None
    return NEVER if created is None else created


def is_unwatched(known, received):
    return known is not None and received > shift(known, UNWATCHED)


def real(revision):
    """Of a SYNC_END; that of a listing has none."""
    return 0 if revision >= 1 << 64 else revision


def holder_of(uid, facts, mirror):
    """Mirrors of one static pod are one holder."""
    return uid if mirror is None else ("mirror", facts.namespace, facts.name, facts.node, mirror)


def has_port(membership, question):
    number = question.port
    return number is not None and any((question.transport, one) in membership.ports for one in (number, None))
