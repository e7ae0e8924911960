/* kube_annotations.h - the annotations in which network plugins publish addresses.
 *
 * tenure-kube keeps them, and the timeline reads addresses from them (docs/answers.md sections 3
 * and 4). A new one is added here, and to docs/schemas/tenure.kube.json.
 */
#ifndef TENURE_KUBE_ANNOTATIONS_H
#define TENURE_KUBE_ANNOTATIONS_H

#include <stdbool.h>

/* Names separated by blanks. Of pods: one address, or several separated by commas. */
#define KUBE_POD_ADDRESS_ANNOTATIONS \
	"cni.projectcalico.org/podIPs cni.projectcalico.org/podIP vpc.amazonaws.com/pod-ips"
/* Of pods, Multus: a JSON array of networks with their "ips". */
#define KUBE_NETWORK_STATUS_ANNOTATION "k8s.v1.cni.cncf.io/network-status"
/* Of nodes: one address each. */
#define KUBE_NODE_ADDRESS_ANNOTATIONS                                                         \
	"projectcalico.org/IPv4Address projectcalico.org/IPv6Address "                        \
	"projectcalico.org/IPv4IPIPTunnelAddr projectcalico.org/IPv4VXLANTunnelAddr "         \
	"projectcalico.org/IPv6VXLANTunnelAddr projectcalico.org/IPv4WireguardInterfaceAddr " \
	"projectcalico.org/IPv6WireguardInterfaceAddr io.cilium.network.ipv4-cilium-host "    \
	"network.cilium.io/ipv4-cilium-host network.cilium.io/ipv6-cilium-host "              \
	"network.cilium.io/ipv4-health-ip network.cilium.io/ipv6-health-ip "                  \
	"network.cilium.io/ipv4-Ingress-ip network.cilium.io/ipv6-Ingress-ip"
/* Of nodes, ovn-kubernetes: JSON, {"default": RANGE or [RANGES]}. */
#define KUBE_SUBNETS_ANNOTATION "k8s.ovn.org/node-subnets"
/* Of nodes: flannel has a device there. */
#define KUBE_FLANNEL_ANNOTATION "flannel.alpha.coreos.com/backend-type"

/* Of pods and nodes, in forms of their own: they show whose an address may be, so it is not outside
 * (section 6, "Spelled"). tenure-kube keeps these; the timeline reads every annotation. */
#define KUBE_SPELLING_ANNOTATIONS                                                                \
	"k8s.v1.cni.cncf.io/networks-status k8s.ovn.org/pod-networks networking.gke.io/pod-ips " \
	"ovn.kubernetes.io/ip_address alpha.kubernetes.io/provided-node-ip "                     \
	"k8s.ovn.org/host-cidrs k8s.ovn.org/host-addresses k8s.ovn.org/node-primary-ifaddr "     \
	"k8s.ovn.org/l3-gateway-config k8s.ovn.org/node-gateway-router-lrp-ifaddr "              \
	"k8s.ovn.org/node-gateway-router-lrp-ifaddrs "                                           \
	"k8s.ovn.org/node-transit-switch-port-ifaddr "                                           \
	"flannel.alpha.coreos.com/public-ip flannel.alpha.coreos.com/public-ipv6 "               \
	"io.cilium.network.ipv4-pod-cidr io.cilium.network.ipv4-health-ip "                      \
	"network.cilium.io/ipv4-pod-cidr network.cilium.io/ipv6-pod-cidr "                       \
	"node.antrea.io/transport-addresses k3s.io/internal-ip k3s.io/external-ip"

#define KUBE_ANNOTATION_SIZE 128 /* of the longest name above, with its NUL */

/* Copies the first of *NAMES to NAME and moves *NAMES past it. Returns false at the end. */
bool kube_annotations_next(const char **names, char name[static KUBE_ANNOTATION_SIZE]);

#endif
