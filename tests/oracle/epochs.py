"""A pod's life as answers.md section 3 folds it: statuses in, epochs out.

An epoch is never changed in place: each record that matters returns a new tuple of epochs, so the state as of any
position is one of a list.
"""
from dataclasses import dataclass, replace

import shapes
from moments import EVER, NEVER, SECOND, newest, oldest, shift

FINISHED, LOST, GONE, NEXT = "finished", "lost", "address gone", "next epoch"


@dataclass(frozen=True)
class Second:
    """An address of a further network."""
    address: bytes
    began: int                      # offset of its first record
    first_received: int
    first_known: int
    alone: object = None            # the epoch as it ended for this address alone


@dataclass(frozen=True)
class Epoch:
    addresses: tuple                # without secondary ones
    began: int                      # offset of its first record
    first_received: int
    first_known: int
    sandbox_ready: int = None
    first_started: int = None
    start_time: int = None
    last_finished: int = None
    last_running: int = None
    sandbox_gone: int = None
    ended_received: int = None
    ended_known: int = None         # known before the first of the last records that end it, or of which it is over
    terminating: bool = False
    node: str = ""
    how: str = ""                   # "" while it has not ended
    shown: int = None               # the greatest startedAt of its records
    continues: int = None           # of an epoch that began by (e): the first_started that it shows
    mentioned: bool = False         # a record mentioned the sandbox
    all_terminated: bool = False    # the last record's
    sandbox_dead: bool = False      # the last record's
    terminal: bool = False          # the last record's
    secondary: tuple = ()           # a Second of each address of further networks

    def evidence_of_end(self):
        return self.last_running if self.last_finished is None or self.how == LOST else self.last_finished

    def is_over(self):
        """As far as its last record says: without an end, its end is not far."""
        return bool(self.how) or self.all_terminated or self.sandbox_dead

    def every_address(self):
        return self.addresses + tuple(one.address for one in self.secondary)

    def of(self, second):
        """The epoch as it is for one of `secondary`."""
        epoch = second.alone or self
        return replace(epoch, began=second.began, first_received=second.first_received, first_known=second.first_known,
                       all_terminated=False, sandbox_ready=None, first_started=None, last_finished=None, last_running=None)

    def first_shown(self):
        return self.first_started if self.continues is None else self.continues

    def start(self, clock, opening):
        """(evidence, its name, raw certain_from without its bounds) by CLOCK; OPENING is that of
        the earliest membership or None."""
        order = ("sandbox", "started", "endpoint", "received")
        for name in order[order.index(clock):]:
            if name == "sandbox" and self.sandbox_ready is not None:
                if self.first_started is None or self.sandbox_ready <= self.first_started:
                    return self.sandbox_ready, name, shift(self.sandbox_ready, SECOND)
            if name in ("sandbox", "started") and self.first_started is not None:
                return self.first_shown(), "started", shift(self.first_started, SECOND)
            if name == "endpoint" and opening is not None:
                return opening, name, opening
        return self.first_received, "received", self.first_received

    def shown_end(self):
        """(moment, end_from) as answers.md section 8 shows it; (None, None) while open."""
        if not self.how:
            return None, None
        if self.how != LOST and self.sandbox_gone is not None:
            return self.sandbox_gone, "sandbox"
        if self.how != LOST and self.last_finished is not None:
            return self.last_finished, "finished"
        if self.last_running is not None:
            return self.last_running, "last_status"
        return self.ended_received, "received"


# ---- The raw instants ----

def instants(epochs, hold):
    """The raw (possible_from, certain_to, possible_to) of each epoch."""
    found = []
    for number, epoch in enumerate(epochs):
        start = NEVER if epoch.start_time is None else epoch.start_time
        if found and found[-1][1] != EVER:
            start = newest([start, found[-1][1], ran_until(epochs[:number])])
        found.append((start, certain_to(epoch, start, hold), possible_to(epoch)))
    return found


def certain_to(epoch, possible_from, hold):
    if not epoch.is_over():
        return EVER
    until = newest([epoch.evidence_of_end(), None if epoch.ended_known is None else shift(epoch.ended_known, -hold)])
    return possible_from if until is None else until


def possible_to(epoch):
    if not epoch.how or epoch.how == LOST:
        return EVER
    gone, finish = epoch.sandbox_gone, epoch.last_finished
    if epoch.how != GONE and gone is not None and (finish is None or finish <= gone):
        return min(shift(gone, SECOND), epoch.ended_received)
    return epoch.ended_received


# ---- Folding ----

