"""kube-proxy's and CoreDNS's stand-in: what follows the services and EndpointSlices.

Each node namespace gets nftables rules that translate ClusterIPs to ready
endpoints, as kube-proxy's do; headless services become files of addresses that
workloads read as they would ask DNS.
"""
import argparse
import json
import os
import queue
import signal
import subprocess
import sys

import netns
import shop
from api import Watcher

SETTLE_SECONDS = 0.1   # changes that come together are written together


class Proxy:
    def __init__(self, options):
        self.options = options
        self.events = queue.Queue()
        self.services, self.slices = {}, {}
        os.makedirs(os.path.join(options.dir, "dns"), exist_ok=True)

    def hear(self, kind, item):
        store = self.services if item.get("kind") == "Service" or "clusterIP" in item.get("spec", {}) else self.slices
        name = item["metadata"]["name"]
        if kind == "DELETED":
            store.pop(name, None)
        else:
            store[name] = item

    def endpoints(self, service):
        """Ready addresses and the port of SERVICE: the union of its slices."""
        found = set()
        for item in self.slices.values():
            if item["metadata"]["labels"].get("kubernetes.io/service-name") != service:
                continue
            for endpoint in item.get("endpoints") or []:
                if endpoint["conditions"].get("ready", True):
                    for port in item.get("ports") or []:
                        found.add((endpoint["addresses"][0], port["port"]))
        return sorted(found)

    def rules(self):
        lines = ["table ip lab {}", "delete table ip lab", "table ip lab {",
                 "chain pre { type nat hook prerouting priority dstnat;"]
        refused = []
        for name, service in sorted(self.services.items()):
            address, ready = service["spec"].get("clusterIP"), self.endpoints(name)
            if not address or address == "None":
                continue
            match = f"ip daddr {address} tcp dport {shop.SERVICE_PORT}"
            if ready:
                targets = ", ".join(f"{i} : {ip} . {port}" for i, (ip, port) in enumerate(ready))
                lines.append(f"{match} dnat to numgen random mod {len(ready)} map {{ {targets} }}")
            else:
                refused.append(f"{match} reject")
        lines += ["}", "chain forward { type filter hook forward priority filter;", *refused, "}",
                  # What leaves the cluster leaves as the node.
                  f"chain post {{ type nat hook postrouting priority srcnat; ip daddr {netns.OUTSIDE_ADDRESS} masquerade; }}",
                  "}"]
        return "\n".join(lines) + "\n"

    def write(self):
        rules = self.rules()
        for node in self.options.nodes.split(","):
            name = netns.node_name(self.options.prefix, node)
            subprocess.run(["ip", "netns", "exec", name, "nft", "-f", "-"], input=rules, text=True, check=True)
        for name, service in self.services.items():
            if service["spec"].get("clusterIP") == "None":
                path = os.path.join(self.options.dir, "dns", name)
                with open(path + ".new", "w", encoding="utf-8") as file:
                    json.dump([ip for ip, _ in self.endpoints(name)], file)
                os.rename(path + ".new", path)

    def go(self):
        for path in (f"/api/v1/namespaces/{shop.NAMESPACE}/services",
                     f"/apis/discovery.k8s.io/v1/namespaces/{shop.NAMESPACE}/endpointslices"):
            Watcher(self.options.kubeconfig, path, lambda kind, item: self.events.put((kind, item))).start()
        while True:
            self.hear(*self.events.get())
            try:
                while True:
                    self.hear(*self.events.get(timeout=SETTLE_SECONDS))
            except queue.Empty:
                self.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prefix", "--kubeconfig", "--nodes", "--dir"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    netns.die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Proxy(options).go()


if __name__ == "__main__":
    main()
