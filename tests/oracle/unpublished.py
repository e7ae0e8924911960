"""Pods of which no record shows the address that they may have (answers.md section 6)."""
from dataclasses import dataclass, replace

from epochs import LOST, instants
from moments import NEVER, SECOND, newest, oldest, shift


@dataclass(frozen=True)
class Standing:
    """How one pod stands as of a position."""
    free: bool = False      # it may be unpublished
    start: int = None       # start_time
    node: str = ""
    until: int = None       # None: it is not over
    kept: tuple = None      # (start_time, its epochs) when it was over
    released: bool = False
    sandbox: int = None     # the earliest time of a sandbox True that was shown while no epoch was open
    dead: int = None        # when that sandbox was told to be gone
    past: tuple = ()        # (start_time, that time, DEAD, number of the epoch that ended it) of earlier stretches

    def after(self, status, before, epochs):
        """The pod's standing after a record. BEFORE and EPOCHS are its epochs before and after it."""
        past = self.past
        begun = len(epochs) > len(before)
        start = status.start_time if status.start_time is not None else self.start
        if begun and self.free and self.sandbox is not None:
            past += ((start, self.sandbox, self.dead, len(epochs) - 1),)
        sandbox, dead = (None, None) if begun else (self.sandbox, self.dead)
        if not begun and not (epochs and not epochs[-1].how):
            if is_gone(sandbox, status):
                dead = oldest([dead, status.received if status.sandbox_time is None else status.sandbox_time])
            if status.sandbox == "True":
                sandbox = oldest([sandbox, status.sandbox_time])
        return replace(self.next(status, before, epochs), sandbox=sandbox, dead=dead, past=past)

    def next(self, status, before, epochs):
        start = status.start_time if status.start_time is not None else self.start
        node = status.node or self.node
        if status.host_network or not node:
            return Standing(start=start, node=node)
        over = status.deleted or status.terminal
        if not over:
            return Standing(not epochs or bool(epochs[-1].how), start, node)
        begun = len(epochs) > len(before)
        if epochs and epochs[-1].how == LOST and (begun or not self.free):
            return Standing(True, start, node, status.received, (start, epochs))
        if begun or (epochs and not before[-1].how):
            return Standing(start=start, node=node)
        if epochs and not self.free:
            return replace(self, start=start, node=node)
        released = status.finished_otherwise and not epochs
        if self.until is None or (released and not self.released):
            return Standing(True, start, node, status.received, (start, epochs), released)
        return replace(self, start=start, node=node)

    def absent(self, received, epochs):
        lost = epochs and epochs[-1].how == LOST and bool(self.node)
        if self.until is not None or not (self.free or lost):
            return self
        return replace(self, free=True, until=received, kept=(self.start, epochs))

    def node_lost(self, before, epochs):
        """Its node is gone, and with it the end of its epoch."""
        return replace(self, free=True) if before != epochs else self

    def stretches(self, epochs, hold):
        """(standing, from) of each stretch over which the pod was unpublished."""
        if self.free:
            yield self, since(*(self.kept or (self.start, epochs)), hold)
        for start, sandbox, dead, number in self.past:
            ready = epochs[number].sandbox_ready
            if ready is not None and sandbox < ready:
                yield (Standing(True, self.start, self.node, shift(ready, SECOND), released=True, dead=dead),
                       since(start, epochs[:number], hold))


def is_gone(sandbox, status):
    """Whether STATUS tells that the sandbox that was ready at SANDBOX is not there any more."""
    later = status.sandbox == "True" and None not in (sandbox, status.sandbox_time) and sandbox < status.sandbox_time
    return sandbox is not None and (status.sandbox == "False" or later)


def since(start, epochs, hold):
    """From when on a pod may hold an address that no record shows."""
    end = instants(epochs, hold)[-1][1] if epochs else None
    return newest([NEVER if start is None else start, end])


def may_hold(standing, since, bindings, question, t, known, options):
    """Whether the pod of STANDING, unpublished SINCE, may hold the address of BINDINGS in the flow. KNOWN is that of
    the last PROGRESS, T the latest instant at which all is accounted for."""
    if shift(since, -options.skew) > question.end:
        return False
    kept_to = oldest([known, standing.until, standing.dead])
    if kept(bindings, question.end, shift(kept_to, -options.hold - options.skew)):
        return False
    if standing.until is None:
        return True
    if standing.released:
        return question.start <= shift(standing.until, options.skew)
    return shift(standing.until, options.skew) > t


def kept(bindings, end, reported):
    """A binding is certain at an instant from END to REPORTED: a pod keeps the address that it has."""
    return end <= reported and any(one.certain_from <= reported and end <= one.certain_to >= one.certain_from for one in bindings)