def fold(epochs, status, stranded=False):
    """The epochs of a pod after one more applied record. STRANDED: the Node that it names is not there."""
    if status.host_network:
        return epochs
    current = epochs[-1] if epochs else None
    shown = newest(one.shown for one in epochs)
    letter = begins(current, status, shown, stranded) if status.addresses else None
    if letter:
        epochs = next_epoch(epochs, letter, status)
    elif current is None or (current.how and not status.finished(current)):
        return epochs
    elif may_be_later(status, shown) or (moved(current, status) and another_sandbox(current, status)):
        return epochs if current.how else lost(epochs, status.received, status.known, how_gone(status, stranded))
    dies = not letter and not current.how and another_sandbox(current, status)
    epoch = learn(epochs[-1], status, epochs[:-1], dies)
    epoch = end(epoch, status, dies, stranded, epochs[-1])
    if not epoch.how:
        epoch = replace(epoch, last_running=last_running(epoch, status), ended_known=known_of_end(epochs[-1], epoch, status.known))
    if not epochs[-1].how and status.addresses:
        epoch = replace(epoch, secondary=tuple(unplugged(one, epochs[-1], status) for one in epoch.secondary))
    return epochs[:-1] + (epoch,)


def next_epoch(epochs, letter, status):
    """EPOCHS with one more, which begins with STATUS by the LETTER of the page."""
    continues = None
    if epochs:
        current = epochs[-1]
        if letter == "e" and not current.how:
            continues = current.first_shown()
            current = replace(current, last_finished=newest_finish(current, status))
        if not current.how:
            current = ended(current, NEXT, status.received, status.known)
        epochs = epochs[:-1] + (current,)
    return epochs + (Epoch((), status.offset, status.received, status.known, continues=continues),)


def begins(current, status, shown, stranded):
    """The letter by which an epoch begins, or None."""
    if current is None:
        return "a"
    renewed = another_sandbox(current, status)
    if renewed and is_of_before(status, shown):
        return None
    if moved(current, status):
        return "b"
    if current.how and (lives_again(current, status, shown, stranded) or ended_again(current, status, shown)):
        return "c"
    if renewed:
        return "d"
    return "e" if restarted(current, status) and fresh(status, shown) else None


def lives_again(current, status, shown, stranded):
    return not stranded and status.alive(current) and (current.how != FINISHED or fresh(status, shown))


def ended_again(current, status, shown):
    """A later sandbox, which no record showed alive."""
    return status.finished(current) and fresh(status, shown)


def moved(current, status):
    families = {shapes.is_v4(ip) for ip in current.addresses}
    return any(shapes.is_v4(ip) in families and ip not in current.addresses for ip in status.addresses)


def fresh(status, shown):
    """A container was started since all that the pod's epochs have shown."""
    return any(shown is None or moment >= shown + SECOND for moment in status.started)


def another_sandbox(current, status):
    ready, gone, time = current.sandbox_ready, current.sandbox_gone, status.sandbox_time
    return (status.sandbox == "True" and time is not None and (ready, gone) != (None, None)
            and (ready is None or time >= ready + SECOND) and (gone is None or time > gone))


def is_of_before(status, shown):
    """The address may be that of the sandbox before, as nothing was started in the one that STATUS tells of."""
    return not fresh(status, shown)


def may_be_later(status, shown):
    """What the record reports may be of a later sandbox, the address of which it does not show."""
    return not status.addresses and fresh(status, shown)


def how_gone(status, stranded):
    return LOST if status.deleted or status.terminal or stranded else GONE


def restarted(current, status):
    """Row (e): nobody tells of the sandbox, and no container ran across the last finish."""
    finish = newest_finish(current, status)
    return (status.alive(current) and not status.mentions and not current.mentioned and finish is not None
            and bool(status.running_since) and min(status.running_since) >= finish)


def newest_finish(epoch, status):
    if epoch.first_started is None:
        return epoch.last_finished
    return newest([moment for moment in status.ended if moment >= epoch.first_started] + [epoch.last_finished])


def unplugged(second, before, status):
    """SECOND of an open epoch, which was as BEFORE, after a record."""
    if second.alone or second.address in status.addresses + status.secondary:
        return second
    return replace(second, alone=replace(before, how=GONE, ended_received=status.received, ended_known=status.known))


def plugged(epoch, status):
    """What a record adds to `secondary` of EPOCH."""
    there = [one.address for one in epoch.secondary if not one.alone]
    return tuple(Second(ip, status.offset, status.received, status.known) for ip in status.secondary if ip not in there)


