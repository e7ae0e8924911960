"""What an answer shows (answers.md sections 7 and 8), in the order in which it shows it."""
import json

import moments
from asof import judge, may_hold

MEMBERS = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"}
OWNERS = {"ReplicaSet": "replicasets", "Job": "jobs"}
UNCOVERED = ("pods", "nodes", "services")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(value):
    return None if value is None or value in (moments.NEVER, moments.EVER) else moments.render(value)


def verdict_of(world, question, position, options):
    bindings = world.bindings(question.ip, position, options)
    reported = moments.shift(world.known(position), -options.hold)

    def unpublished(holders):
        return any(uid not in holders
                   and may_hold(bindings, interval, question.start, question.end, options.skew, reported)
                   for uid, interval in world.unpublished(position))

    shut = world.shut(question.start, question.end, position, UNCOVERED, options.hold)
    if not world.is_there(position):
        return judge(bindings, question, shut or "before_coverage", unpublished, lambda: True)
    return judge(bindings, question, shut, unpublished, lambda: world.in_range(question.ip, position, options))


def answer(world, name, question, position, options):
    """The JSON object of one end. NAME is the cluster's."""
    verdict = verdict_of(world, question, position, options)
    if verdict.status != "known":
        return {"status": verdict.status, "reason": verdict.reason}
    if verdict.binding is None:
        return {"status": "known", "kind": "outside"}
    return known(world, name, verdict.binding, question, position, options)


def known(world, name, binding, question, position, options):
    resource = binding.kind + "s"
    facts = world.things[resource][binding.uid].facts.at(position)
    shown = {"status": "known", "kind": binding.kind, "k8s": k8s(world, name, binding.kind, facts, position)}
    cloud = cloud_of(world, binding.kind, facts, position)
    if cloud:
        shown["cloud"] = cloud
    services_of(world, shown, binding, facts, question, position)
    if binding.kind != "service":
        shut = world.shut(question.start, question.end, position, ("endpointslices",), options.hold)
        if shut:
            shown["services_reason"] = shut
    shown["binding"] = {"start": moment(binding.start), "end": moment(binding.end),
                        "start_from": binding.start_from}
    if binding.end is not None:
        shown["binding"]["end_from"] = binding.end_from
    return shown


def k8s(world, name, kind, facts, position):
    shown = {"cluster": {"name": name}} if name else {}
    if kind == "node":
        shown["node"] = {"name": facts.name, "uid": facts.uid}
        return shown
    shown["namespace"] = {"name": facts.namespace}
    if kind == "pod":
        shown["pod"] = {"name": facts.name, "uid": facts.uid}
        shown.update(workload(world, facts, position))
        if facts.node:
            shown["node"] = {"name": facts.node}
    return shown


def workload(world, facts, position):
    """The top of the pod's chain of controllers, as a member of k8s."""
    if facts.controller is None or facts.controller[0] == "Node":
        return {}
    kind, name, uid = facts.controller
    if kind in OWNERS:
        owner = world.things[OWNERS[kind]].get(uid)
        own = owner.facts.at(position) if owner else None
        suffix = "-" + (facts.template_hash or "")
        if own and own.controller:
            kind, name, _ = own.controller
        elif own is None and kind == "ReplicaSet" and facts.template_hash and name.endswith(suffix):
            kind, name = "Deployment", name[:-len(suffix)]
    if kind in MEMBERS:
        return {kind.lower(): {"name": name}}
    return {"workload": {"kind": kind, "name": name}}


def cloud_of(world, kind, facts, position):
    name = {"pod": facts.node, "node": facts.name}.get(kind)
    node = world.node_names[name].at(position) if name in world.node_names else None
    shown = {"availability_zone": node and node.zone, "region": node and node.region}
    return {member: value for member, value in shown.items() if value is not None}


def services_of(world, shown, binding, facts, question, position):
    """Adds `service` and `services`."""
    port = (question.transport, question.port)
    if binding.kind == "service":
        names = matching = {facts.namespace + "/" + facts.name}
    else:
        pieces = list(world.members.overlapping(question.ip, question.start, question.end, position))
        matching = {one.service for one in pieces if has_port(one, port)}
        if binding.kind == "pod":
            pieces = [one for one in pieces if one.uid in (binding.uid, None)]
            matching = {one.service for one in pieces if has_port(one, port)}
            names = {one.service for one in pieces}
        else:
            if port[1] is not None:
                matching |= {one.service for one in world.members.node_ports_at(
                    port, question.start, question.end, position)}
            names = matching
    only = matching if len(matching) == 1 else names
    if len(only) == 1:
        namespace, _, name = next(iter(only)).partition("/")
        shown["service"] = {"name": name, "namespace": namespace}
    if names:
        shown["services"] = sorted(names, key=str.encode)


def has_port(membership, port):
    protocol, number = port
    return number is not None and ((protocol, number) in membership.ports or (protocol, None) in membership.ports)


def tenure(ends, position, known, flow, revision=1, provisional=None):
    """The member that the tagged flow gets. ENDS are the two answers, FLOW (topic,
    partition, offset), PROVISIONAL the reason or None."""
    shown = {"source": ends[0], "destination": ends[1], "rules": 1, "revision": revision}
    if provisional:
        shown.update(provisional=True, provisional_reason=provisional)
    shown["kube"] = {"partition": 0, "position": position, "known": moment(known)}
    shown["flow"] = dict(zip(("topic", "partition", "offset"), flow))
    return shown


def splice(flow, member):
    """The flow's own bytes with the member added before the closing brace."""
    body = flow[:flow.rindex(b"}")]
    return body + b',"tenure":' + compact(member).encode() + b"}"
