"""Bindings of nodes and services (answers.md section 4), and what else is read of an object: ranges, ports, names,
owners, labels."""
import json
from dataclasses import dataclass, replace

import moments
import shapes

NODE_ANNOTATIONS = (
    "projectcalico.org/IPv4Address", "projectcalico.org/IPv6Address", "projectcalico.org/IPv4IPIPTunnelAddr",
    "projectcalico.org/IPv4VXLANTunnelAddr", "projectcalico.org/IPv6VXLANTunnelAddr",
    "projectcalico.org/IPv4WireguardInterfaceAddr", "projectcalico.org/IPv6WireguardInterfaceAddr",
    "io.cilium.network.ipv4-cilium-host", "network.cilium.io/ipv4-cilium-host",
    "network.cilium.io/ipv6-cilium-host", "network.cilium.io/ipv4-health-ip", "network.cilium.io/ipv6-health-ip",
    "network.cilium.io/ipv4-Ingress-ip", "network.cilium.io/ipv6-Ingress-ip")
OVN = "k8s.ovn.org/node-subnets"
FLANNEL = "flannel.alpha.coreos.com/backend-type"
PLAIN, INTERNAL, GATEWAY, SHARED, SECONDARY = "plain", "internal", "gateway", "shared", "secondary"


def addresses_of(resource, thing):
    """{address: how the object has it}."""
    kinds = kinds_of_node(thing) if resource == "nodes" else kinds_of_service(thing)
    found = {}
    for how, addresses in kinds:
        for address in addresses:
            found.setdefault(address, how)
    return found


def kinds_of_node(node):
    listed = [shapes.text(node, "metadata", "annotations", name) for name in NODE_ANNOTATIONS]
    third = [shapes.within(one, 2) for one in subnets_of(node)]
    yield INTERNAL, status_addresses(node, "InternalIP")
    yield PLAIN, status_addresses(node, "ExternalIP") + shapes.addresses(listed) + present(third)
    yield GATEWAY, gateways_of(node)


def named_addresses(node):
    """Of a node without gateways."""
    return [address for address, how in addresses_of("nodes", node).items() if how != GATEWAY]


def status_addresses(node, *types):
    return shapes.addresses(shapes.at(entry, "address") for entry in shapes.listed(node, "status", "addresses")
                            if shapes.at(entry, "type") in types)


def present(addresses):
    return tuple(address for address in addresses if address is not None)


def gateways_of(node):
    second = [shapes.within(one, 1) for one in pod_cidrs_of(node)]
    if shapes.at(node, "metadata", "annotations", FLANNEL) is not None:
        second += [shapes.within(one, 0) for one in pod_cidrs_of(node)]
    return present(second)


def kinds_of_service(service):
    yield PLAIN, cluster_ips(service)
    yield SHARED, shared_addresses(service)


def cluster_ips(service):
    spec = shapes.at(service, "spec")
    return shapes.addresses(shapes.listed(spec, "clusterIPs") + [shapes.at(spec, "clusterIP")])


def shared_addresses(service):
    """Those that other services or nodes may have too."""
    if not is_captured(service):
        return ()
    listed = list(shapes.listed(service, "spec", "externalIPs"))
    if shapes.at(service, "spec", "type") == "LoadBalancer":
        listed += [shapes.at(one, "ip") for one in shapes.listed(service, "status", "loadBalancer", "ingress")]
    return shapes.addresses(listed)


def is_captured(service):
    """kube-proxy passes over the others, so whoever has their external addresses is reached."""
    return bool(cluster_ips(service)) and shapes.at(service, "spec", "type") != "ExternalName"


@dataclass(frozen=True)
class Span:
    """One epoch of one address of a node or service."""
    address: bytes
    number: int
    began: int                      # offset of its first record
    first_received: int
    last_received: int
    how: str                        # the object has it, in its newest record
    first_known: int                # known before its first record
    not_before: int                 # the same, if an earlier record of the object lacked it; else None
    guessed: bool                   # an earlier one lacked it, and its first record has no time of its own
    removed: int = None             # received of the removing record
    deleted: bool = False           # the object went, not only the address
    known_before: int = None        # known before the removing record


@dataclass(frozen=True)
class Held:
    """What a node or service held, up to a record."""
    spans: tuple = ()
    always: frozenset = None        # the addresses that each record so far showed; None: there was none


def fold(held, record, resource, known):
    """HELD after one more applied record."""
    listed = addresses_of(resource, record.object)
    shown = {} if record.type == "DELETED" else listed
    after, open_now = [], set()
    for span in held.spans:
        if span.removed is None and span.address in shown:
            span = replace(span, last_received=record.received, how=shown[span.address])
            open_now.add(span.address)
        elif span.removed is None:
            span = close(span, record.received, record.type == "DELETED", known)
        after.append(span)
    for address, how in shown.items():
        if address not in open_now:
            number = sum(1 for span in after if span.address == address)
            lacked = held.always is not None and address not in held.always
            after.append(Span(address, number, record.offset, record.received, record.received, how, known,
                              known if lacked else None, held.always is not None and record.guessed))
    always = frozenset(listed) if held.always is None else held.always & frozenset(listed)
    return Held(tuple(after), always)


def close(span, received, deleted, known):
    return replace(span, removed=received, deleted=deleted, known_before=known)


def absent(held, received, known):
    return replace(held, spans=tuple(
        close(span, received, True, known) if span.removed is None else span for span in held.spans))


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
        self.labels, self.annotations = labels, shapes.at(metadata, "annotations")
        self.controller = None
        for owner in shapes.listed(metadata, "ownerReferences"):
            if shapes.at(owner, "controller") is True and self.controller is None:
                self.controller = (shapes.text(owner, "kind"), shapes.text(owner, "name"),
                                   shapes.text(owner, "uid"))
        replicas = openshift_name(metadata, "deployment.name", "deployment")
        config = openshift_name(metadata, "deployment-config.name", "deploymentconfig")
        if config and self.controller and self.controller[:2] == ("ReplicationController", replicas):
            self.controller = ("DeploymentConfig", config, self.controller[2])


def openshift_name(metadata, key, label):
    """The annotation KEY of OpenShift, else the label KEY, else LABEL."""
    key = "openshift.io/" + key
    return (shapes.text(metadata, "annotations", key) or shapes.text(metadata, "labels", key)
            or shapes.text(metadata, "labels", label))


def ranges_of(texts):
    return [found for found in map(shapes.network, texts) if found is not None]


def pod_cidrs_of(node):
    return ranges_of(shapes.listed(node, "spec", "podCIDRs") + [shapes.at(node, "spec", "podCIDR")])


def subnets_of(node):
    """The ranges of ovn-kubernetes."""
    text = shapes.text(node, "metadata", "annotations", OVN)
    try:
        found = shapes.at(json.loads(text, parse_constant=shapes.refuse), "default") if text else None
    except (ValueError, RecursionError):
        return []
    return ranges_of(found if isinstance(found, list) else [found])


def ports_of(service):
    """Of spec.ports: (protocol, port)."""
    ports = ((protocol_of(port), shapes.integer(shapes.at(port, "port")))
             for port in shapes.listed(service, "spec", "ports"))
    return frozenset(port for port in ports if port[1] is not None)


def node_ports_of(service):
    ports = set()
    for port in shapes.listed(service, "spec", "ports"):
        number = shapes.integer(shapes.at(port, "nodePort"))
        if number:
            ports.add((protocol_of(port), number))
    return ports


def protocol_of(port):
    return (shapes.text(port, "protocol") or "TCP").lower()