def learn(epoch, status, before, dies):
    """EPOCH with the evidence of one of its records added. BEFORE are the pod's earlier epochs;
    DIES: the record ends it, because its sandbox is another one."""
    families = {shapes.is_v4(ip) for ip in epoch.addresses}
    more = () if dies else tuple(ip for ip in status.addresses if shapes.is_v4(ip) not in families)
    further = () if epoch.how else plugged(epoch, status)
    epoch = replace(
        epoch, addresses=epoch.addresses + more, secondary=epoch.secondary + further,
        node=status.node or epoch.node, terminating=status.terminating,
        all_terminated=status.all_terminated, sandbox_dead=status.sandbox_dead(epoch), terminal=status.terminal, mentioned=epoch.mentioned or status.mentions,
        shown=newest(status.every_started + [epoch.shown]))
    if status.start_time is not None:
        epoch = replace(epoch, start_time=status.start_time)
    if status.sandbox_time is not None and status.sandbox == "True":
        if dies:
            epoch = replace(epoch, sandbox_gone=status.sandbox_time)
        elif is_own_sandbox(status.sandbox_time, before):
            epoch = replace(epoch, sandbox_ready=status.sandbox_time)
    started = [moment for moment in status.started
               if (status.least_start is None or moment >= status.least_start)
               and is_own_start(moment, before, status)]
    epoch = replace(epoch, first_started=oldest(started + [epoch.first_started]))
    epoch = replace(epoch, last_finished=newest_finish(epoch, status))
    if status.sandbox_time is not None and status.sandbox_gone(epoch):
        epoch = replace(epoch, sandbox_gone=status.sandbox_time)
    return epoch


def is_own_sandbox(moment, before):
    if not before:
        return True
    gone, ready = before[-1].sandbox_gone, before[-1].sandbox_ready
    return (gone is None or moment >= gone) and (ready is None or moment > ready)


def ran_until(before):
    """Up to when the last of the epochs BEFORE, or one before it, had the pod's address; None: not known."""
    if not before:
        return None
    end = before[-1].evidence_of_end()
    return newest([before[-1].start_time, ran_until(before[:-1])]) if end is None else end


def is_own_start(moment, before, status):
    """Whether a startedAt of STATUS may be of an epoch after those BEFORE."""
    if not before:
        return True
    shown, end, gone = newest(one.shown for one in before), ran_until(before), before[-1].sandbox_gone
    after = end is None or moment > end or (moment == end and moment == oldest(status.running_since))
    return (shown is None or moment > shown) and after and (gone is None or moment >= gone)


def end(epoch, status, dies, stranded, before):
    """EPOCH, ended if STATUS ends it. BEFORE is the epoch as of the record before."""
    if epoch.how not in ("", LOST):
        return epoch
    if status.finished(epoch) or dies:
        how = FINISHED
    elif epoch.how:
        return epoch
    elif status.deleted:
        how = ended_unseen(epoch)
    elif status.terminal or stranded:
        how = LOST
    elif not status.addresses:
        how = GONE
    else:
        return epoch
    if epoch.how:
        return replace(epoch, how=how, ended_received=status.received)
    return ended(epoch, how, status.received, status.known, before)


def ended(epoch, how, received, known, before=None):
    """EPOCH, which ends with a record of RECEIVED. BEFORE is the epoch as of the record before, if that is not EPOCH."""
    over = (before or epoch).is_over()
    return replace(epoch, how=how, ended_received=received, ended_known=epoch.ended_known if over else known)


def last_running(epoch, status):
    """That of an open EPOCH, of which STATUS is the last record: nothing ran in a sandbox that is dead."""
    if epoch.sandbox_dead and status.sandbox_time is not None:
        return newest([status.sandbox_time, epoch.last_finished])
    return status.last_running()


def known_of_end(before, epoch, known):
    """`ended_known` of an open EPOCH, which was as BEFORE, after a record."""
    if not epoch.is_over():
        return None
    return before.ended_known if before.is_over() else known


def absent(epochs, received, known):
    """The epochs of a pod that a list did not show."""
    return lost(epochs, received, known, ended_unseen(epochs[-1]) if epochs else LOST)


def lost(epochs, received, known, how=LOST):
    """The epochs of a pod of which no record tells the end, such as one whose node is gone."""
    if not epochs or epochs[-1].how:
        return epochs
    return epochs[:-1] + (ended(epochs[-1], how, received, known),)


def ended_unseen(epoch):
    """How an epoch ended whose pod is gone: a kubelet before 1.29 says no more than that all is terminated."""
    told = epoch.sandbox_ready is not None or epoch.sandbox_gone is not None
    return FINISHED if epoch.all_terminated and is_for_good(epoch) and not told else LOST


def is_for_good(epoch):
    """Whether no container starts again."""
    return epoch.terminating or epoch.terminal
