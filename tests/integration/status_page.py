"""What the tests of /metrics and /readyz share."""

import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def get(address, path):
    """The status and body of a GET; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def samples(page):
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line[0] != "#"}


def address_of(log, seconds=30):
    """Where a program listens, by its log."""
    deadline = time.monotonic() + seconds
    while not (found := re.search(r"http: listening on ([0-9.:]+)", log.read_text())):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
    return found.group(1)


def check_page(page, program, also=()):
    """promtool accepts PAGE, and the section of PROGRAM in docs/metrics.md has each metric with its type, labels (but ALSO, of many) and sentence."""
    subprocess.run(["promtool", "check", "metrics"], input=page.encode(), check=True)
    section = (ROOT / "docs/metrics.md").read_text().split(f"\n## {program}\n")[1].split("\n## ")[0]
    labels = {}
    for name, found in re.findall(r"^(\w+?)(?:_count)?(?:\{(.*)\})? \S+$", page, re.M):
        labels[name] = [label for label in re.findall(r'(\w+)="', found) if label not in also]
    for name, sentence in re.findall(r"^# HELP (\S+) (.*)$", page, re.M):
        kind = re.search(rf"^# TYPE {name} (\w+)$", page, re.M).group(1)
        row = f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels.get(name, []))} | {sentence} |"
        assert row in section or name not in labels, f"docs/metrics.md, {program}: should have\n{row}"


def time_of_scrape(address, times=20):
    """The median in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert get(address, "/metrics")[0] == 200
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[times // 2]
