#!/usr/bin/env python3
"""The broker is killed, later stopped, and started again while the enricher works; the enricher goes on by itself, without
being started again, and every flow has exactly one outcome, in its partition and in order.
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
from enrich_broker import LAB, Broker, Feeder, check, enrich, flow, on_kafka, values, wait_for  # noqa: E402

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
            except Exception:  # the broker is on its way
                return -1

        def moves(what):
            before = total()
            wait_for(what, lambda: total() > before + 2000 or process.poll() is not None, log, 120)
            if process.poll() is not None:
                raise SystemExit(f"{what}: the enricher ended with {process.returncode}\n" + Path(log.name).read_text()[-5000:])

        moves("the start")
        for number in range(2):
            pid = int((broker.folder / "pid").read_text())
            subprocess.run(["kill", "-KILL" if number != 1 else "-TERM", str(pid)], check=True)
            time.sleep(3)
            subprocess.run([LAB / "kafka-down", broker.folder], check=True)
            subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)
            moves(f"after broker restart {number}")
        feeder.ending = True
        feeder.join()
        flows = values(broker.read("flows"))
        ends = {}
        for partition, offset, _ in flows:
            ends[partition] = max(ends.get(partition, 0), offset + 1)
        wait_for("the rest", lambda: broker.committed("tenure-enrich", "flows") == ends, log, 120)
        process.send_signal(signal.SIGTERM)
        code = process.wait(25)
        wait_for("no transaction is open", lambda: broker.open_records("tagged") == 0, log)
        complaints = check(flows, values(broker.read("tagged")), values(broker.read("rejected")))

        # Stopped while the broker is away it does not hang.
        process = enrich(on_kafka(broker, folder / "state"), stderr=log)
        for number in range(40000):
            feeder.producer.produce("flows", flow(number, time.time() - 100), partition=number % PARTITIONS)
        feeder.producer.flush(30)
        moves("the last start")
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
    print(f"{len(flows)} flows through 2 restarts of the broker; exit {code}; without a broker stopped in {stopped:.1f} s; {len(complaints)} complaints")
    if complaints or code != 0:
        print("\n".join(complaints[:40]), text[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
