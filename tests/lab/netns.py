"""Network namespaces: the lab's wires.

One control namespace (API server, broker, the outside world) is linked to every
node namespace by a veth; every pod namespace to its node's by a routed /32 veth,
as Calico has it.  Nothing is made in the machine's own namespace, so no packet
of the lab can leave it.
"""
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
CONTROL_ADDRESS = "192.168.77.1"
OUTSIDE_ADDRESS = "198.51.100.7"
GATEWAY = "169.254.1.1"
CALICO_MAC = "ee:ee:ee:ee:ee:ee"
# The lab speaks IPv4; what an idle IPv6 says of itself would only fill the captures.
NO_IPV6 = {"ipv6/conf/all/disable_ipv6": 1, "ipv6/conf/default/disable_ipv6": 1}

libc = ctypes.CDLL(None, use_errno=True)


class NetnsError(RuntimeError):
    """A command on a namespace failed."""


def enter(name):
    """Moves this process into the namespace NAME for good."""
    descriptor = os.open("/run/netns/" + name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise NetnsError(f"setns {name}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(descriptor)


def die_with_parent(signal_number=15):
    """Asks the kernel to signal this process when its parent ends."""
    libc.prctl(1, signal_number, 0, 0, 0)


def run_ip(*lines, namespace=None):
    """Runs lines of `ip` in one batch, inside NAMESPACE where one is given."""
    command = ["ip"] + (["-n", namespace] if namespace else []) + ["-batch", "-"]
    done = subprocess.run(command, input="\n".join(lines) + "\n", text=True, capture_output=True)
    if done.returncode != 0:
        raise NetnsError(f"{' '.join(command)}: {done.stderr.strip()} in {lines}")


def add(name):
    subprocess.run(["ip", "netns", "add", name], check=True)


def remove(name):
    subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)


def write_sysctls(namespace, values):
    """Sets net.* values, which belong to the namespace of the writer, where the kernel has them."""
    script = "; ".join(f"[ ! -e /proc/sys/net/{name} ] || echo {value} > /proc/sys/net/{name}" for name, value in values.items())
    subprocess.run(["ip", "netns", "exec", namespace, "sh", "-c", script], check=True)


def control_name(prefix):
    return prefix + "-ctl"


def node_name(prefix, node):
    return f"{prefix}-{node}"


def build_control(prefix):
    control = control_name(prefix)
    add(control)
    run_ip("link set lo up", f"addr add {CONTROL_ADDRESS}/32 dev lo", f"addr add {OUTSIDE_ADDRESS}/32 dev lo",
           namespace=control)
    write_sysctls(control, {**NO_IPV6, "ipv4/ip_forward": 1, "ipv4/conf/all/rp_filter": 0})


def build_node(prefix, node, address):
    """Makes the namespace of NODE and its link to the control namespace."""
    control, name = control_name(prefix), node_name(prefix, node)
    add(name)
    write_sysctls(name, {**NO_IPV6, "ipv4/ip_forward": 1, "ipv4/conf/all/rp_filter": 0, "ipv4/conf/default/rp_filter": 0,
                         "ipv4/conf/all/send_redirects": 0, "ipv4/conf/default/send_redirects": 0})
    run_ip(f"link add {node} netns {control} type veth peer name eth0 netns {name}")
    run_ip(f"link set {node} up", f"route add {address}/32 dev {node} src {CONTROL_ADDRESS}", namespace=control)
    run_ip("link set lo up", f"addr add {address}/32 dev eth0", "link set eth0 up",
           f"route add {CONTROL_ADDRESS}/32 dev eth0 src {address}",
           f"route add default via {CONTROL_ADDRESS} dev eth0 onlink src {address}", namespace=name)


def route_pods(prefix, node, address, cidr):
    """Tells the control namespace, which routes between nodes, where NODE's pods are."""
    run_ip(f"route add {cidr} via {address} dev {node} onlink", namespace=control_name(prefix))
    # An address of the node's range that nobody holds goes nowhere, instead of round in circles.
    run_ip(f"route add blackhole {cidr} metric 4096", namespace=node_name(prefix, node))


def build_pod(prefix, node, name, interface):
    """Makes a pod's namespace, wired and up but without an address."""
    add(name)
    write_sysctls(name, NO_IPV6)
    run_ip(f"link add {interface} address {CALICO_MAC} netns {node_name(prefix, node)} "
           f"type veth peer name eth0 netns {name}")
    run_ip("link set lo up", "link set eth0 up", f"route add {GATEWAY} dev eth0 scope link",
           f"neigh replace {GATEWAY} lladdr {CALICO_MAC} dev eth0 nud permanent", namespace=name)
    run_ip(f"link set {interface} up", namespace=node_name(prefix, node))


def give_address(prefix, node, name, interface, address, node_address):
    run_ip(f"addr add {address}/32 dev eth0", f"route add default via {GATEWAY} dev eth0 src {address}", namespace=name)
    run_ip(f"route replace {address}/32 dev {interface} src {node_address}", namespace=node_name(prefix, node))


def take_address(prefix, node, interface):
    """Deletes the veth: address and route go with it, as a CNI DEL leaves it."""
    run_ip(f"link del {interface}", namespace=node_name(prefix, node))


def list_all(prefix):
    if not os.path.isdir("/run/netns"):
        return []
    return sorted(name for name in os.listdir("/run/netns") if name.startswith(prefix + "-"))
