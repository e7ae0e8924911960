"""What an answer shows (answers.md sections 7 and 8), in the order in which it shows it."""
import json

import flows
import moments
import shapes
from flows import BEGAN, SERVES
from holder_verdict import Scene, judge
from world import has_port

MEMBERS = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"}
OWNERS = {"ReplicaSet": "replicasets", "Job": "jobs"}
ROOM = 4        # for candidates
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def compact(value):
    return ENCODER.encode(value)


def moment(value):
    return None if value is None or value in (moments.NEVER, moments.EVER) else moments.render(value)


def answer(world, name, question, position, options):
    """The JSON object of one end. NAME is the cluster's."""
    scene = Scene(world, question, position, options)
    verdict = judge(scene)
    if verdict.status == "known":
        return known(scene, name, verdict.binding)
    shown = {"status": verdict.status, "reason": verdict.reason}
    listed = candidates(scene, name, verdict)
    return dict(shown, candidates=listed) if listed else shown


def candidates(scene, name, verdict):
    found = sorted(verdict.possible, key=lambda one: one.rank(), reverse=True)
    shown = [candidate(scene, name, one) for one in found[:ROOM]]
    if verdict.unrecorded and len(shown) < ROOM and verdict.unrecorded[0] != verdict.reason:
        shown.append({"kind": "unrecorded", "why": verdict.unrecorded[0]})
    return shown


def candidate(scene, name, binding):
    shown = holder(scene, name, binding)
    if binding.kind == "service":
        services_of(scene, shown, binding)
    shown["binding"] = shown_binding(binding)
    shown["why"] = why(binding, scene.question)
    return shown


def why(binding, question):
    if binding.possible(question.start, question.end) and binding.certain(question.start, question.end):
        return "certain"
    if binding.lost and question.end > binding.certain_to:
        return "lost"
    return "starting" if question.start < binding.certain_from else "ending"


def known(scene, name, binding):
    """BINDING is None for an address outside."""
    shown = {"status": "known", "kind": "outside"}
    if binding is not None:
        shown = dict({"status": "known"}, **holder(scene, name, binding))
    services_of(scene, shown, binding)
    if binding is None:
        return shown
    if binding.kind != "service":
        shut = services_reason(scene)
        if shut:
            shown["services_reason"] = shut
    shown["binding"] = shown_binding(binding)
    return shown


def services_reason(scene):
    question, options = scene.question, scene.options
    gaps = scene.world.gaps_of(("endpointslices",), scene.position, options)
    if any(start <= question.end and question.start <= end for start, end in gaps):
        return "gap"
    early = scene.world.before_coverage(question.start, ("endpointslices",), scene.position, options)
    return "before_coverage" if early else None


def shown_binding(binding):
    shown = {"start": moment(binding.start), "end": moment(binding.end), "start_from": binding.start_from}
    return shown if binding.end is None else dict(shown, end_from=binding.end_from)


def facts_of(scene, binding):
    return scene.world.things[binding.kind + "s"][binding.uid].facts.at(scene.position)


def holder(scene, name, binding):
    """`kind`, `k8s` and `cloud`."""
    facts = facts_of(scene, binding)
    shown = {"kind": binding.kind, "k8s": k8s(scene, name, binding.kind, facts)}
    cloud = cloud_of(scene.world, binding.kind, facts, scene.position)
    return dict(shown, cloud=cloud) if cloud else shown


def k8s(scene, name, kind, facts):
    shown = {"cluster": {"name": name}} if name else {}
    if kind == "node":
        shown["node"] = {"name": facts.name, "uid": facts.uid}
        return shown
    shown["namespace"] = {"name": facts.namespace}
    if kind == "pod":
        shown["pod"] = {"name": facts.name, "uid": facts.uid}
        for member, found, keys in (("labels", facts.labels, scene.options.labels),
                                    ("annotations", facts.annotations, scene.options.annotations)):
            kept = kept_of(found, keys)
            if kept:
                shown["pod"][member] = kept
        shown.update(workload(scene.world, facts, scene.position))
        if facts.node:
            shown["node"] = {"name": facts.node}
    return shown


def kept_of(found, keys):
    """The values that KEYS have in FOUND, but for those longer than 1,024 bytes as JSON."""
    values = ((key, shapes.text(found, key)) for key in sorted(set(keys), key=str.encode))
    return {key: value for key, value in values if value is not None and len(compact(value).encode()) <= 1024}


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


def services_of(scene, shown, binding):
    """Adds `service` and `services`."""
    kind = "outside" if binding is None else binding.kind
    if kind == "service":
        facts = facts_of(scene, binding)
        names = matching = {facts.namespace + "/" + facts.name}
    else:
        names, matching = {"pod": of_pod, "node": of_node, "outside": of_outside}[kind](scene, binding)
    only = matching if len(matching) == 1 and uses_port(scene.question) else names
    if kind != "service" and not scene.question.role and only is names:
        only = ()
    if len(only) == 1:
        namespace, _, name = next(iter(only)).partition("/")
        shown["service"] = {"name": name, "namespace": namespace}
    if names:
        shown["services"] = sorted(names, key=str.encode)


def uses_port(question):
    return question.role != BEGAN


def proves_port(question):
    """Whether the port of this end proves a service."""
    return question.role == SERVES


def pieces_of(scene):
    question = scene.question
    return list(scene.world.members.overlapping(question.ip, question.start, question.end, scene.position))


def of_pod(scene, binding):
    """(the services, those of them with this end's port)."""
    served = proves_port(scene.question)
    pieces = [one for one in pieces_of(scene)
              if one.uid == binding.uid or (one.uid is None and served and has_port(one, scene.question))]
    return {one.service for one in pieces}, {one.service for one in pieces if has_port(one, scene.question)}


def of_outside(scene, _):
    if not proves_port(scene.question):
        return set(), set()
    names = {one.service for one in pieces_of(scene) if has_port(one, scene.question)}
    return names, names


def of_node(scene, _):
    names, _ = of_outside(scene, None)
    question = scene.question
    if proves_port(question) and question.port is not None:
        names |= {one.service for one in scene.world.members.node_ports_at(
            (question.transport, question.port), question.start, question.end, scene.position)}
    return names, names


def everything(world, name, flow, position, options):
    """The answers for the two ends of the record FLOW and for its translated ends, as members of the tag."""
    shown = dict(zip(("source", "destination"), (answer(world, name, end, position, options) for end in flows.questions(flow))))
    translated = flows.others(flow)
    for group in flows.GROUPS:
        found = {side: answer(world, name, translated[group, side], position, options)
                 for side in ("source", "destination") if (group, side) in translated}
        if found:
            shown[group] = found
    return shown


def tenure(answers, position, known, flow, revision=1, provisional=None):
    """The member that the tagged flow gets. ANSWERS are those of everything(), FLOW (topic,
    partition, offset), PROVISIONAL the reason or None."""
    shown = dict(answers, rules=2, revision=revision)
    if provisional:
        shown.update(provisional=True, provisional_reason=provisional)
    shown["kube"] = {"partition": 0, "position": position, "known": moment(known)}
    shown["flow"] = dict(zip(("topic", "partition", "offset"), flow))
    return shown


def splice(flow, member):
    """The flow's own bytes with the member added before the closing brace."""
    body = flow[:flow.rindex(b"}")]
    return body + b',"tenure":' + compact(member).encode() + b"}"
