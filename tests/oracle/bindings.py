"""The bindings of one address, before they are put in order (answers.md sections 3 and 4)."""
import epochs as lives
import holders
from asof import Binding
from interfaces import TRUSTED
from moments import EVER, NEVER, newest, shift


def of_other(ip, resource, thing, position, used, hold):
    """Those of a node or service. USED: podCIDRs are in use."""
    created = thing.facts.at(position).created if thing.facts.at(position) else None
    return [held_binding(resource, thing.uid, span, created, hold)
            for span in thing.state.at(position, holders.Held()).spans
            if span.address == ip and (used or span.how != holders.GATEWAY)]


def of_pod(ip, thing, members, position, options):
    epochs = thing.state.at(position, ())
    instants = lives.instants(epochs, options.hold)
    found = []
    for number, epoch in enumerate(epochs):
        opening = members.earliest_opening(ip, thing.uid, lives.ran_until(epochs[:number]), position)
        if ip in epoch.addresses:
            found.append(pod_binding(thing, epoch, instants[number], opening, options))
        for one in epoch.secondary:
            if one.address == ip:
                own = lives.instants((*epochs[:number], one.alone or epoch), options.hold)[-1]
                found.append(pod_binding(thing, epoch.of(one), own, opening, options, holders.SECONDARY))
    return found


def pod_binding(thing, epoch, instants, opening, options, how=None):
    """That of an epoch, which is as EPOCH for the address; INSTANTS are its own."""
    start, start_from, certain_from = epoch.start(options.clock, opening)
    possible_from = instants[0]
    by_node = start_from in TRUSTED
    held_from = min(shift(certain_from, 0 if by_node else options.skew), shift(epoch.first_received, options.skew))
    certain_from = max(min(certain_from, epoch.first_received), possible_from)
    end, end_from = epoch.shown_end()
    found = Binding(
        "pod", thing.holder, thing.uid, epoch.began, epoch.node, epoch.terminating, possible_from, certain_from,
        lives.certain_to(epoch, possible_from, options.hold), lives.possible_to(epoch), epoch.began, epoch.first_known,
        epoch.ended_received, epoch.how == lives.LOST, how, start, start_from, end, end_from)
    found.held_from = max(held_from, possible_from)
    found.held_to = min(lives.certain_to(epoch, possible_from, options.hold + options.skew), found.raw_possible_to)
    found.last_sign = newest([NEVER, epoch.evidence_of_end()])
    if thing.holder == thing.uid and epoch.start_time is not None:
        found.there_from = epoch.start_time
    return found


def not_before(span):
    """A machine has its InternalIP before a cloud's controller writes that."""
    return None if span.how == holders.INTERNAL else span.not_before


def certain_from(span):
    return EVER if span.guessed else span.first_received


def is_told_later(resource):
    """A node has an address before its agent writes that; a service is made where it is written."""
    return resource == "nodes"


def held_binding(resource, uid, span, created, hold):
    bound = not_before(span)
    if bound is not None and is_told_later(resource):
        bound = shift(bound, -hold)
    possible_from = max([NEVER] + [moment for moment in (created, bound) if moment is not None])
    certain_to = possible_to = EVER
    lost = resource == "nodes" and span.deleted
    if span.removed is not None:
        certain_to = max(span.last_received, NEVER if span.known_before is None else span.known_before)
        possible_to = EVER if lost else span.removed
    return Binding(
        resource[:-1], uid, uid, span.number, "", False, possible_from, certain_from(span), certain_to, possible_to,
        span.began, span.first_known, span.removed, lost, span.how, created, "created", span.removed,
        "received" if span.removed is not None else None)
