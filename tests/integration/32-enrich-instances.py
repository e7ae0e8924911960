#!/usr/bin/env python3
"""Three instances share the work, and come and go: one is stopped with SIGTERM, one is killed, one comes back under its
name, and one is stopped (SIGSTOP) until its partitions have been given away, then continued. Every flow has exactly one
outcome, in its partition and in order. A second process with a name that is in use makes the first one exit with an
error, and still no flow has two outcomes.
"""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, Feeder, check, enrich, on_kafka, values, wait_for  # noqa: E402

PARTITIONS, RATE = 6, 1000


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(folder / "log", "w+")
    complaints, codes = [], {}
    with Broker() as broker:
        broker.create_all(PARTITIONS)
        feeder = Feeder(broker, PARTITIONS, RATE)
        feeder.start()

        def start(name, twin=""):
            # A short session timeout, so that a killed instance's partitions are given away within the test.
            return enrich(on_kafka(broker, folder / f"state-{name}{twin}", name, "", "-X", "session.timeout.ms=6000"), stderr=log)

        def moves(what, seconds=60):
            before = broker.committed("tenure-enrich", "flows")
            wait_for(what, lambda: all(offset > before.get(p, 0) for p, offset in
                                       broker.committed("tenure-enrich", "flows").items())
                     and len(broker.committed("tenure-enrich", "flows")) == PARTITIONS, log, seconds)

        running = {"one": start("one")}
        moves("one instance")
        running["two"], running["three"] = start("two"), start("three")
        time.sleep(3)
        moves("three instances")
        running["two"].send_signal(signal.SIGTERM)
        codes["two, stopped"] = running["two"].wait(25)
        moves("after one was stopped")
        running["three"].kill()
        running["three"].wait()
        moves("after one was killed")
        running["two"] = start("two")
        moves("after one came back")
        # Stopped with a transaction open; when it continues, its partitions belong to another instance.
        wait_for("an open transaction", lambda: broker.open_records("tagged") > 0, log)
        running["two"].send_signal(signal.SIGSTOP)
        moves("while one is held still")
        running["two"].send_signal(signal.SIGCONT)
        time.sleep(3)
        moves("after it continues")
        if running["two"].poll() is not None:
            codes["two, held still"] = running["two"].returncode
            running["two"] = start("two")
        twin = start("one", "-twin")
        wait_for("the first of two with one name ends", lambda: running["one"].poll() is not None, log)
        codes["one, with a twin"] = running["one"].returncode
        running["one"] = twin
        moves("with the twin")
        feeder.ending = True
        feeder.join()
        flows = values(broker.read("flows"))
        ends = {}
        for partition, offset, _ in flows:
            ends[partition] = max(ends.get(partition, 0), offset + 1)
        wait_for("the rest", lambda: broker.committed("tenure-enrich", "flows") == ends, log)
        for name in ("one", "two"):
            running[name].send_signal(signal.SIGTERM)
            codes[f"{name}, at the end"] = running[name].wait(25)
        # The killed instance's open transaction ends with its timeout; until then readers stop before it.
        wait_for("the killed one's transaction ends", lambda: broker.open_records("tagged") == 0, log)
        complaints += check(flows, values(broker.read("tagged")), values(broker.read("rejected")))
    for who, code in codes.items():
        if who != "two, held still" and (code == 0) != (who != "one, with a twin"):
            complaints.append(f"{who}: exit {code}")
    log.seek(0)
    text = log.read()
    print(f"{len(flows)} flows through instances that come and go: {codes}; {len(complaints)} complaints")
    if complaints:
        print("\n".join(complaints[:40]), text[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
