"""Control groups (version 1) of a run's nodes: whatever runs in them is ended and removed together."""
import os
import signal
import time

ROOT = "/sys/fs/cgroup"
NEEDED = ("cpu", "cpuset", "memory", "pids")
SYSTEM = "system"        # beside the pods: the node's own programs


def hierarchies():
    return [name for name in sorted(os.listdir(ROOT)) if os.path.exists(f"{ROOT}/{name}/release_agent")] if os.path.isdir(ROOT) else []


def make(name):
    """Makes the group NAME in every hierarchy, and in it the one of the node's own programs."""
    for hierarchy in hierarchies():
        os.makedirs(f"{ROOT}/{hierarchy}/{name}")
    for part in ("cpus", "mems"):     # empty in a new group, which then may not run anything
        with open(f"{ROOT}/cpuset/cpuset.{part}", encoding="ascii") as file:
            value = file.read()
        with open(f"{ROOT}/cpuset/{name}/cpuset.{part}", "w", encoding="ascii") as file:
            file.write(value)
    os.makedirs(f"{ROOT}/pids/{name}/{SYSTEM}")


def inside(name, argv):
    """ARGV, as a command that runs as one of the node's own programs."""
    return ["sh", "-c", 'echo 0 >"$0" && exec "$@"', f"{ROOT}/pids/{name}/{SYSTEM}/cgroup.procs", *argv]


def members(path):
    found = []
    for folder, _, _ in os.walk(path):
        try:
            with open(folder + "/cgroup.procs", encoding="ascii") as file:
                found += map(int, file)
        except OSError:
            pass    # removed meanwhile
    return found


def kill(name, seconds=20):
    """Ends what runs in NAME: the node's own programs first, so that they report nothing of the pods' end."""
    top = f"{ROOT}/pids/{name}"
    deadline = time.monotonic() + seconds
    while True:
        left = members(f"{top}/{SYSTEM}") or members(top)
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not left or time.monotonic() > deadline:
            return
        time.sleep(0.02)


def remove(name):
    kill(name)
    for hierarchy in os.listdir(ROOT):     # runc makes groups of version 2 as well
        for folder, _, _ in os.walk(f"{ROOT}/{hierarchy}/{name}", topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass


def of_run(prefix):
    top = ROOT + "/pids"
    return [name for name in os.listdir(top) if name.startswith(prefix + "-")] if os.path.isdir(top) else []
