"""A node's container runtime: makes and removes pod namespaces, gives and takes addresses.

Commands come as datagrams ({"op":"run"|"stop"|"recreate"|"restart", ...}).  What
it did goes to three readers that must not be mixed up:
  truth-NODE    the clock before and after each change of an address: the truth
  events-NODE   runtime events: all that the node's kubelet driver may know
  the workload's own log, which its process writes
"""
import argparse
import heapq
import itertools
import json
import os
import random
import select
import signal
import socket
import sys
import traceback

import netns
import workload
from records import Log, now

GAPS = ((0.02, 0.8), (1.0, 4.5), (5.0, 12.0))   # seconds an address rests; a third of the hand-overs each


class Addresses:
    """The node's pool.  A pool shorter than the demand hands every address over as soon as it may."""

    def __init__(self, addresses, chooser):
        self.random = chooser
        self.free = [(0, address) for address in addresses]
        self.waiting = []   # pods in the order they asked
        self.turn = itertools.cycle(GAPS)

    def release(self, address):
        ready = now() + int(self.random.uniform(*next(self.turn)) * 1e9)
        heapq.heappush(self.free, (ready, address))
        return ready

    def next(self):
        """(pod, address) when one may be given now, else None."""
        if self.waiting and self.free and self.free[0][0] <= now():
            return self.waiting.pop(0), heapq.heappop(self.free)[1]
        return None


class Pod:
    """One pod's sandbox and its one container."""

    def __init__(self, command):
        self.spec = command
        self.uid = command["uid"]
        self.host_network = command.get("host_network", False)
        self.sandbox = 0
        self.namespace = self.interface = self.address = self.pid = None
        self.stopping = self.recreating = self.restarting = False
        self.restarts = 0
        self.settled = 0   # when the sandbox was ready: timers of an older sandbox are ignored


