"""Kube histories for tests: small objects and the records around them.

Times are seconds after BASE; a kubelet's are cut to whole seconds, as it cuts them.
"""
import math

import moments
import render

BASE = moments.parse("2026-11-23T08:00:00Z")


def at(seconds):
    return BASE + round(seconds * moments.SECOND)


def text(seconds):
    return moments.render(at(seconds))


def cut(seconds):
    return text(math.floor(seconds))


class History:
    """A list of records, the revisions counted up."""

    def __init__(self, cluster=None):
        self.records = []
        self.revision = 100
        self.cluster = cluster

    def add(self, **record):
        if self.cluster:
            record.setdefault("cluster", self.cluster)
        self.records.append(record)
        return self

    def event(self, kind, resource, received, thing, revision=None):
        if revision is None:
            self.revision += 1
            revision = self.revision
        thing = dict(thing, metadata=dict(thing["metadata"], resourceVersion=str(revision)))
        return self.add(type=kind, resource=resource, received=text(received), object=thing)

    def pod(self, received, thing, kind="MODIFIED", revision=None):
        return self.event(kind, "pods", received, thing, revision)

    def progress(self, received, known=None):
        return self.add(type="PROGRESS", received=text(received), known=text(received if known is None else known))

    def synced(self, received, *resources):
        """Empty lists, so that everything is covered from RECEIVED on."""
        for resource in resources or ("pods", "services", "endpointslices", "nodes"):
            self.sync_begin(received, resource).sync_end(received, resource)
        return self

    def sync_begin(self, received, resource, scope=None):
        return self.add(type="SYNC_BEGIN", resource=resource, received=text(received),
                        resourceVersion=str(self.revision), scope=scope or {})

    def sync_end(self, received, resource):
        return self.add(type="SYNC_END", resource=resource, received=text(received),
                        resourceVersion=str(self.revision))

    def gap(self, resource, start, end, received):
        record = {"type": "GAP", "received": text(received), "from": text(start), "to": text(end), "reason": "expired"}
        return self.add(**(dict(record, resource=resource) if resource else record))

    def lines(self):
        return [render.compact(record).encode() for record in self.records]

    def feed(self, timeline):
        for offset, line in enumerate(self.lines()):
            timeline.feed(offset, line)
        return timeline


def metadata(name, uid=None, namespace="shop", created=0, **more):
    found = {"name": name, "uid": uid or "uid-" + name, "creationTimestamp": cut(created)}
    if namespace:
        found["namespace"] = namespace
    return dict(found, **more)


def container(started=None, finished=None, before=None):
    """A status: waiting, running, or terminated; BEFORE is (started, finished) of lastState."""
    if started is None:
        state = {"waiting": {"reason": "ContainerCreating"}}
    elif finished is None:
        state = {"running": {"startedAt": cut(started)}}
    else:
        state = {"terminated": {"startedAt": cut(started), "finishedAt": cut(finished), "exitCode": 0}}
    last = {"terminated": {"startedAt": cut(before[0]), "finishedAt": cut(before[1])}} if before else {}
    return {"name": "main", "state": state, "lastState": last}


def pod(name, ip=None, node="n1", start=0, ready=None, gone=None, phase="Running", containers=(),
        uid=None, deleting=None, **more):
    """READY and GONE are the times of sandbox True and False."""
    status = {"phase": phase, "containerStatuses": list(containers), "conditions": []}
    if start is not None:
        status["startTime"] = cut(start)
    if gone is not None or ready is not None:
        status["conditions"].append({"type": "PodReadyToStartContainers",
                                     "status": "True" if gone is None else "False",
                                     "lastTransitionTime": cut(ready if gone is None else gone)})
    if ip:
        ips = ip if isinstance(ip, (list, tuple)) else [ip]
        status.update(podIP=ips[0], podIPs=[{"ip": one} for one in ips])
    if deleting is not None:
        more["deletionTimestamp"] = cut(deleting)
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"nodeName": node} if node else {}, "status": status,
            "metadata": metadata(name, uid, created=start or 0, **more)}


def service(name, ip, ports=(80,), node_port=None, **more):
    listed = [{"protocol": "TCP", "port": port} for port in ports]
    if node_port:
        listed[0]["nodePort"] = node_port
    return {"kind": "Service", "metadata": metadata(name, "svc-" + name, **more),
            "spec": {"clusterIP": ip, "clusterIPs": [ip], "ports": listed}, "status": {}}


def piece(name, of, endpoints, ports=(8080,), trigger=None, hostname=None, **more):
    """A slice. ENDPOINTS are (address, uid or None); OF is the service, HOSTNAME that of the first endpoint."""
    found = metadata(name, "slice-" + name, labels={"kubernetes.io/service-name": of}, **more)
    if trigger is not None:
        found["annotations"] = {"endpoints.kubernetes.io/last-change-trigger-time": text(trigger)}
    listed = [{"addresses": [ip], "targetRef": {"kind": "Pod", "uid": uid}} if uid else {"addresses": [ip]}
              for ip, uid in endpoints]
    if hostname and listed:
        listed[0]["hostname"] = hostname
    return {"kind": "EndpointSlice", "metadata": found, "addressType": "IPv4", "endpoints": listed,
            "ports": [{"name": "", "protocol": "TCP", "port": port} for port in ports]}


def node(name, ip, pod_cidr=None, labels=None, **more):
    found = {"kind": "Node", "metadata": metadata(name, "node-" + name, None, labels=labels or {}, **more),
             "spec": {}, "status": {"addresses": [{"type": "InternalIP", "address": ip}]}}
    if pod_cidr:
        found["spec"] = {"podCIDR": pod_cidr, "podCIDRs": [pod_cidr]}
    return found


def flow(start, end, source, destination, packets=(5, 5), ports=(40000, 8080), transport="tcp", flags=None):
    """The bytes of a flow record."""
    sides = [dict({"ip": ip}, **({"port": port} if port is not None else {}), bytes=100, packets=count)
             for ip, port, count in zip((source, destination), ports, packets)]
    more = {"tcp": {"flags": {"source": flags[0], "destination": flags[1]}}} if flags else {}
    return render.compact(dict({"event": {"start": text(start), "end": text(end)},
                                "network": {"type": "ipv4", "transport": transport},
                                "source": sides[0], "destination": sides[1]}, **more)).encode()
