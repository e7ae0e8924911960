"""Pods of which no record shows the address that they may have (answers.md section 6)."""
from dataclasses import dataclass, replace

from epochs import LOST
from moments import NEVER, newest, shift


@dataclass(frozen=True)
class Standing:
    """How one pod stands as of a position."""
    free: bool = False      # it may be unpublished
    start: int = None       # start_time
    node: str = ""
    until: int = None       # None: it is not over
    released: bool = False

    def after(self, status, before, epochs):
        """The pod's standing after a record. BEFORE and EPOCHS are its epochs before and after it."""
        start = status.start_time if status.start_time is not None else self.start
        node = status.node or self.node
        if status.host_network or not node:
            return Standing(start=start, node=node)
        over = status.deleted or status.terminal
        if not over:
            return Standing(not epochs or bool(epochs[-1].how), start, node)
        if len(epochs) > len(before) or (epochs and not before[-1].how):
            return Standing(start=start, node=node)
        if epochs and not self.free:
            return replace(self, start=start, node=node)
        released = status.finished_otherwise and not epochs
        if self.until is None or (released and not self.released):
            return Standing(True, start, node, status.received, released)
        return replace(self, start=start, node=node)

    def absent(self, received):
        return replace(self, until=received) if self.free and self.until is None else self

    def node_lost(self, before, epochs):
        """Its node is gone, and with it the end of its epoch."""
        return replace(self, free=True) if before != epochs else self

    def since(self, epochs):
        """From when on it may hold an address."""
        end = None
        if epochs:
            epoch = epochs[-1]
            end = epoch.last_running if epoch.how == LOST else epoch.evidence_of_end()
        return newest([NEVER if self.start is None else self.start, end])


def may_hold(standing, since, bindings, question, t, known, options):
    """Whether the pod of STANDING, unpublished SINCE, may hold the address of BINDINGS in the flow. KNOWN is that of
    the last PROGRESS, T the latest instant at which all is accounted for."""
    if shift(since, -options.skew) > question.end:
        return False
    if standing.until is None:
        return not kept(bindings, question.end, shift(known, -options.hold - options.skew))
    if standing.released:
        return question.start <= shift(standing.until, options.skew)
    return shift(standing.until, options.skew) > t


def kept(bindings, end, reported):
    """A binding is certain at an instant from END to REPORTED: a pod keeps the address that it has."""
    return any(max(one.certain_from, end) <= min(one.certain_to, reported) for one in bindings)