class Runtime:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(f"{options.seed}{options.node}")
        self.truth = Log(os.path.join(options.dir, "truth-" + options.node))
        self.events = Log(os.path.join(options.dir, "events-" + options.node))
        self.addresses = Addresses(options.addresses.split(","), self.random)
        self.pods, self.by_pid, self.timers = {}, {}, []
        self.counter = itertools.count(1)
        self.order = itertools.count()

    # ---- timers, events ----

    def after(self, seconds, action, *arguments):
        heapq.heappush(self.timers, (now() + int(seconds * 1e9), next(self.order), action, arguments))

    def emit(self, kind, pod, **more):
        self.events.write(t=now(), type=kind, uid=pod.uid, namespace=pod.spec["namespace"], name=pod.spec["name"],
                          node=self.options.node, ip=pod.address, restarts=pod.restarts, **more)

    # ---- the sandbox ----

    def start(self, pod):
        self.emit("accepted", pod, host_network=pod.host_network, service=pod.spec["service"],
                  port=pod.spec.get("port"))
        if pod.host_network:
            pod.address = self.options.address
            self.emit("sandbox_ready", pod)
            self.after(pod.spec["pull"], self.start_container, pod, pod.sandbox)
        else:
            self.make_sandbox(pod)

    def make_sandbox(self, pod):
        number = next(self.counter)
        pod.sandbox += 1
        pod.namespace = f"{netns.node_name(self.options.prefix, self.options.node)}-p{number}"
        pod.interface = f"cali{self.options.node}{number}"
        netns.build_pod(self.options.prefix, self.options.node, pod.namespace, pod.interface)
        self.addresses.waiting.append(pod)

    def give(self, pod, address):
        before = now()
        netns.give_address(self.options.prefix, self.options.node, pod.namespace, pod.interface, address,
                           self.options.address)
        self.truth.write(what="give", ip=address, uid=pod.uid, name=pod.spec["name"], before=before, after=now())
        pod.address = address
        self.emit("sandbox_ready", pod, sandbox=pod.sandbox)
        self.after(pod.spec["pull"] if pod.sandbox == 1 else 0.3, self.start_container, pod, pod.sandbox)
        if pod.stopping:
            self.after(0, self.take, pod)

    def take(self, pod):
        if pod.address is None or pod.host_network:
            return
        before, address = now(), pod.address
        netns.take_address(self.options.prefix, self.options.node, pod.interface)
        self.truth.write(what="take", ip=address, uid=pod.uid, name=pod.spec["name"], before=before, after=now())
        self.emit("sandbox_stopped", pod, sandbox=pod.sandbox, stopping=pod.stopping)
        pod.address = None
        self.after((self.addresses.release(address) - now()) / 1e9, lambda: None)
        netns.remove(pod.namespace)
        if pod.recreating and not pod.stopping:
            pod.recreating = False
            self.make_sandbox(pod)
        else:
            del self.pods[pod.uid]

    # ---- the container ----

    def start_container(self, pod, sandbox):
        if pod.stopping or pod.recreating or pod.address is None or pod.sandbox != sandbox or pod.pid:
            return
        child = os.fork()
        if child == 0:
            self.become_container(pod)
        pod.pid = child
        self.by_pid[child] = pod
        self.emit("container_started", pod)

    def become_container(self, pod):
        """The child: nothing of the runtime is used any more but the name of its namespace."""
        try:
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            netns.die_with_parent(signal.SIGKILL)
            netns.enter(pod.namespace or netns.node_name(self.options.prefix, self.options.node))
            os.closerange(3, 64)
            workload.run(pod.spec)
        except BaseException:   # the child must never fall back into the parent's loop
            traceback.print_exc()
        os._exit(1)

    def reap(self):
        while self.by_pid:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            pod = self.by_pid.pop(pid, None)
            if pod is not None:
                self.exited(pod, os.waitstatus_to_exitcode(status))

    def exited(self, pod, code):
        pod.pid = None
        self.emit("container_exited", pod, exit=code if code >= 0 else 128 - code, recreating=pod.recreating)
        if not (pod.stopping or pod.recreating) and (pod.restarting or pod.spec["restart_always"]):
            pod.restarting = False
            pod.restarts += 1
            self.after(0.4, self.start_container, pod, pod.sandbox)
            return
        pod.restarts += pod.recreating
        if not pod.recreating:
            pod.stopping = True
        if pod.host_network:
            del self.pods[pod.uid]
            return
        self.after(self.random.uniform(0.01, 0.4), self.take, pod)

    def kill(self, pod, number):
        if pod.pid:
            os.kill(pod.pid, number)

    # ---- commands ----

    def stop(self, pod, seconds):
        """SIGTERM, after SECONDS SIGKILL; the sandbox goes when the container has."""
        if pod.stopping:
            return
        pod.stopping = True
        if pod.pid:
            self.kill(pod, signal.SIGTERM)
            self.after(seconds, self.kill, pod, signal.SIGKILL)
        elif pod in self.addresses.waiting:
            self.addresses.waiting.remove(pod)
            self.emit("sandbox_stopped", pod, sandbox=pod.sandbox, stopping=True)
            netns.take_address(self.options.prefix, self.options.node, pod.interface)
            netns.remove(pod.namespace)
            del self.pods[pod.uid]
        else:
            self.after(0, self.take, pod)

    def command(self, message):
        if message["op"] == "run":
            if message["uid"] not in self.pods:
                pod = self.pods[message["uid"]] = Pod(message)
                self.start(pod)
            return
        pod = self.pods.get(message["uid"])
        if pod is None:
            return
        if message["op"] == "stop":
            self.stop(pod, message["seconds"])
        elif pod.pid and not pod.stopping:
            pod.recreating = message["op"] == "recreate"
            pod.restarting = message["op"] == "restart"
            self.kill(pod, signal.SIGKILL)

    def turn(self, receiver, wakeup):
        due = self.timers[0][0] - now() if self.timers else int(1e9)
        ready, _, _ = select.select([receiver, wakeup], [], [], max(0.0, min(1.0, due / 1e9)))
        if wakeup in ready:
            os.read(wakeup, 4096)
        self.reap()
        if receiver in ready:
            self.command(json.loads(receiver.recv(65536)))
        while self.timers and self.timers[0][0] <= now():
            _, _, action, arguments = heapq.heappop(self.timers)
            action(*arguments)
        while True:
            given = self.addresses.next()
            if given is None:
                return
            self.give(*given)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prefix", "--node", "--address", "--addresses", "--dir", "--seed"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    netns.die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    read_end, write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(os.path.join(options.dir, options.node + ".sock"))
    runtime = Runtime(options)
    while True:
        runtime.turn(receiver, read_end)


if __name__ == "__main__":
    main()
