#!/usr/bin/env python3
"""The broker is killed, later stopped, and started again while the enricher works; the enricher continues without being
restarted, its log has each outage and its end once, and every flow has exactly one outcome, in its partition and in order.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import LAB, Broker, Feeder, check, enrich, on_kafka, values, wait_for  # noqa: E402

PARTITIONS, RATE = 4, 1000


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(folder / "log", "w+")
    with Broker() as broker:
        broker.create_all(PARTITIONS)
        feeder = Feeder(broker, PARTITIONS, RATE)
        feeder.start()
        process = enrich(on_kafka(broker, folder / "state"), stderr=log)

        def total():
            try:
                return sum(broker.committed("tenure-enrich", "flows").values())
            except Exception:  # the broker is not up yet
                return -1

        def reaches(what, count):
            """Waits until COUNT flows have their outcome."""
            wait_for(what, lambda: total() >= count or process.poll() is not None, log, 120)
            if process.poll() is not None:
                raise SystemExit(f"{what}: the enricher ended with {process.returncode}\n" + Path(log.name).read_text()[-5000:])

        reaches("the start", 2000)
        for number in range(2):
            pid = int((broker.folder / "pid").read_text())
            subprocess.run(["kill", "-KILL" if number != 1 else "-TERM", str(pid)], check=True)
            time.sleep(3)
            subprocess.run([LAB / "kafka-down", broker.folder], check=True)
            subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)
            # Some of these were written while the broker was away, some come after it is back.
            reaches(f"after broker restart {number}", feeder.sent + 2000)
        feeder.ending = True
        feeder.join()
        flows = values(broker.read("flows"))
        reaches("the rest", len(flows))
        process.send_signal(signal.SIGTERM)
        code = process.wait(25)
        wait_for("no transaction is open", lambda: broker.open_records("tagged") == 0, log)
        complaints = check(flows, values(broker.read("tagged")), values(broker.read("rejected")))

        # If it is stopped while the broker is away it does not hang. Flows keep coming until the broker is killed, so
        # the enricher is busy then, however fast it is.
        Feeder(broker, PARTITIONS, RATE).start()
        process = enrich(on_kafka(broker, folder / "state"), stderr=log)
        reaches("the last start", len(flows) + 2000)
        os.kill(int((broker.folder / "pid").read_text()), signal.SIGKILL)
        began = time.time()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
        stopped = time.time() - began
        if stopped > 25:
            complaints.append(f"without a broker it took {stopped:.1f} s to stop")
    log.seek(0)
    text = log.read()
    away, back = text.count("no broker can be reached"), text.count("answers again after")
    # The last outage may have been too short to be said, and has no end.
    if not 2 <= away <= 3 or back != 2:
        complaints.append(f"two outages of the broker: {away} lines for their beginnings, {back} for their ends")
    print(f"{len(flows)} flows through 2 restarts of the broker; exit {code}; without a broker stopped in {stopped:.1f} s; {len(complaints)} complaints")
    if complaints or code != 0:
        print("\n".join(complaints[:40]), text[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
