"""Bindings of nodes and services (answers.md section 4), and what else is read of an
object: the ranges of the cluster, node ports, names, owners, labels."""
from dataclasses import dataclass, replace

import moments
import shapes

NODE_ANNOTATIONS = (
    "projectcalico.org/IPv4Address", "projectcalico.org/IPv6Address", "projectcalico.org/IPv4IPIPTunnelAddr",
    "projectcalico.org/IPv4VXLANTunnelAddr", "projectcalico.org/IPv6VXLANTunnelAddr",
    "io.cilium.network.ipv4-cilium-host", "network.cilium.io/ipv4-cilium-host",
    "network.cilium.io/ipv6-cilium-host")


def addresses_of(resource, thing):
    if resource == "nodes":
        listed = [shapes.at(entry, "address") for entry in shapes.listed(thing, "status", "addresses")
                  if shapes.at(entry, "type") in ("InternalIP", "ExternalIP")]
        listed += [shapes.text(thing, "metadata", "annotations", name) for name in NODE_ANNOTATIONS]
        return shapes.addresses(listed)
    listed = shapes.listed(thing, "spec", "clusterIPs") + [shapes.at(thing, "spec", "clusterIP")]
    listed += shapes.listed(thing, "spec", "externalIPs")
    listed += [shapes.at(one, "ip") for one in shapes.listed(thing, "status", "loadBalancer", "ingress")]
    return shapes.addresses(listed)


@dataclass(frozen=True)
class Span:
    """One epoch of one address of a node or service."""
    address: bytes
    number: int
    first_received: int
    last_received: int
    removed: int = None             # received of the removing record
    deleted: bool = False           # the object went, not only the address
    known_before: int = None        # of the last accepted PROGRESS before it


def fold(spans, record, resource, known):
    """The spans of an object after one more applied record."""
    shown = () if record.type == "DELETED" else addresses_of(resource, record.object)
    after, open_now = [], set()
    for span in spans:
        if span.removed is None and span.address in shown:
            span = replace(span, last_received=record.received)
            open_now.add(span.address)
        elif span.removed is None:
            span = close(span, record.received, record.type == "DELETED", known)
        after.append(span)
    for address in shown:
        if address not in open_now:
            number = sum(1 for span in after if span.address == address)
            after.append(Span(address, number, record.received, record.received))
    return tuple(after)


def close(span, received, deleted, known):
    return replace(span, removed=received, deleted=deleted, known_before=known)


def absent(spans, received, known):
    return tuple(close(span, received, True, known) if span.removed is None else span for span in spans)


class Facts:
    """What an object's record says of itself, for the answer's k8s and cloud."""

    def __init__(self, thing):
        metadata = shapes.at(thing, "metadata")
        self.uid = shapes.text(metadata, "uid")
        self.name = shapes.text(metadata, "name")
        self.namespace = shapes.text(metadata, "namespace") or ""
        self.created = moments.parse(shapes.at(metadata, "creationTimestamp"))
        self.node = shapes.text(thing, "spec", "nodeName") or ""
        labels = shapes.at(metadata, "labels")
        self.zone = shapes.text(labels, "topology.kubernetes.io/zone")
        self.region = shapes.text(labels, "topology.kubernetes.io/region")
        self.template_hash = shapes.text(labels, "pod-template-hash")
        self.controller = None
        for owner in shapes.listed(metadata, "ownerReferences"):
            if shapes.at(owner, "controller") is True and self.controller is None:
                self.controller = (shapes.text(owner, "kind"), shapes.text(owner, "name"),
                                   shapes.text(owner, "uid"))


def ranges_of(resource, thing):
    if resource == "servicecidrs":
        texts = shapes.listed(thing, "spec", "cidrs")
    else:
        texts = shapes.listed(thing, "spec", "podCIDRs") + [shapes.at(thing, "spec", "podCIDR")]
    return [found for found in map(shapes.network, texts) if found is not None]


def node_ports_of(service):
    ports = set()
    for port in shapes.listed(service, "spec", "ports"):
        number = shapes.integer(shapes.at(port, "nodePort"))
        if number:
            ports.add((protocol_of(port), number))
    return ports


def protocol_of(port):
    return (shapes.text(port, "protocol") or "TCP").lower()
