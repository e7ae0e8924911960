"""The rules of answers.md, each switched off by name: what the random histories would not notice, they do not exercise.

A mutation is (owner, name, change): owner.name is replaced by change(owner.name).
"""
import types

import asof
import coverage
import bindings
import epochs
import flows
import holders
import interfaces
import memberships
import moments
import oracle
import pods
import ranges
import render
import shapes
import things
import topic
import unpublished
import holder_verdict
import world


def always(value):
    return lambda _: lambda *ignored: value


def without(*words):
    """A list of reasons, or of how an object has an address, without these."""
    return lambda found: lambda *given: [one for one in found(*given) if one not in words]


def only_confirmed(span, position, _):
    """SPAN, whose own word counts only while nothing is confirmed."""
    moment = span.open and span.open.confirmed.at(position)
    return span if moment is None else interfaces.replace(span, alone=(span.alone[0], moment))


def on_longest(one):
    """The binding ONE with that of its interfaces only that was alone up to the latest moment."""
    spans = sorted((span for span in one.ons if span.alone), key=lambda span: span.alone[1])
    return types.SimpleNamespace(**{**vars(one), "ons": spans[-1:]})


# Noticed by this seed, not by the few of the test.
ELSEWHERE = {
    "GAP before a late list": 26, "Nodes without InternalIP": 17, "changes of what was not listed": 19,
    "newest instants": 13, "deletions are undone": 18, "times not before the creation": 17,
    "DELETED whatever its revision": 15, "the time of another record": 6,
    "an InternalIP was there before": 36, "certain until it was over": 11, "services outside": 9, "routers": 6, "witnessed": 40,
    "packets of the other family": 9, "interfaces of who surely sent": 20, "after a kubelet that started again": 35,
    "a node takes an address before that is told": 4, "static pods of a kubelet that starts again": 35, "the first start_time of a mirror": 35,
    "confirmed as of a position": 33, "confirmed if later": 13, "eight interfaces": 17,
    "the greatest confirmed": 6, "interfaces that appeared before their packets": 11, "alone on any of its interfaces": 17}

# Noticed by the hand-made histories, and by more seeds.
RARE = {
    "leading zeros", "30 minutes of a watch", "--kube-from", "times not later than received", "not before known", "released",
    "new order by SYNC_BEGIN", "unread", "services by port", "podCIDRs of other nodes", "amid the pods",
    "outside when all is read", "shared addresses are memberships", "ended_known before all terminated", "what ran before",
    "may be of a later sandbox", "a machine by its InternalIP", "an earlier sandbox",
    "new order by GAP", "sandbox False while running", "gateways", "the end of a watch", "certain after the end of a watch", "shared are told apart",
    "from its certain end"}

