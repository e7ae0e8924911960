"""Who held an address over [start, end]: answers.md section 6."""
from dataclasses import dataclass, field

import holders
import shapes
import unpublished
from asof import Binding
from flows import BEGAN
from interfaces import is_past
from moments import EVER, NEVER, shift

HOLDING = ("pods", "nodes", "services")


@dataclass
class Verdict:
    status: str
    reason: str = None
    binding: Binding = None         # of a known holder; None for an outside address
    possible: list = field(default_factory=list)    # of each recorded holder the binding that counts
    unrecorded: list = field(default_factory=list)  # why another holder is possible


class Scene:
    """What counts for one question: a world as of a position."""

    def __init__(self, world, question, position, options):
        self.world, self.question, self.position, self.options = world, question, position, options
        self.bindings = world.bindings(question.ip, position, options)
        self.view = world.ranges.at(position, options.ranges)
        self.possible = [one for one in self.bindings if one.possible(question.start, question.end)]
        self.witnessed = self.find_witnessed()
        self.alone = () if self.witnessed else self.find_alone()
        self.t = shift(accounted_for(self.bindings, question.start - options.skew), -options.skew)

    def seen_here(self, one):
        """The flow was captured by the clock of the interfaces of ONE while these had the address, or on one of them."""
        if one.seen is None or self.is_unsaid(one):
            return False
        (first, last), question = one.seen, self.question
        return (one.hosts == {question.observer} != {None} and first <= question.start and question.end <= last
                or question.sent and one.possible(question.start, question.end) and any(
                    span.uid == question.interface and span.first <= question.end and (span.until is None or question.start <= span.last) for span in one.ons))

    def find_witnessed(self):
        """The bindings of the one holder that is witnessed: the possible ones, if there are any."""
        found = [one for one in self.bindings if self.seen_here(one)]
        holders = {one.holder for one in found + [one for one in self.possible if self.certain(one)]}
        return ([one for one in self.possible if one.holder in holders] or found) if found and len(holders) == 1 else []

    def alone_here(self, one):
        """Whoever else of its node sent nothing from there in the flow."""
        return self.question.sent and not self.is_unsaid(one) and any(self.was_alone(span) for span in one.ons)

    def was_alone(self, span):
        """No other interface of the node carried the address in the flow."""
        k = 0 if span.host and span.host == self.question.observer else self.options.skew
        return (span.alone is not None and span.alone[0] + self.options.skew <= self.question.start
                and (span.since is None or shift(span.since, k) <= self.question.start)
                and self.question.end <= span.alone[1] - k)

    def find_alone(self):
        """The bindings of the one holder that is alone: the possible ones, if there are any."""
        found = [one for one in self.bindings if self.alone_here(one)]
        sure = found + [one for one in self.bindings if self.seen_here(one)] + [one for one in self.possible if self.certain(one)]
        if not found or len({one.holder for one in sure}) != 1:
            return []
        return [one for one in self.possible if one.holder == found[0].holder] or found

    def alone_nodes(self):
        return {one.node for one in self.alone}

    def certain(self, one):
        """One that counts although it is not possible, as it is alone, is not: it is said to be over."""
        start, end = self.question.start, self.question.end
        return one.possible(start, end) and one.certain(start, end) and not self.is_unwatched(one)

    def is_unsaid(self, one):
        """What its interfaces say of it counts for nothing."""
        return self.is_unwatched(one) or is_past(one, self.world.horizon(self.options))

    def is_unwatched(self, one):
        """Its end is in no record, and its watch ended before the flow did."""
        if one.order_to != EVER:
            return False
        watched = self.world.watched_to(one.kind + "s", self.position)
        return shift(watched, -self.options.hold - self.options.skew) < self.question.end


def judge(scene):
    """The verdict on one end."""
    question = scene.question
    if is_local(question.ip):
        return Verdict("unknown", "local_scope")
    if scene.world.is_forgotten(question.start, scene.position, scene.options):
        return Verdict("unknown", "before_coverage")
    recorded = recorded_of(scene)
    chosen = {}
    for one in sorted(recorded, key=lambda one: one.rank()):
        chosen[one.holder] = one
    found = Verdict("unknown", None, None, list(chosen.values()), unrecorded(scene))
    if len(chosen) > 1:
        found.status = "ambiguous"
        found.reason = "two_holders" if together(recorded, question) else "hand_over"
    elif chosen and (scene.witnessed or any(is_proof(scene, one) for one in recorded) or (question.sent and not found.unrecorded)):
        found.status, found.binding = "known", found.possible[0]
    elif not chosen and is_outside(scene):
        found.status = "known"
    else:
        found.reason = reason(scene, bool(chosen), found.unrecorded)
    return found


def is_proof(scene, one):
    """Whether nobody else can have had the address, as ONE is certain: services may share one, and differ by port."""
    return scene.certain(one) and not (is_shared(one) and scene.question.port is None and not is_covered(scene))


def is_local(ip):
    """It means something else on each host."""
    return shapes.inside(ip, shapes.LOCAL)


# ---- Recorded holders ----

def recorded_of(scene):
    """The possible bindings of those that count."""
    if scene.witnessed:
        return scene.witnessed
    others = [one for one in scene.possible if not (one.kind == "pod" and one.node in scene.alone_nodes())]
    return [one for one in (*others, *scene.alone)
            if not (is_other_half(scene, one) or is_shared_with_a_host(scene, one) or is_passed_over(scene, one))]


