#!/usr/bin/env python3
"""Goal: every program takes times and durations as people write them. Each option of --help that takes a TIME or a DURATION is given each
form and each wrong one, whose refusal says what would be right; so are the questions of tenure-lookup and tenure-graph over HTTP and DNS.
All forms of one instant are one instant: they give one answer.
"""

import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import graph_server  # noqa: E402
import lookup_server  # noqa: E402
from dns_lab import Client  # noqa: E402

BUILD = lookup_server.BUILD
PROGRAMS = ("flows", "kube", "enrich", "lookup", "graph", "observe")
SECOND, ADDRESS = "2026-11-24T07:49:29Z", "10.244.2.10"
SAME = (SECOND, "2026-11-24 07:49:29", "2026-11-24T07:49:29", "2026-11-24 07:49:29Z", "2026-11-24T08:49:29+01:00", "2026-11-24 08:49:29 +0100",
        "1795506569", "1795506569000", "1795506569.0")  # fmt: skip
RELATIVE = ("now", "5m", "-5m", "5m ago", "90s", "-500ms", "3d", "2w ago", "-2w")
WRONG_TIMES = ("", "soon", "yesterday", "5 minutes", "5x", "+5m", "ago", "90", "24.11.2026", "2026-13-24T07:49:29Z", "2026-11-24T07:49:29 CET")
TIME = 'a time such as 2026-11-23T08:00:00Z, "2026-11-23 08:00:00" (UTC), 1795420800, 5m, -5m, "5m ago" or now'
DURATIONS = ("500ms", "10s", "90", "5m", "2h", "3d", "2w")
WRONG_DURATIONS = ("", "soon", "-5m", "5m ago", "5 m", "1.5h", "5x", "1y", "99999999999w", "now")
DURATION = "a duration such as 500ms, 10s, 5m, 2h, 3d or 2w"
EACH = 8  # of so many records of the recording one is read
# What reads a file and prints what its instants select.
SELECTS = {
    ("observe", "since"): [], ("observe", "until"): [], ("graph", "from"): [], ("graph", "to"): [],
    ("graph", "base-from"): ["--from", "2026-11-24T07:49:40Z"], ("graph", "base-to"): ["--from", "2026-11-24T07:49:40Z", "--base-from", "2026-11-24T07:49:00Z"],
    ("lookup", "at"): [], ("lookup", "kube-from"): [], ("lookup", "kube-until"): [],
    ("enrich", "since"): [], ("enrich", "until"): [], ("enrich", "kube-from"): [], ("enrich", "kube-until"): [],
}  # fmt: skip


def options(program):
    """Its options that take a TIME and a DURATION."""
    done = subprocess.run([BUILD / f"tenure-{program}", "--help"], stdout=subprocess.PIPE, text=True, check=True)
    found = re.findall(r"^ +(?:-\w, )?--([a-z0-9-]+) (TIME|DURATION)\b", done.stdout, re.M)
    return [name for name, kind in found if kind == "TIME"], [name for name, kind in found if kind == "DURATION"]


