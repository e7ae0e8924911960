"""The nodes' network: the lab's namespaces (tests/lab/netns.py), with IPv6 as real nodes have it."""
import netns

CONTROL = {4: netns.CONTROL_ADDRESS, 6: "fd00:77::1"}
POD_RANGE = {4: ("10.64.0.0/24", 28), 6: ("fd00:64::/116", 124)}     # of the cluster, and the prefix length of a node's part
SERVICE_RANGE = {4: "10.96.0.0/16", 6: "fd00:96::/112"}


def address(index, family):
    return f"192.168.77.{11 + index}" if family == 4 else f"fd00:77::{11 + index}"


def build_control(prefix, families):
    netns.build_control(prefix)
    if 6 in families:
        netns.write_sysctls(netns.control_name(prefix), {"ipv6/conf/all/disable_ipv6": 0, "ipv6/conf/default/disable_ipv6": 0,
                                                         "ipv6/conf/all/forwarding": 1})


def build_node(prefix, node, index, families):
    """Makes the namespace of NODE, with the routes to the control namespace and through it."""
    netns.build_node(prefix, node, address(index, 4))
    name, control = netns.node_name(prefix, node), netns.control_name(prefix)
    netns.write_sysctls(name, {"ipv6/conf/all/disable_ipv6": 0, "ipv6/conf/default/disable_ipv6": 0, "ipv6/conf/all/forwarding": 1})
    if 6 in families:
        netns.run_ip(f"addr replace {CONTROL[6]}/128 dev {node} nodad", f"route replace {address(index, 6)}/128 dev {node}",
                     namespace=control)
        netns.run_ip(f"addr add {address(index, 6)}/128 dev eth0 nodad", f"route add {CONTROL[6]}/128 dev eth0",
                     f"route add ::/0 via {CONTROL[6]} dev eth0", namespace=name)


def route_pods(prefix, node, index, ranges):
    """Makes the control namespace send packets for NODE's pods to NODE."""
    for cidr in ranges:
        family = 6 if ":" in cidr else 4
        via = f"via {address(index, family)} dev {node}" + (" onlink" if family == 4 else "")
        netns.run_ip(f"route replace {cidr} {via}", namespace=netns.control_name(prefix))
        netns.run_ip(f"route replace blackhole {cidr} metric 4096", namespace=netns.node_name(prefix, node))


def unplug(prefix, node):
    """The node's cable is pulled: nothing that it still sends arrives."""
    netns.run_ip(f"link del {node}", namespace=netns.control_name(prefix))
