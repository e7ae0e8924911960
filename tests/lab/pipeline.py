"""Tenure's own programs in a running lab, and the recorders that stand beside them."""
import os
import subprocess
import sys
import time

import netns
from cluster import HERE, NODES
from taken import read_records

ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build")
CACHE = os.environ.get("TENURE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tenure")
PYTHON = os.path.join(CACHE, "venv", "bin", "python")      # with confluent-kafka
TOPICS = ("kube", "flows", "tagged", "rejected")
NAMES = {"kube": "tenure.kube", "flows": "tenure.flows", "tagged": "tenure.flows.tagged",
         "rejected": "tenure.flows.rejected"}
SNAP = 128           # bytes of each packet a recording keeps: all headers, no payload to speak of
SETTLE_SECONDS = 3.0
COVERED = ("--hold", "40s", "--skew", "4s")   # what covers the delays and clocks of --stress: one is 2 s ahead, one behind


def program(name):
    return os.path.join(BUILD, "tenure-" + name)


class Pipeline:
    """On Kafka: what a user would run, live.  CLUSTER is up, its workloads are not yet."""

    def __init__(self, cluster, options):
        self.cluster, self.crew, self.options = cluster, cluster.crew, options
        self.directory = cluster.directory
        self.broker = None

    def start(self):
        self.broker = self.crew.call("ctl", [os.path.join(HERE, "kafka-up"), os.path.join(self.directory, "kafka")],
                                     {"BIND": netns.CONTROL_ADDRESS}).strip()
        self.make_topics("")
        self.start_kube("kafka:tenure.kube")
        for node in NODES:
            self.start_meter(node)
        self.crew.start("enrich", "ctl", self.enricher("lab", "", self.options.enrich))

    def start_meter(self, node):
        """It writes to the topics itself if its node's clock is right, else through clock.py."""
        ahead = self.cluster.ahead(node)
        prefix = node + "." if ahead else ""
        if ahead:
            self.make_topics(prefix)
            self.crew.start("clock-" + node, "ctl", [
                PYTHON, os.path.join(HERE, "clock.py"), self.broker, ahead, *(f"{prefix}{NAMES[name]}={NAMES[name]}" for name in ("flows", "kube"))])
        links = ["--links", "kafka:" + prefix + NAMES["kube"], "--node-name", node, "--cluster", "lab"]
        self.crew.start("flows-" + node, node, [
            program("flows"), "-b", self.broker, "--interfaces-from", "cali*", "--observer-name", node,
            "--out", "kafka:" + prefix + NAMES["flows"], *(links if self.options.links else ())])

    def topics(self, *words):
        self.crew.call("ctl", [PYTHON, os.path.join(HERE, "topics.py"), self.broker, *words])

    def make_topics(self, prefix):
        self.crew.call("ctl", [os.path.join(HERE, "kafka-topics"), self.broker, 6, prefix])
        self.topics("--wait", *(prefix + name for name in NAMES.values()))

    def show(self):
        """The graph on this terminal, redrawn as flows come."""
        self.crew.start("graph", "ctl", [program("graph"), "-b", self.broker, "--in", "kafka:tenure.flows.tagged",
                                         "--follow"], stdout=sys.stdout)

    def enricher(self, instance, prefix, more):
        return [program("enrich"), "-b", self.broker, "--kube", "kafka:tenure.kube", "--flows", "kafka:tenure.flows",
                "--out", "kafka:" + prefix + NAMES["tagged"],
                "--rejected", "kafka:" + prefix + NAMES["rejected"],
                "--state", os.path.join(self.directory, "state-" + instance), "--instance", instance,
                "--group", instance, *more]

    def start_kube(self, out):
        broker = ["-b", self.broker] if self.broker else []
        self.crew.start("kube", "ctl", [program("kube"), *broker, "--kubeconfig",
                                        os.path.join(self.cluster.kube, "reader.kubeconfig"),
                                        "--cluster", "lab", "--out", out])

    def copy(self, topic, prefix=""):
        path = os.path.join(self.directory, prefix.rstrip(".") + topic + ".ndjson")
        self.topics(prefix + NAMES[topic], path)
        return len(read_records(path))

    def wait_tagged(self, prefix="", seconds=120):
        """Until every flow stands in one of the two outputs, or nothing moves any more."""
        deadline = time.time() + seconds
        wanted = self.copy("flows")
        while time.time() < deadline:
            done = self.copy("tagged", prefix) + self.copy("rejected", prefix)
            if done >= wanted or self.crew.members["enrich"].poll() is not None:
                return
            time.sleep(2.0)

    def finish(self):
        """The packets have ended: empties the meters, lets the enricher catch up, copies the topics."""
        for node in NODES:
            self.crew.stop("flows-" + node)
            self.crew.stop("clock-" + node)
        self.wait_tagged()
        self.crew.stop("enrich", 30.0)
        if self.options.stress:
            self.again("covered.", COVERED)
        # Only now: a longer hold waits for more of what tenure-kube knows.
        self.crew.stop("kube")
        for topic in TOPICS:
            print(f"{NAMES[topic]}: {self.copy(topic)} records", flush=True)

    def again(self, prefix, more):
        """Enriches the same topics once more, with other options, into topics of their own."""
        self.make_topics(prefix)
        self.crew.start("enrich", "ctl", self.enricher(prefix.rstrip("."), prefix, more))
        self.wait_tagged(prefix)
        self.crew.stop("enrich", 30.0)

    def stop(self):
        self.crew.call(None, [os.path.join(HERE, "kafka-down"), os.path.join(self.directory, "kafka")])


class Recording:
    """Without a broker: packets and watch events into files, the programs afterwards."""

    def __init__(self, cluster, options):
        self.cluster, self.crew, self.options = cluster, cluster.crew, options
        self.directory, self.broker = cluster.directory, None

    def start(self):
        Pipeline.start_kube(self, os.path.join(self.directory, "kube.ndjson"))
        for node in NODES:
            # Every interface but the node's own link (index 2): the pods' host-side veths.
            self.crew.start("tcpdump-" + node, node, [
                "tcpdump", "-i", "any", "-y", "LINUX_SLL2", "-s", SNAP, "-B", "8192", "--nano", "-U", "-Z", "root",
                "-w", os.path.join(self.directory, node + ".pcap"), "ip and not ifindex 1 and not ifindex 2"])

    def finish(self):
        for node in NODES:
            self.crew.stop("tcpdump-" + node)
        time.sleep(10.0 + SETTLE_SECONDS)     # the hold, so that every flow has its position
        self.crew.stop("kube")
        replay(self.directory, self.options.enrich)

    def stop(self):
        pass


def replay(directory, enrich_options, build=BUILD):
    """Packets to flows to tagged flows, from files to files."""
    flows = os.path.join(directory, "flows.ndjson")
    with open(flows, "wb") as out:
        for node in NODES:
            subprocess.run([os.path.join(build, "tenure-flows"), "-r", os.path.join(directory, node + ".pcap"),
                            "--observer-name", node, "--out", "-"], stdout=out, check=True)
    subprocess.run([os.path.join(build, "tenure-enrich"), "--kube", os.path.join(directory, "kube.ndjson"),
                    "--flows", flows, "--out", os.path.join(directory, "tagged.ndjson"),
                    "--rejected", os.path.join(directory, "rejected.ndjson"),
                    "--state", os.path.join(directory, "state"), *enrich_options], check=True, stderr=sys.stderr)
