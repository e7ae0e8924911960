"""docs/metrics.md lists the metrics of each program's tables, with their types, labels and sentences, and no other.

What a program serves is compared with it by the tests of their status (integration/status_page.py): here is what none of them may bring about.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs/metrics.md"
FOLDERS = {"tenure-flows": "producers/flows", "tenure-enrich": "enricher", "tenure-kube": "producers/kube", "tenure-lookup": "sink/lookup",
           "tenure-graph": "sink/graph", "tenure-observe": "sink/observe"}  # fmt: skip
SHARED = "common"
TEXT = r'"((?:[^"\\]|\\.|"\s*")*)"'  # literals beside each other are one
METRIC = re.compile(rf'\{{\s*"((?:tenure|traces)_\w+)",\s*METRIC_(COUNTER|GAUGE),\s*{TEXT},\s*\{{([^}}]*)\}}\s*\}}')
EDGE = re.compile(rf'\{{\s*"((?:tenure|traces)_\w+)",\s*"(counter|histogram)",\s*{TEXT}\s*\}}')


def sentence(literals):
    return re.sub(r'"\s*"', "", literals)


def tables(folder):
    """The rows of the tables in FOLDER: name, type, labels, sentence. The labels of edges are in none."""
    found = set()
    for path in (ROOT / folder).rglob("*.c"):
        text = path.read_text()
        for name, kind, words, labels in METRIC.findall(text):
            found.add((name, kind.lower(), tuple(re.findall(r'"(\w+)"', labels)), sentence(words)))
        for name, kind, words in EDGE.findall(text):
            found.add((name + ("_total" if kind == "counter" else ""), kind, None, sentence(words)))
    return found


def sections():
    """The rows of docs/metrics.md by their program."""
    found = {}
    for section in re.split(r"^## ", DOCS.read_text(), flags=re.M)[1:]:
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", section, re.M)
        if rows:
            listed = [(name, kind, tuple(re.findall(r"`(\w+)`", labels)), words) for name, kind, labels, words in rows]
            assert len(listed) == len(set(listed)), f"{section.split()[0]}: a metric is there twice"
            found[section.split()[0]] = set(listed)
    return found


def without_edges_labels(row):
    return (*row[:2], None, row[3]) if row[0].startswith(("traces_", "tenure_graph_edge_")) else row


def test_each_program_has_its_metrics_and_no_other():
    shared = tables(SHARED)
    for program, rows in sections().items():
        own, listed = tables(FOLDERS[program]), set(map(without_edges_labels, rows))
        assert own, f"{program}: its table is not found in {FOLDERS[program]}"
        assert own <= listed, f"docs/metrics.md, {program}: lacks {own - listed}"
        assert listed <= own | shared, f"docs/metrics.md, {program}: no table has {listed - own - shared}"


def test_each_program_with_a_table_has_its_section():
    assert {program for program, folder in FOLDERS.items() if tables(folder)} == set(sections())


def test_what_programs_share_is_listed():
    listed = set().union(*sections().values())
    assert tables(SHARED) <= listed, tables(SHARED) - listed


def test_each_table_is_read_whole():
    """A metric whose entry is written in another way is not overlooked."""
    for folder in (*FOLDERS.values(), SHARED):
        for path in (ROOT / folder).rglob("*.c"):
            text = path.read_text()
            assert len(re.findall(r"\bMETRIC_(?:COUNTER|GAUGE),", text)) == len(METRIC.findall(text)), path
