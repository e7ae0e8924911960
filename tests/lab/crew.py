"""The processes of one run: started in a namespace, remembered on disk, stopped in reverse order.

/run/tenure-lab/PREFIX holds the folder and the process that owns a run, so that
what a killed run left behind can be found and removed.
"""
import json
import os
import signal
import subprocess
import time

import cgroups
import netns

REGISTRY = "/run/tenure-lab"


def started_at(pid):
    """When the kernel says PID began: tells a process from a later one of the same number."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


class Crew:
    def __init__(self, directory, prefix):
        self.directory, self.prefix = directory, prefix
        self.members = {}
        os.makedirs(os.path.join(directory, "log"), exist_ok=True)
        os.makedirs(REGISTRY, exist_ok=True)
        with open(os.path.join(REGISTRY, prefix), "w", encoding="utf-8") as file:
            json.dump({"directory": directory, "pid": os.getpid(), "started": started_at(os.getpid())}, file)

    def command(self, namespace, argv):
        inside = ["ip", "netns", "exec", f"{self.prefix}-{namespace}"] if namespace else []
        return inside + [str(word) for word in argv]

    def call(self, namespace, argv, environment=None):
        """Runs to the end; returns what it printed.  Raises with its last words when it failed."""
        done = subprocess.run(self.command(namespace, argv), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=dict(os.environ, **(environment or {})), check=False,
                              start_new_session=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, argv))}: exit {done.returncode}: {done.stderr[-800:]}")
        return done.stdout

    def start(self, name, namespace, argv, environment=None, stdout=None):
        """Starts in the background, out of reach of the terminal's Ctrl-C; it ends when this process does."""
        with open(os.path.join(self.directory, "log", name), "ab") as log:
            process = subprocess.Popen(self.command(namespace, argv), stdin=subprocess.DEVNULL, stdout=stdout or log,
                                       stderr=log, env=dict(os.environ, **(environment or {})),
                                       preexec_fn=netns.die_with_parent, start_new_session=True)
        self.members[name] = process
        with open(os.path.join(self.directory, "pids"), "a", encoding="ascii") as file:
            file.write(f"{process.pid} {started_at(process.pid)} {name}\n")
        return process

    def ended(self):
        """Names of members that ended by themselves."""
        return [name for name, process in self.members.items() if process.poll() is not None]

    def stop(self, name, seconds=20.0):
        """TERM, then KILL after SECONDS.  Returns the exit code, None when it had to be killed."""
        process = self.members.pop(name, None)
        if process is None:
            return 0
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    def stop_all(self):
        for name in reversed(list(self.members)):
            self.stop(name, 5.0)


def kill_recorded(directory):
    path = os.path.join(directory, "pids")
    if not os.path.exists(path):
        return
    with open(path, encoding="ascii") as file:
        for line in file:
            pid, started, _ = line.split(" ", 2)
            if started_at(int(pid)) == started:
                os.kill(int(pid), signal.SIGKILL)


def remove_namespaces(prefix):
    """Ends what still runs inside, then removes: nothing of a run lives outside its namespaces."""
    for name in netns.list_all(prefix):
        found = subprocess.run(["ip", "netns", "pids", name], text=True, capture_output=True, check=False)
        for pid in found.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
    time.sleep(0.2)
    for name in netns.list_all(prefix):
        netns.remove(name)


def clean_up(prefix):
    """Removes all that the run PREFIX made, but its folder of logs."""
    path = os.path.join(REGISTRY, prefix)
    try:
        with open(path, encoding="utf-8") as file:
            kill_recorded(json.load(file)["directory"])
    except OSError:
        pass
    for name in cgroups.of_run(prefix):
        cgroups.remove(name)
    remove_namespaces(prefix)
    if os.path.exists(path):
        os.unlink(path)


def dead_runs():
    """Prefixes of runs whose owner is gone."""
    found = []
    for prefix in os.listdir(REGISTRY) if os.path.isdir(REGISTRY) else []:
        with open(os.path.join(REGISTRY, prefix), encoding="utf-8") as file:
            owner = json.load(file)
        if started_at(owner["pid"]) != owner["started"]:
            found.append(prefix)
    return found
