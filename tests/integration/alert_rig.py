"""What the tests of the alerts share: a real Prometheus with deploy/prometheus/tenure.rules.yaml, and the table of faults of docs/runbook.md."""

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/prometheus/tenure.rules.yaml"
RUNBOOK = ROOT / "docs/runbook.md"
# The rules' times for a test: each expression stays as it is but for these numbers.
SHORTER = (
    (r"\[5m\]", "[6s]"), (r"\[15m\]", "[6s]"), (r"offset 15m", "offset 6s"), (r"for: \d+m", "for: 2s"),
    (r"> 60 and deriv", "> 8 and deriv"),
)  # fmt: skip


def get(address, path):
    """The status and body of a GET; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def shortened(text):
    """The rules, with the times of SHORTER."""
    for old, new in SHORTER:
        text, count = re.subn(old, new, text)
        assert count, f"{RULES}: has no {old}"
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """A server that scrapes TARGETS, {job: address}, every second and has the RULES, for `with`."""

    def __init__(self, folder, targets, rules):
        self.folder, self.port = folder, free_port()
        jobs = [{"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in targets.items()]
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
                  "rule_files": [str(folder / "rules.yaml")], "scrape_configs": jobs}  # fmt: skip
        (folder / "rules.yaml").write_text(rules)
        (folder / "prometheus.yml").write_text(json.dumps(config))

    def __enter__(self):
        self.log = open(self.folder / "prometheus.log", "w+")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data", "--log.level=warn",
             f"--web.listen-address=127.0.0.1:{self.port}"], stderr=self.log, stdout=self.log)  # fmt: skip
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def ask(self, path, **query):
        status, body = get(f"127.0.0.1:{self.port}", f"/api/v1/{path}?{urllib.parse.urlencode(query)}")
        return json.loads(body)["data"] if status == 200 else None

    def alerts(self):
        """Those that fire, by name, each with its annotations."""
        found = self.ask("alerts") or {"alerts": []}
        return {each["labels"]["alertname"]: each["annotations"] for each in found["alerts"] if each["state"] == "firing"}

    def scrapes(self):
        """How many targets answer."""
        found = (self.ask("query", query="sum(up)") or {"result": []})["result"]
        return int(found[0]["value"][1]) if found else 0

    def fired_within(self, seconds):
        """The alerts that fired at any time in the last SECONDS."""
        found = self.ask("query", query=f'count by (alertname) (count_over_time(ALERTS{{alertstate="firing"}}[{seconds}s]))')
        return {each["metric"]["alertname"] for each in found["result"]}


class Log:
    """A program's log, of which lines are looked for from a mark on."""

    def __init__(self, path):
        self.path, self.marked = path, 0
        path.touch()

    def text(self):
        return self.path.read_text(errors="replace")

    def mark(self):
        self.marked = len(self.text())

    def has(self, quoted):
        return re.search(pattern(quoted), self.text()[self.marked :]) is not None


def pattern(quoted):
    """A line as the runbook quotes it, in logfmt: words in capitals and "..." stand for what varies."""
    words = r"(\b(?:FILE|TIME|N|RESOURCE|WHY|NAME|URL|ADDRESS|PATTERN|TOPIC)\b|\.\.\.)"
    return "".join(".*" if part % 2 else re.escape(text) for part, text in enumerate(re.split(words, quoted)))


class Fault:
    """A row of the runbook's table."""

    def __init__(self, cells):
        self.name, begins, ends, metric, alerts, code = (cell.strip() for cell in cells)
        self.begins, self.ends, self.metrics, self.alerts = (re.findall(r"`([^`]+)`", cell) for cell in (begins, ends, metric, alerts))
        self.one_is_enough = " or " in alerts
        self.code = int(code) if code else None

    def fires(self, firing):
        return (any if self.one_is_enough else all)(name in firing for name in self.alerts)


def faults():
    """The rows of the runbook's table by the fault."""
    table = re.search(r"<!-- faults -->\n(.*?)<!-- /faults -->", RUNBOOK.read_text(), re.S)[1]
    rows = [Fault(line.strip().strip("|").split("|")) for line in table.strip().splitlines()[2:]]
    return {row.name: row for row in rows}


def wait_until(test, what, seconds, tell=lambda: ""):
    """Waits until TEST() is true; returns after how long."""
    began = time.monotonic()
    while not test():
        assert time.monotonic() < began + seconds, f"{what}: not within {seconds} s\n{tell()}"
        time.sleep(0.1)
    return time.monotonic() - began
