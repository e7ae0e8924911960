"""Asking the oracle about a hand-made history, for its tests."""
import shapes
from history import History, at, container, pod, text
from oracle import Options, Timeline

X, Y, Z = "10.244.1.17", "10.244.1.18", "10.244.2.9"

RANGED = Options(ranges=(shapes.network("10.244.0.0/16"), shapes.network("fd00::/16")))    # no other machine is there


def covered(**more):
    return History(**more).synced(-100)


def ask(records, ip, start, end=None, sent=False, port=None, transport=None, position=None, options=Options(),
        role=None, observer=None, interface=None):
    timeline = records.feed(Timeline(options))
    position = timeline.last_offset if position is None else position
    return timeline.answer(ip, port, transport, at(start), at(start if end is None else end), sent, position, role, observer, interface)


def short(answer):
    """"known UID", or status and reason."""
    if answer["status"] != "known":
        return answer["status"] + " " + answer["reason"]
    if answer["kind"] in ("outside", "service"):
        return "known " + answer["kind"]
    return "known " + answer["k8s"][answer["kind"]]["uid"]


def asked(records, start, sent=False, options=RANGED, **more):
    return short(ask(records.progress(90), X, start, start + .1, sent=sent, options=options, **more))


def lived(records, name, ip, ready, gone, node="n1", start=None, started=None):
    """A whole life of a pod as a new kubelet reports it."""
    start = ready - 1 if start is None else start
    started = ready if started is None else started
    records.pod(start + .1, pod(name, node=node, start=start, phase="Pending"), "ADDED")
    records.pod(started + .3, pod(name, ip, node, start, ready, containers=[container(started)]))
    if gone is not None:
        records.pod(gone + .5, pod(name, ip, node, start, gone=gone, phase="Succeeded",
                                   containers=[container(started, gone)]))
        records.pod(gone + .6, pod(name, ip, node, start, gone=gone, phase="Succeeded",
                                   containers=[container(started, gone)]), "DELETED")
    return records


def seen(records, uid, first, last, ip=X, node="n1", host=None, name=None, received=None, since=None, until=None, confirmed=None, meter=None, **more):
    """A record of an interface, told one second after its last packet."""
    status = {name: text(moment) for name, moment in (("since", since), ("until", until), ("confirmed", confirmed)) if moment is not None}
    alone = {"alone": more.pop("alone")} if "alone" in more else {}
    status["addresses"] = [{"ip": ip, "first": text(first), "last": text(last), **alone}, *more.pop("others", ())]
    return records.add(type="MODIFIED", resource="interfaces", received=text(last + 1 if received is None else received), object={
        "metadata": {"name": name or "veth-" + uid, "uid": uid}, "spec": {"node": node, "host": host, **({"meter": meter} if meter else {})},
        "status": status}, **more)


def alone(records, uid, first, last, since, until, **more):
    is_open = {"open": more.pop("open")} if "open" in more else {}
    return seen(records, uid, first, last, alone={"since": text(since), "until": text(until), **is_open}, **more)
