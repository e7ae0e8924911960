"""What is printed: the table, each wrong end with its truth and its records, and what hindsight knows less."""
import json
from collections import Counter

from instants import text


def share(part, whole):
    return f"{100 * part / whole:5.1f} %" if whole else "      -"


def table(count, seeds, flows):
    one = count.all
    print(f"{seeds} worlds, {flows} flows, {one['ends']} ends: {one['name']} wrong names ({one['wrong outside']} of them outside), "
          f"{one['service']} wrong services, {one['provisional']} wrong but provisional")
    print(f"known {share(one['known'], one['ends'])} ({share(one['outside'], one['ends'])} outside), ambiguous {share(one['ambiguous'], one['ends'])}, "
          f"unknown {share(one['unknown'], one['ends'])}; not named though held 5 s either side: {one['held unnamed']} of {one['held']} "
          f"({share(one['held unnamed'], one['held'])})")
    lines("cause", count.causes)
    lines("reason", {key: value for key, value in count.reasons.items() if key != "known"})


def lines(title, rows):
    print(f"\n{title:18} {'ends':>8} {'names':>6} {'outside':>7} {'services':>8} {'known':>8} {'held':>7} {'unnamed':>8}")
    for key, one in sorted(rows.items(), key=lambda row: (-row[1]["name"] - row[1]["service"], -row[1]["held unnamed"])):
        print(f"{key:18} {one['ends']:8} {one['name']:6} {one['wrong outside']:7} {one['service']:8} {share(one['known'], one['ends']):>8} "
              f"{one['held']:7} {one['held unnamed']:8}")


def explain(seed, world, flows, verdict):
    """One wrong end: the flow, what was answered, who was there, and the records that say something of it."""
    flow = flows[verdict.flow]
    end = flow.ends[verdict.side == "destination"]
    sent = "sent %s to %s" % tuple(text(time)[11:] for time in end.sent) if end.sent else "sent nothing"
    found = [f"seed {seed} flow {verdict.flow} {verdict.side} {end.address}:{end.port} {flow.transport} "
             f"{text(flow.start)[11:]} to {text(flow.end)[11:]} ({sent}{', ' + end.flags if end.flags else ''}{', serves' if end.serves else ''}), {verdict.cause}",
             f"    named {verdict.named}{' with ' + verdict.what if verdict.what else ''}; right: {', '.join(sorted(verdict.right)) or 'nobody'}"]
    near = world.truth.tenures.get(end.address, ())
    near = [one for one in near if one.since <= flow.end + 60 and flow.start - 60 <= one.until or one.holder == verdict.named]
    for one in near:
        until = "" if one.until > 1e8 else text(one.until)[11:]
        running = " ".join(f"{text(since)[11:19]}-{text(to)[11:19] if to < 1e8 else ''}" for since, to in one.running if since > -1e8)
        since = text(one.since)[11:] if one.since > -1e8 else ""
        found.append(f"    truth   {since} to {until}: {one.holder} {one.cause} {'runs ' + running if running else ''}")
    if verdict.wrong == "service":
        for one in world.truth.servings.get(end.address, ()):
            found.append(f"    serves  {one.service}:{one.port} {one.uid or ''} {text(one.since)[11:]} to {text(one.until)[11:] if one.until < 1e8 else ''}")
    holders = {one.holder.partition(" ")[2] for one in near} | {verdict.named.partition(" ")[2]}
    holders |= {one.uid for one in world.services if one.name in holders}
    holders |= {pod.node.uid for pod in world.pods if pod.uid in holders}
    found += records(world, end.address, holders, flow, verdict.wrong == "service")
    return "\n".join(found)


def records(world, address, holders, flow, slices, most=30):
    """Those that name the address or a holder, as short lines."""
    aliases = {mirror for mirror, uid in world.truth.alias.items() if uid in holders}
    found = []
    for offset, (_, record) in enumerate(world.topic.records):
        thing, what = record.get("object"), ""
        if thing is None:
            if record["type"] not in ("GAP", "SYNC_END") or record["resource"] != "pods":
                continue
            what = f"from {record['from'][11:]}" if record["type"] == "GAP" else ""
        elif record["resource"] == "endpointslices" and not slices:
            continue
        elif thing["metadata"]["uid"] not in holders | aliases and f'"{address}"' not in json.dumps(thing.get("status", thing)):
            continue
        else:
            what = short(thing)
        found.append(f"    {offset:5} {record['received'][11:23]} {record['type']:8} {record['resource']:9} {what}")
        if record["received"] > text(flow.end + 60):
            break
    return found[-most:]