def is_other_half(scene, one):
    """Of a node and a pod with the address of its machine, the one that is left out."""
    machines = [node for node in scene.possible if node.how == holders.INTERNAL]
    sure = {pod.holder for pod in scene.possible if pod.kind == "pod" and scene.certain(pod)}
    if one.kind == "pod":
        return one.holder not in sure and any(runs_on(scene, one, node) for node in machines)
    return one in machines and bool(sure)


def runs_on(scene, pod, node):
    return pod.node == scene.world.name_of("nodes", node.uid, scene.position)


def is_shared(one):
    return one.how == holders.SHARED


def is_shared_with_a_host(scene, one):
    return is_shared(one) and any(other.kind != "service" and scene.certain(other) for other in scene.bindings)


def is_passed_over(scene, one):
    """Of a shared address a service has its ports only, and begins nothing from there."""
    question = scene.question
    return is_shared(one) and question.port is not None and (
        question.role == BEGAN or not scene.world.serves_port(one.uid, question, scene.position))


def together(bindings, question):
    return any(a.holder != b.holder and max(a.certain_from, b.certain_from, question.start)
               <= min(a.certain_to, b.certain_to, question.end) for a in bindings for b in bindings)


# ---- The unrecorded holder ----

def accounted_for(bindings, start):
    """The latest instant not after START at which a binding is certain, skew apart; NEVER if there is none."""
    return max((min(one.surely_to, start) for one in bindings
                if one.surely_from <= min(one.surely_to, start)), default=NEVER)


def unrecorded(scene):
    """Why somebody that no record shows may hold the address, in the order of the page."""
    return [why for why, holds in (
        ("gap", came_in_a_gap), ("before_coverage", came_before_coverage), ("lost", came_after_a_loss),
        ("unpublished_pod", is_unpublished_pod), ("other_machine", was_another_machine)) if holds(scene)]


def came_in_a_gap(scene):
    return in_gap(scene) or any(end > scene.t for end in gaps_before_end(scene))


def gaps_before_end(scene):
    """The ends of the GAPs that began before the flow was over."""
    gaps = scene.world.gaps_of(HOLDING, scene.position, scene.options)
    return [end for start, end in gaps if start <= scene.question.end]


def came_before_coverage(scene):
    return is_before_coverage(scene, scene.t) or is_before_coverage(scene, scene.question.start)


def is_before_coverage(scene, moment):
    return scene.world.before_coverage(moment, HOLDING, scene.position, scene.options)


def came_after_a_loss(scene):
    given_away = not in_range(scene)
    return any(one.lost and not scene.certain(one) and (one.kind == "node" or given_away)
               and shift(scene.question.end, scene.options.skew) > one.ended_received for one in recorded_of(scene))


def is_unpublished_pod(scene):
    known = scene.world.known(scene.position)
    recorded = recorded_of(scene)
    itself = {one.uid for one in recorded} if len({one.holder for one in recorded}) == 1 else ()
    horizon = scene.world.horizon(scene.options)
    return any(uid not in itself and standing.node not in scene.alone_nodes() and (standing.until is None or standing.until >= horizon) and not scene.view.of_another_node(scene.question.ip, standing.node)
               and unpublished.may_hold(standing, since, scene.bindings, scene.question, scene.t,
                                        NEVER if known is None else known, scene.options)
               for uid, standing, since in scene.world.unpublished(scene.position, scene.options.hold))


def was_another_machine(scene):
    return (not in_range(scene)
            and not any(one.certain_from <= scene.question.start and scene.question.end <= one.possible_to
                        for one in recorded_of(scene)))


# ---- Outside, and the reasons ----

def in_gap(scene):
    return any(end >= scene.question.start for end in gaps_before_end(scene))


def surely_amid(scene):
    return any(shapes.inside(scene.question.ip, [one]) and not shared for one, shared in scene.view.amid)


def kept_by_unpublished(scene):
    """Whether unpublished pods keep the address from being outside."""
    return scene.view.may_be_a_pods(scene.question.ip) and is_unpublished_pod(scene)


def kept_by_a_node(scene):
    """Whether a Node, of which no record says the address, may have it."""
    return scene.world.has_bare_node(scene.question.end, scene.position)


def kept_open(scene):
    """Whether somebody may have the address of whom no record says which one is his."""
    return kept_by_unpublished(scene) or kept_by_a_node(scene)


def is_covered(scene):
    return not in_gap(scene) and not is_before_coverage(scene, scene.question.start)


def is_outside(scene):
    return is_covered(scene) and not is_the_clusters(scene) and not kept_open(scene) and not is_unread(scene)


def in_range(scene):
    return scene.view.in_range(scene.question.ip, shift(scene.question.end, scene.options.skew))


def is_the_clusters(scene):
    """The address has been somebody's of the cluster, or is among those that it gives away."""
    return has_begun(scene) or in_range(scene) or surely_amid(scene) or is_spelled(scene)


def is_spelled(scene):
    return scene.view.is_spelled(scene.question.ip, shift(scene.question.end, scene.options.skew))


def has_begun(scene):
    return any(one.possible_from <= scene.question.end for one in scene.bindings)


def is_unread(scene):
    return scene.world.is_unread(scene.position)


def reason(scene, holder, why):
    sent = holder and scene.question.sent
    if in_gap(scene) or (sent and "gap" in why):
        return "gap"
    if is_before_coverage(scene, scene.question.start) or (sent and "before_coverage" in why):
        return "before_coverage"
    if holder:
        return next((word for word in ("lost", "unpublished_pod")
                     if word in why and (sent or word == "lost")), "hand_over")
    if not is_the_clusters(scene) and kept_open(scene):
        return "unpublished_pod"
    if scene.bindings:
        return "between_holders" if has_begun(scene) else "before_first"
    return "never_seen" if is_the_clusters(scene) else "unread"
