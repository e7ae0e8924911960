"""What the tests of /readyz share: a program that is started, probed as fast as it answers, and killed with SIGKILL."""

import shutil
import time

from enrich_broker import started
from status_page import address_of, get

LIMIT = 60  # seconds in which a program becomes ready


class Target:
    """A program. A subclass has launch(LOG), which starts it; prepare(), what happens while it is away; and check(MARK), which is
    called at its first 200 with what prepare() returned and says whether that was true."""

    lost = "state"  # what it is started without at times

    def __init__(self, name, folder):
        self.name, self.folder = name, folder / name
        self.folder.mkdir()
        self.starts = self.ready = self.probes = self.unready = self.hindered = 0

    def start(self):
        self.starts += 1
        self.log = self.folder / f"log-{self.starts}"
        self.process = self.launch(open(self.log, "w"))
        started.append(self.process)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def lose(self):
        """Takes from it what an earlier process kept."""
        shutil.rmtree(self.folder / self.lost, ignore_errors=True)

    def probe(self):
        self.asked = time.time()
        status, self.body = get(self.address, "/readyz?verbose")
        # No answer at all: it waits for a broker.
        assert status in (0, 200, 503), (self.name, status, self.log.read_text())
        assert status == 0 or (status == 200) == ("[-]" not in self.body), (self.name, status, self.body)
        self.probes += 1
        self.unready += status != 200
        return status == 200

    def until_ready(self, seconds=LIMIT):
        deadline = time.monotonic() + seconds
        self.address = address_of(self.log)
        while not self.probe():
            assert self.process.poll() is None, (self.name, self.log.read_text())
            assert time.monotonic() < deadline, (self.name, self.body, self.log.read_text())

    def never_ready(self, seconds):
        deadline = time.monotonic() + seconds
        self.address = address_of(self.log)
        while time.monotonic() < deadline:
            assert not self.probe(), (self.name, self.body)
            assert self.process.poll() is None, (self.name, self.log.read_text())

    def hinder(self, chance):
        """Brings about what it cannot be ready with, and returns how that ends; None: there is no such thing this time."""
        return None

    def restart(self, chance):
        """One start, and one kill."""
        if chance.random() < 0.25:
            self.lose()
        mark = self.prepare()
        heal = self.hinder(chance)
        self.start()
        if heal is not None:
            self.hindered += 1
            self.never_ready(1 + chance.random())
            heal()
        if heal is None and self.starts > 1 and chance.random() < 0.3:
            time.sleep(chance.uniform(0, 0.6))
        else:
            self.until_ready()
            self.check(mark)
            self.ready += 1
            time.sleep(chance.choice([0, chance.uniform(0, 0.3)]))
        self.kill()

    def tell(self):
        hindered = f", {self.hindered} of them hindered at first" if self.hindered else ""
        print(f"{self.name}: {self.starts} starts, {self.ready} probed until ready and asked{hindered}; {self.probes} probes, {self.unready} not ready")
        # Something was seen on both sides.
        assert self.ready > 0 and 0 < self.unready < self.probes, self.name
