"""Makes of a recording what the lab's checker reads: the truth from the plug-in's log, the pods' logs, nodes and services.

Only which API object a static pod is comes from Kubernetes: the kubelet gives the plug-in, and the pod itself, the hash of
the manifest for a uid, and the mirror pod shows that hash in an annotation.
"""
import glob
import json
import os
import shutil
from collections import defaultdict

from records import read_each
from taken import in_order_received
from truth import NEVER_TAKEN

HASH = "kubernetes.io/config.mirror"


def write(path, records):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def mirrors_of(objects):
    """{manifest's hash: uids of the mirror pods, in the order seen}."""
    found = defaultdict(dict)
    for item in objects:
        manifest = item["metadata"].get("annotations", {}).get(HASH)
        if item.get("kind", "Pod") == "Pod" and manifest:
            found[manifest][item["metadata"]["uid"]] = True
    return {manifest: list(uids) for manifest, uids in found.items()}


def holdings(log, uid_of):
    """Who was given which address when, and when it was taken, from the lines of all nodes' plug-in logs, in order of time.

    An address is held from when ADD returned to when DEL was first called; the clocks before and after leave room for what
    neither log can say.  host-local frees an address before its interface is gone, so that the next ADD may be called
    before that DEL has returned.  A sandbox without DEL (its node was lost) may hold until the address is given again.
    """
    add, deleting, deleted, by_address = {}, {}, {}, defaultdict(list)
    for line in log:
        sandbox = line["sandbox"]
        if line["what"] == "ADD":
            if line["at"] == "called":
                add[sandbox] = line["t"]
            elif line["rc"] == 0:
                for ip in line["ips"]:
                    by_address[ip].append(dict(what="give", ip=ip, uid=uid_of(line["uid"]), name=line["name"], sandbox=sandbox,
                                               before=add[sandbox], after=line["t"]))
        elif line["at"] == "called":
            deleting.setdefault(sandbox, line["t"])
        elif line["rc"] == 0:
            deleted.setdefault(sandbox, line["t"])
    for gives in by_address.values():
        for give, following in zip(gives, gives[1:] + [None]):
            yield give
            begin = deleting.get(give["sandbox"], give["after"] if following else None)
            if begin is not None:
                if following:       # its ADD may have waited for this DEL
                    following["before"] = max(following["before"], begin + 1)
                end = deleted.get(give["sandbox"], following["before"] if following else NEVER_TAKEN)
                yield dict(give, what="take", before=begin, after=end)


def nodes_of(ranges, log):
    """Addresses and ranges of each node: its own, and the gateways that the plug-in made there."""
    found = {}
    for line in ranges:
        name, addresses, cidrs = line.split()
        node = found.setdefault(name, {"address": dict.fromkeys(addresses.split(",")), "range": {}})
        node["range"].update(dict.fromkeys(cidrs.split(",")))
        node["address"].update(dict.fromkeys(gateway for one in log[name] for gateway in one.get("gateways", ())))
    return {name: {key: ",".join(values) for key, values in node.items()} for name, node in found.items()}


def services_of(objects):
    found = {}
    for item in objects:
        if "clusterIPs" in item.get("spec", {}):
            addresses = [address for address in item["spec"]["clusterIPs"] if address != "None"]
            found[item["metadata"]["name"]] = {"namespace": item["metadata"]["namespace"], "address": ",".join(addresses)}
    return found


def gather(recording, out, links=True):
    """Writes the folder OUT from scratch.  The kube topic is what tenure-kube and, with LINKS, the meters wrote, in the order received."""
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    objects = [record["object"] for record in read_each(recording + "/kube.ndjson") if "metadata" in record.get("object", {})]
    mirrors = mirrors_of(objects)

    def uid_of(uid):
        return mirrors[uid][0] if uid in mirrors else uid
    with open(recording + "/ranges", encoding="ascii") as file:
        ranges = list(file)
    log = {name: list(read_each(f"{recording}/cni-{name}.ndjson")) for name in {line.split()[0] for line in ranges}}
    together = sorted((line for lines in log.values() for line in lines), key=lambda line: line["t"])
    write(out + "/truth-cni", sorted(holdings(together, uid_of), key=lambda record: record["before"]))
    for path in glob.glob(recording + "/pods/work-*"):
        write(f"{out}/{os.path.basename(path)}", (dict(record, uid=uid_of(record["uid"]), peer=uid_of(record["peer"]))
                                                 for record in read_each(path)))
    for name, value in (("nodes", nodes_of(ranges, log)), ("services", services_of(objects)),
                        ("mirrors", {uid: uids[0] for uids in mirrors.values() for uid in uids[1:]})):
        with open(f"{out}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(value, file)
    with open(out + "/flows.ndjson", "wb") as flows:
        for path in sorted(glob.glob(recording + "/flows-*.ndjson")):
            with open(path, "rb") as file:
                flows.write(file.read())
    writers = [recording + "/kube.ndjson", *(sorted(glob.glob(recording + "/links-*.ndjson")) if links else ())]
    with open(out + "/kube.ndjson", "wb") as kube:
        kube.writelines(in_order_received(writers))
