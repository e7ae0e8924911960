#!/usr/bin/env python3
"""Goal: tenure-enrich answers probes while its broker is held (SIGSTOP), as a kubelet would ask them, and goes on after it.

/livez is 200 all the time; nothing is lost and nothing twice.
"""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, Feeder, enrich, on_kafka, wait_for  # noqa: E402
from status_page import address_of, get  # noqa: E402

HELD_S = float(sys.argv[1]) if len(sys.argv) > 1 else 22  # longer than a commit may take; 40: than a transaction may be open
TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 1
PATIENCE_S = 5  # of a probe, on a busy machine


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(folder / "log", "w+")
    with Broker() as broker:
        broker.create_all(2)
        process = enrich(on_kafka(broker, folder / "state", "one", "", "--listen", "127.0.0.1:0", "--hold", "1s", "--skew", "0s"), stderr=log)
        address = address_of(folder / "log")
        feeder = Feeder(broker, 2, 200)
        feeder.start()
        wait_for("it is ready", lambda: get(address, "/readyz")[0] == 200, log)
        time.sleep(2)
        broker.signal(signal.SIGSTOP)
        began, worst = time.monotonic(), 0
        while time.monotonic() < began + HELD_S:
            asked = time.monotonic()
            assert get(address, "/livez") == (200, "ok\n"), (folder / "log").read_text()
            worst = max(worst, time.monotonic() - asked)
            time.sleep(0.2)
        broker.signal(signal.SIGCONT)
        print(f"held for {HELD_S:.0f} s: the slowest probe took {worst:.2f} s")
        feeder.ending = True
        feeder.join()
        wait_for("all flows are tagged", lambda: sum(broker.committed("tenure-enrich", "flows").values()) == feeder.sent, log, 120)
        tagged = [value for _, _, _, value, _, _ in broker.read("tagged")]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (folder / "log").read_text()
        assert len(tagged) == len(set(tagged)) == feeder.sent, (len(tagged), len(set(tagged)), feeder.sent)
        assert worst <= PATIENCE_S, worst
    shutil.rmtree(folder)
    print("ok")


if __name__ == "__main__":
    for _ in range(TIMES):
        main()
