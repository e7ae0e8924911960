#!/usr/bin/env python3
"""The DNS interface beside a real CoreDNS on a real API server. Both give services and endpoints the same names; CoreDNS
forwards the reverse zones to us, with the stanza of deploy/coredns; and we ask it for what the topic does not show."""
import re
import sys
import threading
import time

from dns_lab import COREDNS, ROOT, Client, CoreDns, Lookup, free_port, reverse, wait_until
from kube_api import PATHS, Producer, pod, running
from kube_cluster import NAMESPACE, PATCH, PODS, Cluster

SLICES = PATHS["endpointslices"].replace("/endpointslices", "/namespaces/default/endpointslices")
KUBERNETES = """
.:{port} {
    bind 127.0.0.1
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig CONFIG
    }
}
"""


def create(lab, path, thing):
    status, answer = lab.api.call("POST", path, thing)
    assert status == 201, answer
    return answer


def service(lab, name, **spec):
    thing = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
             "spec": {"ports": [{"port": 80, "name": "http"}], **spec}}  # fmt: skip
    return create(lab, f"{NAMESPACE}/services", thing)["spec"]["clusterIP"]


def endpoints(lab, name, *list_):
    thing = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
             "metadata": {"name": f"{name}-1", "labels": {"kubernetes.io/service-name": name}},
             "ports": [{"port": 80, "name": "http", "protocol": "TCP"}],
             "endpoints": [{"conditions": {"ready": True}, **entry} for entry in list_]}  # fmt: skip
    create(lab, SLICES, thing)


def run_pod(lab, name, ip):
    """Returns what an endpoint says of it."""
    made = create(lab, PODS, pod(name))
    status, answer = lab.api.call("PATCH", f"{PODS}/{name}/status", running(ip), PATCH)
    assert status == 200, answer
    return {"addresses": [ip], "targetRef": {"kind": "Pod", "namespace": "default", "name": name, "uid": made["metadata"]["uid"]}}


def populate(lab):
    """Returns the address of the service web."""
    # Without it, an address might be the node's, and none would be known to be outside.
    address = {"status": {"addresses": [{"type": "InternalIP", "address": "192.168.77.1"}]}}
    status, answer = lab.api.call("PATCH", "/api/v1/nodes/n1/status", address, PATCH)
    assert status == 200, answer
    web = service(lab, "web", selector={"app": "x"})
    service(lab, "db", clusterIP="None")
    endpoints(lab, "web", run_pod(lab, "web-1", "10.64.0.1"), run_pod(lab, "web-2", "10.64.0.2"))
    # The last one is a machine outside the cluster, of which there is no other trace.
    endpoints(lab, "db", {**run_pod(lab, "db-0", "10.64.0.3"), "hostname": "db-0"}, run_pod(lab, "db-1", "10.64.0.4"),
              {"addresses": ["192.0.2.77"], "hostname": "legacy-0"})  # fmt: skip
    run_pod(lab, "lone", "10.64.0.5")
    return web


def check_same(lookup, coredns, web):
    """Services and their endpoints have the same names in both, and the names the same addresses."""
    ours, theirs = lookup.client(), coredns.client()
    for ip in (web, "10.64.0.1", "10.64.0.2", "10.64.0.3", "10.64.0.4"):
        wait_until(lambda: theirs.ask(reverse(ip)).records, 20, f"CoreDNS knows {ip}")
        wait_until(lambda: ours.ask(reverse(ip)).records, 20, f"we know {ip}")
        names = ours.ask(reverse(ip)).records
        assert names == theirs.ask(reverse(ip)).records, (ip, names, theirs.ask(reverse(ip)).records)
        for name in names:
            assert sorted(ours.ask(name, "A").records) == sorted(theirs.ask(name, "A").records) == [ip], name
    for name in ("web", "db"):
        name += ".default.svc.cluster.local"
        got = sorted(ours.ask(name, "A").records)
        # An address without a pod is not a holder that the topic shows.
        assert got == sorted(set(theirs.ask(name, "A").records) - {"192.0.2.77"}), (name, got)
    assert theirs.ask(reverse("10.64.0.5")).records == []
    assert ours.ask(reverse("10.64.0.5")).records == ["lone.default.pod.tenure.internal"]