def call(folder, program, *words, **variables):
    """What a program says that is refused for lack of everything else, and what it prints."""
    environment = dict(os.environ, XDG_STATE_HOME=str(folder / "state"), TENURE_LOG_FORMAT="text", **variables)
    done = subprocess.run([BUILD / f"tenure-{program}", *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def check_right(folder, program, names, text):
    """All options NAMES take TEXT, as flags and as variables."""
    flags = [word for name in names for word in (f"--{name}", text)]
    variables = {"TENURE_" + name.upper().replace("-", "_"): text for name in names}
    for words, more in ((flags, {}), ([], variables)):
        said = call(folder, program, *words, **more)[2]
        assert "is not a time" not in said and "is not a duration" not in said, f"tenure-{program} {words} {more}: {said}"


def check_wrong(folder, program, name, wrong, sentence):
    """The option NAME refuses each of WRONG with SENTENCE."""
    for text in wrong:
        code, _, said = call(folder, program, *inputs(program), f"--{name}={text}")
        wanted = f'tenure-{program}: --{name}: "{text}" is not {sentence}\n'
        assert code == 64 and said == wanted, f"tenure-{program} --{name} {text!r}: {code}, {said}; not {wanted}"


def inputs(program):
    """What it reads, so that nothing but the option under test is wrong."""
    return {
        "enrich": ["--kube", "kube.ndjson", "--flows", "n1.ndjson", "--out", "-", "--rejected", "/dev/null"],
        "lookup": ["--kube", "kube.ndjson", ADDRESS], "graph": ["--in", "tagged.ndjson", "--format", "json"],
        "observe": ["--in", "tagged.ndjson", "-o", "json", "--last", "0"],
    }.get(program, [])  # fmt: skip


def check_same(folder, program, name):
    """Each form of SAME selects the same, and something else than another second."""
    more = SELECTS[program, name]
    prints = [call(folder, program, *inputs(program), *more, f"--{name}", text) for text in (*SAME, "2026-11-24T07:49:35Z")]
    for text, (code, printed, said) in zip(SAME, prints):
        assert code == 0 and printed and printed == prints[0][1], f"tenure-{program} --{name} {text}: {code} {said}"
    if not name.startswith("kube-"):  # the recording has PROGRESS records, which say more than these
        assert prints[-1][1] != prints[0][1], f"tenure-{program} --{name}: another second selects the same"


def check_http(server, target, name, right, wrong, sentence):
    """The parameter NAME of TARGET, in the same way."""
    answers = []
    for text in right:
        status, _, body = server.ask(f"{target}{name}={urllib.parse.quote(text)}")
        assert status == 200, f"{target}{name}={text}: {status} {body[:300]}"
        answers.append(body)
    for text in wrong:
        status, _, body = server.ask(f"{target}{name}={urllib.parse.quote(text)}")
        assert status == 400 and sentence.encode() in body.replace(b'\\"', b'"'), f"{target}{name}={text}: {status} {body[:300]}"
    return answers


def check_servers(folder):
    with lookup_server.Server(folder, "--kube", folder / "kube.ndjson", "--state", "none", "--listen-dns", "127.0.0.1:0") as lookup:
        lookup.wait_ready()
        answers = check_http(lookup, f"/v1/ip/{ADDRESS}?", "at", (*SAME, *RELATIVE), WRONG_TIMES, TIME)
        assert len(set(answers[: len(SAME)])) == 1, "forms of one instant have several answers"
        dns = Client(int(re.search(r"dns: listening on \S+?:(\d+)", lookup.text())[1]))
        name = ".".join(reversed(ADDRESS.split("."))) + ".in-addr.arpa"
        ask = lambda moment: dns.ask(f"{name}.{moment}.tenure.internal")
        moments = ("at-20261124T074929Z", "at-1795506569", "at-1795506569000", "at-2026-11-24T07:49:29Z", "at-2026-11-24T07:49:29")
        said = {moment: ask(moment).records for moment in moments}
        assert len(set(map(tuple, said.values()))) == 1 and said[moments[0]], said
        for moment in ("ago-500ms", "ago-90", "ago-90s", "ago-5m", "ago-2h", "ago-3d", "ago-2w"):
            assert not any("at-20261123T080000Z" in text for _, text in ask(moment).errors), f"{moment}: {ask(moment).errors}"
        for moment in ("at-soon", "at-5m", "ago-soon", "ago-1y", "at-20261324T074929Z"):
            assert any("at-20261123T080000Z" in text for _, text in ask(moment).errors), f"{moment}: {ask(moment).code} {ask(moment).errors}"
    with graph_server.Server(folder, "--in", folder / "tagged.ndjson") as graph:
        graph.wait_ready()
        answers = check_http(graph, "/v1/graph?window=10s&", "at", (*SAME, *RELATIVE), WRONG_TIMES, TIME)
        assert len(set(answers[: len(SAME)])) == 1, "forms of one instant have several graphs"
        check_http(graph, "/v1/graph?to=now&", "from", (*SAME, *RELATIVE[1:]), WRONG_TIMES, TIME)
        check_http(graph, "/v1/graph?at=now&", "window", DURATIONS[1:], (*WRONG_DURATIONS, "500ms"), "a duration of at least a second, such as 90s, 5m or 2h")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-times-") as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(name)
        graph_server.record(folder)
        flows = subprocess.run([BUILD / "tenure-flows", "-r", "n1.pcap", "--out", "-"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        for file, text in (("n1.ndjson", flows.stdout), ("tagged.ndjson", (folder / "tagged.ndjson").read_bytes())):
            (folder / file).write_bytes(b"\n".join(text.splitlines()[::EACH]) + b"\n")
        tasks, count = [], [0, 0]
        for program in PROGRAMS:
            times, durations = options(program)
            for names, right, wrong, sentence in ((times, (*SAME, *RELATIVE), WRONG_TIMES, TIME), (durations, DURATIONS, WRONG_DURATIONS, DURATION)):
                tasks += [pool.submit(check_right, folder, program, names, text) for text in right if names]
                tasks += [pool.submit(check_wrong, folder, program, name, wrong, sentence) for name in names]
            tasks += [pool.submit(check_same, folder, program, each) for each in times]
            count = [count[0] + len(times), count[1] + len(durations)]
        assert count[0] == len(SELECTS), f"{count[0]} options take a TIME, and {len(SELECTS)} are known"
        for task in tasks:
            task.result()
        check_servers(folder)
        print(f"{count[0]} options take times, {count[1]} durations, in each form")
    return 0


if __name__ == "__main__":
    sys.exit(main())