MUTATIONS = {
    # section 1
    "leading zeros": (shapes, "decimal", lambda _: lambda value: value),
    "new order by SYNC_BEGIN": (world, "is_new_order", always(False)),
    "new order by GAP": (world.World, "new_order", always(None)),
    "an older object in a list": (world, "went_back", always(False)),
    "deletions are undone": (things.Thing, "may_return", always(None)),
    "GAP before a late list": (world, "is_unwatched", always(False)),
    "DELETED whatever its revision": (world, "is_newer", lambda _: lambda record, thing: (
        record.revision is None or record.revision > thing.revision
        or (thing.absent and record.revision == thing.revision))),
    "absent objects come back": (world, "is_newer", lambda _: lambda record, thing: (
        record.type == "DELETED" or record.revision is None or record.revision > thing.revision)),
    "second listings": (coverage.Listings, "begin_again", lambda _: lambda self, record: []),
    "listings of started pods": (world, "has_started", always(False)),
    "the end of a watch": (coverage.Listings, "after_watch", always([])),
    "certain after the end of a watch": (holder_verdict.Scene, "is_unwatched", always(False)),
    "changes of what was not listed": (coverage.Coverage, "listed_whole", lambda _: lambda self, position: self.by_hand),
    "30 minutes of a watch": (coverage, "WATCH", lambda _: moments.EVER),
    "coverage": (coverage.Coverage, "start", always(moments.NEVER)),
    "--kube-from": (coverage.Coverage, "start", lambda start: lambda self, position, progress, _: start(
        self, position, progress, None)),
    "unread": (coverage.Coverage, "is_unread", always(False)),
    "newest instants": (topic, "newest_instant", always(None)),
    # section 2
    "skew in the position": (oracle.Timeline, "reported", lambda _: lambda self, end: moments.shift(
        end, self.options.hold)),
    "kube_ended": (oracle.Timeline, "provisional", always(None)),
    # section 3
    "secondary addresses": (pods, "secondary", always(())),
    "secondary addresses begin no epoch": (epochs, "moved", lambda moved: lambda current, status: (
        moved(current, status) or bool(set(status.secondary) - set(current.every_address())))),
    "secondary addresses end alone": (epochs, "unplugged", lambda _: lambda second, *given: second),
    "secondary addresses are not ordered": (asof, "UNORDERED", lambda _: {asof.SHARED}),
    "annotations of started pods": (pods, "is_started", always(True)),
    "copied annotations": (pods, "is_copied", always(False)),
    "blank annotations while running": (pods, "is_blank", lambda _: lambda status: (
        "" in (text for _, text in status.annotations))),
    "times not later than received": (pods, "not_later", lambda _: lambda moment, received: moment),
    "times not before the creation": (pods, "clock_is_wrong", always(False)),
    "start not before the creation": (pods, "start_of", lambda _: lambda status: status.kubelet_start),
    "static pods of a kubelet that starts again": (pods, "is_written_again", always(False)),
    "after a kubelet that started again": (pods, "is_written_after", always(False)),
    "the first start_time of a mirror": (world, "first_start", lambda _: lambda status, before: status.start_time),
    "sandbox False while running": (pods, "gone_for_good", always(True)),
    "fresh": (epochs, "fresh", always(True)),
    "never fresh": (epochs, "fresh", always(False)),
    "the address of the sandbox before": (epochs, "is_of_before", always(False)),
    "a dead sandbox": (pods.Status, "sandbox_dead", lambda _: lambda self, epoch: self.sandbox_gone(epoch)),
    "nothing ran in a dead sandbox": (epochs, "last_running", lambda _: lambda epoch, status: status.last_running()),
    "ended again": (epochs, "ended_again", always(False)),
    "another sandbox": (epochs, "another_sandbox", always(False)),
    "restarted without a sandbox": (epochs, "restarted", always(False)),
    "startedAt of earlier epochs": (epochs, "is_own_start", always(True)),
    "sandbox of earlier epochs": (epochs, "is_own_sandbox", always(True)),
    "ended by others": (pods.Status, "is_ended_by_others", always(False)),
    "ended_known before all terminated": (epochs, "ended", lambda _: lambda epoch, how, received, known, before=None: (
        epochs.replace(epoch, how=how, ended_received=received, ended_known=known))),
    "what ran before": (pods, "ran_before", always(False)),
    "may be of a later sandbox": (epochs, "may_be_later", always(False)),
    "pods of a Node that is gone": (world.World, "is_stranded", always(False)),
    "no container starts again": (epochs, "is_for_good", always(True)),
    "ended unseen": (epochs, "ended_unseen", always(epochs.LOST)),
    "sandbox gone bounds the end": (epochs, "possible_to", lambda _: lambda epoch: (
        moments.EVER if epoch.how in ("", epochs.LOST) else epoch.ended_received)),
    "mirrors are one pod": (world, "holder_of", lambda _: lambda uid, facts, mirror: uid),
    "interfaces": (world, "sharpen", always(None)),
    "routers": (interfaces, "at_once", always(False)),
    "epochs that share an interface": (interfaces, "share", lambda _: lambda span, one, of_pod: (span, span.first, span.last)),
    "one interface of a sandbox": (interfaces, "differ", always(False)),
    "names of interfaces": (interfaces, "differ", lambda _: lambda one, later: one.key != later.key),
    "packets of the other family": (interfaces, "may_be", lambda may_be: lambda span, one, skew: may_be(
        interfaces.replace(span, any=(span.first, span.last)), one, skew)),
    "interfaces that appeared before their packets": (interfaces, "there", lambda _: lambda span, one, skew: span.any[0]),
    "interfaces of who surely sent": (interfaces, "proven", lambda _: lambda span, bindings, skew, horizon: span),
    "sequences": (interfaces, "follows", lambda _: lambda number, greatest: greatest is not None),
    "late records": (interfaces, "is_late", always(False)),
    "runs of a meter": (interfaces, "run_of", lambda _: lambda thing, node, host: (node, host)),
    "open": (interfaces, "open_in", lambda _: lambda thing: {
        address for address, told, _ in interfaces.entries_of(thing) if told[3] is not None}),
    "confirmed": (interfaces.Span, "confirmed", lambda _: lambda self, position, horizon: self),
    "confirmed as of a position": (interfaces.Span, "confirmed", lambda confirmed: lambda self, position, horizon: confirmed(
        self, moments.EVER, horizon)),
    "confirmed if later": (interfaces.Span, "confirmed", lambda _: only_confirmed),
    "the greatest confirmed": (interfaces.Sequence, "confirm", lambda _: lambda self, offset, moment: self.confirmed.add(offset, moment)),
    "eight interfaces": (interfaces, "COUNTING", lambda _: 1),
    "the end of an interface": (interfaces, "gone", always(moments.EVER)),
    # section 4
    "gateways": (holders, "gateways_of", always(())),
    "captured addresses": (holders, "is_captured", always(True)),
    "shared addresses": (holders, "shared_addresses", always(())),
    "shared are told apart": (holder_verdict, "is_shared_with_a_host", always(False)),
    "addresses of ovn-kubernetes": (holders, "subnets_of", always([])),
    "not before known": (holders, "fold", lambda fold: lambda held, record, resource, known: holders.Held(
        tuple(holders.replace(span, not_before=None) for span in fold(held, record, resource, known).spans),
        fold(held, record, resource, known).always)),
    "a node takes an address before that is told": (bindings, "is_told_later", always(False)),
    "an InternalIP was there before": (bindings, "not_before", lambda _: lambda span: span.not_before),
    "the time of another record": (bindings, "certain_from", lambda _: lambda span: span.first_received),
    "lost nodes": (bindings, "held_binding", lambda binding: lambda *given: holders.replace(binding(*given), lost=False)),
    "podCIDRs in use": (ranges, "cidrs_in_use", always(True)),
    # section 5
    "held by an open one": (asof, "held", lambda held: lambda a, b, hold: (
        moments.NEVER if a.raw_certain_to == moments.EVER else held(a, b, hold))),
    "open and terminating": (asof, "later_start", always(False)),
    # section 6
    "nobody's": (holder_verdict, "is_local", always(False)),
    "a pod's own machine": (holder_verdict, "is_other_half", always(False)),
    "a pod of another machine": (holder_verdict, "is_other_half", lambda half: lambda scene, one: half(scene, one) and (
        one.kind == "pod" or any(pod.kind == "pod" and holder_verdict.runs_on(scene, pod, one)
                                 for pod in scene.possible))),
    "a machine by its InternalIP": (holders, "INTERNAL", lambda _: holders.PLAIN),
    "services by port": (world.World, "serves_port", always(False)),
    "shared addresses by port": (holder_verdict, "is_passed_over", always(False)),
    "shared addresses without a port": (holder_verdict, "is_proof", lambda _: lambda scene, one: scene.certain(one)),
    "alone": (holder_verdict.Scene, "find_alone", always([])),
    "alone before it was there": (holder_verdict.Scene, "was_alone", lambda was: lambda self, span: was(self, interfaces.replace(span, since=None))),
    "alone on any of its interfaces": (holder_verdict.Scene, "alone_here", lambda alone: lambda self, one: alone(self, on_longest(one))),
    "alone leaves the unpublished out": (holder_verdict.Scene, "alone_nodes", always(set())),
    "witnessed": (holder_verdict.Scene, "find_witnessed", always([])),
    "t": (holder_verdict, "accounted_for", always(moments.NEVER)),
    "why gap": (holder_verdict, "unrecorded", without("gap")),
    "why before_coverage": (holder_verdict, "unrecorded", without("before_coverage")),
    "why lost": (holder_verdict, "unrecorded", without("lost")),
    "why unpublished_pod": (holder_verdict, "unrecorded", without("unpublished_pod")),
    "why other_machine": (holder_verdict, "unrecorded", without("other_machine")),
    "certain ones keep their address": (unpublished, "kept", always(False)),
    "a sandbox that died unpublished": (unpublished, "is_gone", always(False)),
    "an earlier sandbox": (unpublished.Standing, "stretches", lambda _: lambda self, epochs: (
        [(self, self.since(epochs))] if self.free else [])),
    "certain until it was over": (unpublished, "may_hold", lambda may: lambda standing, *given: may(
        standing, *given) or (standing.until is not None and may(standing, given[0], [], *given[2:]))),
    "not released": (unpublished, "may_hold", lambda may: lambda standing, *given: may(
        unpublished.replace(standing, released=True), *given)),
    "released": (unpublished, "may_hold", lambda may: lambda standing, *given: may(
        unpublished.replace(standing, released=False), *given)),
    "from its certain end": (unpublished, "since", lambda _: lambda start, epochs, hold: moments.newest(
        [moments.NEVER, start] + [one.evidence_of_end() for one in epochs[-1:]])),
    "podCIDRs of other nodes": (ranges.View, "of_another_node", always(False)),
    "outside is covered": (holder_verdict, "is_covered", always(True)),
    "amid the pods": (holder_verdict, "surely_amid", always(False)),
    "unpublished pods amid": (holder_verdict, "kept_by_unpublished", always(False)),
    "unpublished pods where all are in ranges": (ranges.View, "may_be_a_pods", always(True)),
    "private addresses": (ranges, "is_private", always(True)),
    "Nodes without InternalIP": (holder_verdict, "kept_by_a_node", always(False)),
    "spelled": (ranges, "spelled_in", always(())),
    "short prefixes": (ranges, "SHORTEST", lambda _: 0),
    "addresses of machines": (world, "host_addresses", always(())),
    "outside when all is read": (holder_verdict, "is_unread", always(False)),
    # section 7
    "an S is a proof": (flows, "source_began", lambda _: lambda flow: shapes.at(flow, "flow", "initiator") == "syn"),
    "a proof of who began": (flows, "source_began", always(True)),
    "ports prove for who serves": (render, "proves_port", always(True)),
    "ports of who began": (render, "uses_port", always(True)),
    "shared addresses are memberships": (memberships, "shared_addresses", always(())),
    "services outside": (render, "of_outside", always((set(), set()))),
    # section 8
    "translated ends": (flows, "others", always({})),
    "the epoch that began last": (asof.Binding, "rank", lambda _: lambda self: (self.possible_from, self.uid)),
    "candidates": (render, "candidates", always([])),
    "why of candidates": (render, "why", always("certain")),
}