def check_forwarded(lookup, config):
    """CoreDNS with the stanzas of deploy/coredns."""
    text = (ROOT / "deploy/coredns/Corefile").read_text().replace("10.96.0.20:53", f"127.0.0.1:{lookup.port}")
    text = re.sub(r"^([a-z0-9][a-z0-9. -]*) \{$", lambda m: " ".join(f"{z}:{{port}}" for z in m[1].split()) + " {\n    bind 127.0.0.1", text, flags=re.M)
    text = text.replace("kubernetes cluster.local", f"kubernetes cluster.local {{\n        kubeconfig {config}\n    }}")
    with CoreDns(text) as coredns:
        client = coredns.client()
        wait_until(lambda: coredns.logged("CoreDNS-"), 20, "CoreDNS has started")
        assert client.ask(reverse("10.64.0.3")).records == ["db-0.db.default.svc.cluster.local"]
        assert client.ask(reverse("10.64.0.5")).records == ["lone.default.pod.tenure.internal"]
        assert client.ask("lone.default.pod.tenure.internal", "A").records == ["10.64.0.5"]
        assert client.ask(reverse("10.64.0.5"), "TXT").strings["status"] == ["known"]
        assert client.ask(reverse("8.8.8.8")).code == "NXDOMAIN"
        past = reverse("10.64.0.1", "1s")
        names = wait_until(lambda: client.ask(past).records, 20, "the pod has run for a second")
        assert names[0].startswith("10-64-0-1.web.default.svc.cluster.local.at-"), names
        wait_until(lambda: client.ask("web.default.svc.cluster.local", "A").records, 20, "CoreDNS answers itself")


def check_upstream(kube, coredns):
    """What only CoreDNS knows, and what nobody knows; also when it is away."""
    with Lookup(kube, "--follow", "--upstream", f"127.0.0.1:{coredns.port}") as lookup:
        client = lookup.client()
        wait_until(lambda: client.ask(reverse("10.64.0.3")).records, 20, "it has read the topic")
        for tcp in (False, True):
            assert client.ask(reverse("192.0.2.77"), tcp=tcp).records == ["legacy-0.db.default.svc.cluster.local"]
        text = client.ask(reverse("192.0.2.77"), "TXT").strings
        assert text == {"name": ["legacy-0.db.default.svc.cluster.local"], "source": ["dns"]}, text
        assert client.ask(reverse("192.0.2.78")).code == "NXDOMAIN"
        assert client.ask(reverse("192.0.2.77", "1m")).records == [], "CoreDNS knows the present alone"
        assert client.ask(reverse("10.64.0.3"), "TXT").strings["source"] == ["timeline"]
        check_many(lookup)
        coredns.stop()
        began = time.monotonic()
        answer = client.ask(reverse("192.0.2.79"))
        assert answer.code == "SERVFAIL" and answer.errors[0][0] == 23, (answer.code, answer.errors)
        assert time.monotonic() - began < 4
        assert client.ask(reverse("192.0.2.77")).records == ["legacy-0.db.default.svc.cluster.local"], "it is kept"
        assert client.ask(reverse("10.64.0.3")).records == ["db-0.db.default.svc.cluster.local"]


def check_many(lookup):
    """Many questions at once about addresses that nobody has asked about. At most 64 are asked upstream."""
    answers = []

    def ask(number):
        answers.append(Client(lookup.port).ask(reverse(f"192.0.2.{number}"), tcp=number % 4 == 0).code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(100, 220)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 120 and set(answers) <= {"NXDOMAIN", "SERVFAIL"}, answers
    assert answers.count("NXDOMAIN") >= 64, answers


def check_circle(kube):
    """CoreDNS forwards to us what we ask it: that ends, and everybody has an answer."""
    port = free_port()
    with Lookup(kube, "--follow", "--upstream", f"127.0.0.1:{port}") as lookup:
        stanza = "192.in-addr.arpa:{port} {\n    bind 127.0.0.1\n    errors\n    forward . 127.0.0.1:LOOKUP\n}\n"
        with CoreDns(stanza.replace("LOOKUP", str(lookup.port)), port=port) as coredns:
            wait_until(lambda: coredns.logged("CoreDNS-"), 20, "CoreDNS has started")
            client = lookup.client()
            wait_until(lambda: client.ask(reverse("10.64.0.3")).records, 20, "it has read the topic")
            began = time.monotonic()
            assert coredns.client().ask(reverse("192.0.2.90")).code == "SERVFAIL"
            assert client.ask(reverse("192.0.2.91")).code == "SERVFAIL"
            assert time.monotonic() - began < 8


def main():
    if not COREDNS.exists():
        print("there is no CoreDNS; deploy/setup dns makes it")
        sys.exit(77)
    with Cluster() as lab:
        web = populate(lab)
        config = lab.folder / "kubeconfig"
        kube = lab.folder / "kube.ndjson"
        with Producer(lab, kube) as producer:
            producer.wait_known(time.time())
            with CoreDns(KUBERNETES.replace("CONFIG", str(config))) as coredns, Lookup(kube, "--follow") as lookup:
                check_same(lookup, coredns, web)
                check_forwarded(lookup, config)
                check_upstream(kube, coredns)
                check_circle(kube)
    print("services and endpoints have the same names in both; forwarded both ways")


if __name__ == "__main__":
    main()
