"""A container's process: tests/lab/workload.py, with its settings from the environment, and a log of when it started.

Runs inside the pod.  CALLS is "name=address=port=rate ..."; a name without an address is asked of DNS.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import workload
from records import Log, now


def settings():
    uid, environment = os.environ["POD_UID"], os.environ
    calls = []
    for word in environment.get("CALLS", "").split():
        name, address, port, rate = word.split("=")
        calls.append({"service": name, "address": address, "port": int(port), "rate": float(rate)})
    spec = {"uid": uid, "service": environment["APP"], "calls": calls, "dns": "/dns", "listen": None, "log": f"/log/work-{uid}.ndjson",
            "think": float(environment.get("THINK", 0.02)), "bytes": int(environment.get("BYTES", 600)),
            "drain": float(environment.get("DRAIN", 0)), "exit": int(environment.get("EXIT", 0))}
    if "LISTEN" in environment:
        spec["port"] = int(environment["LISTEN"])
    if "LIFE" in environment:
        spec["life"] = float(environment["LIFE"])
    if "FILL" in environment:
        with open("/filled", "wb") as file:
            file.write(bytes(int(environment["FILL"])))
    return spec


if __name__ == "__main__":
    Log("/log/life.ndjson").write(t=now(), uid=os.environ["POD_UID"], name=os.environ["POD_NAME"], container=os.environ["CONTAINER"])
    workload.run(settings())