def short(thing):
    """An object in few words."""
    metadata, status, spec = thing["metadata"], thing.get("status", {}), thing.get("spec", {})
    words = [metadata["uid"]]
    if thing["kind"] == "Interface":
        words += [spec["node"], metadata["name"], *(f"{name}={status[name][11:23]}" for name in ("since", "until") if name in status)]
        return " ".join(words + [f"{one['ip']}={one['first'][11:23]}-{one['last'][11:23]}" for one in status["addresses"]])
    if thing["kind"] == "Pod":
        words += [status["phase"]] + ["deleting"] * ("deletionTimestamp" in metadata) + [f"ip={status.get('podIP')}"]
        words += [f"start={status['startTime'][11:19]}"] if "startTime" in status else []
        words += [f"sandbox={one['status']}@{one['lastTransitionTime'][11:19]}" for one in status.get("conditions", ()) if "Start" in one["type"]]
        for one in status.get("containerStatuses", ()):
            for part in ("state", "lastState"):
                for state, times in one.get(part, {}).items():
                    words.append(f"{one['name']}{'<' if part == 'lastState' else '='}{state}@" + "-".join(
                        times[name][11:19] for name in ("startedAt", "finishedAt") if name in times))
        words += [f"{name.partition('/')[2]}={value}" for name, value in metadata.get("annotations", {}).items() if name.endswith("podIP")]
    elif thing["kind"] == "Service":
        words += [spec["type"], spec["clusterIP"], *spec.get("externalIPs", ())]
        words += [str(one["port"]) + (f"/{one['nodePort']}" if "nodePort" in one else "") for one in spec["ports"]]
        words += ["ingress=" + one["ip"] for one in status.get("loadBalancer", {}).get("ingress", ())]
    elif thing["kind"] == "EndpointSlice":
        words += [metadata.get("annotations", {}).get("endpoints.kubernetes.io/last-change-trigger-time", "")[11:]]
        words += [f"{one['addresses'][0]}={one.get('targetRef', {}).get('uid')}" for one in thing["endpoints"]]
    else:
        words += [one["address"] for one in status["addresses"]] + spec.get("podCIDRs", [])
    return " ".join(words)


def less_sure(seed, alias, tagged, later):
    """ALIAS: {uid of a mirror: uid of its pod}. (seed, flow, side, before, after) of each end that was known, and is not or is another with hindsight."""
    found = []
    after = {(record["flow"]["offset"]): record for record in (json.loads(line)["tenure"] for line in later)}
    for line in tagged:
        before = json.loads(line)["tenure"]
        for side in ("source", "destination"):
            one, other = before[side], after[before["flow"]["offset"]][side]
            if one["status"] == "known" and not before.get("provisional") and shown(one, alias) != shown(other, alias):
                found.append((seed, before["flow"]["offset"], side, shown(one, alias), shown(other, alias)))
    return found


def shown(end, alias):
    if end["status"] != "known":
        return f"{end['status']} {end.get('reason')}"
    k8s = end.get("k8s", {})
    service = end.get("service", {}).get("name") if end["kind"] == "service" else None
    uid = k8s.get(end["kind"], {}).get("uid")
    return " ".join(filter(None, (end["kind"], alias.get(uid, uid), service)))


def hindsight(later, most):
    """Prints what hindsight changed. Returns how many known ends it made unsure."""
    unsure = [one for one in later if one[4].startswith(("unknown", "ambiguous"))]
    print(f"\nhindsight: {len(unsure)} known ends became unsure, {len(later) - len(unsure)} another")
    for what, number in Counter(one[4] for one in unsure).most_common():
        print(f"    {number:6} {what}")
    for seed, flow, side, before, after in later[:most]:
        print(f"    seed {seed} flow {flow} {side}: {before}, with hindsight {after}")
    return len(unsure)
