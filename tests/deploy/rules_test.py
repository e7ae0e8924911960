"""The alert rules: promtool accepts them and plays their tests, they ask for metrics that are served, each is told of in the runbook, and the
operator's copy is the same. What the runbook quotes of the log is in the code.

    python3 tests/deploy/rules_test.py --write     makes the operator's copy anew
"""

import functools
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/prometheus"
RULES, TESTS = FOLDER / "tenure.rules.yaml", FOLDER / "tenure.rules.test.yaml"
COPY = ROOT / "deploy/kubernetes/monitoring/prometheusrule.yaml"
RUNBOOK = ROOT / "docs/runbook.md"
HEAD = """# Made of deploy/prometheus/tenure.rules.yaml by tests/deploy/rules_test.py --write.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tenure
  labels: {app.kubernetes.io/part-of: tenure}
spec:
"""
LABELS = {"job", "instance"}  # which Prometheus adds
LEAST_LETTERS = 10  # of a format that a quoted line is compared with; "%s: %s" fits everything


def rules():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def copy():
    """The rules as the operator's object, without the comments."""
    lines = [line for line in RULES.read_text().splitlines() if not line.lstrip().startswith("#")]
    return HEAD + "".join(f"  {line}".rstrip() + "\n" for line in lines[lines.index("groups:") :])


def metrics():
    """The labels of each metric that docs/metrics.md lists."""
    rows = re.findall(r"^\| `(\w+)` \| (?:counter|gauge|histogram) \| (.*?) \|", (ROOT / "docs/metrics.md").read_text(), re.M)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def promtool(*words):
    done = subprocess.run(["promtool", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def test_promtool_accepts_the_rules():
    promtool("check", "rules", "--lint-fatal", str(RULES))


def test_the_alerts_fire_and_clear():
    promtool("test", "rules", str(TESTS))


def test_each_alert_is_seen_to_fire_and_to_clear():
    fired, cleared = set(), set()
    for test in yaml.safe_load(TESTS.read_text())["tests"]:
        active = set()
        for step in test["promql_expr_test"]:
            firing = {re.search(r'alertname="(\w+)"', sample["labels"])[1] for sample in step["exp_samples"]}
            cleared |= active - firing
            fired |= firing
            active |= firing
    assert fired == cleared == {rule["alert"] for rule in rules()}


def test_what_the_rules_ask_for_is_served():
    served = metrics()
    for rule in rules():
        for name, selector in re.findall(r"\b(tenure_\w+)(?:\{(.*?)\})?", rule["expr"]):
            assert name in served, f"{rule['alert']}: docs/metrics.md has no {name}"
            asked = set(re.findall(r'(\w+)[=!]~?"', selector))
            assert asked <= served[name] | LABELS, f"{rule['alert']}: {name} has no label {asked - served[name]}"


def test_each_alert_says_what_to_do():
    headings = re.findall(r"^### (Tenure\w+)$", RUNBOOK.read_text(), re.M)
    assert headings == [rule["alert"] for rule in rules()]
    for rule in rules():
        notes = rule["annotations"]
        assert set(notes) == {"summary", "description", "runbook"} and rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert notes["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert not notes["summary"].endswith(".") and notes["description"].endswith(".")


def test_the_operator_has_the_same_rules():
    assert COPY.read_text() == copy(), f"{COPY}: tests/deploy/rules_test.py --write makes it"


CONVERSION = r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j)?[a-zA-Z]"


@functools.cache
def formats():
    """The literals of C outside tests, those beside each other as one, that say enough to be known again."""
    literal = r'"(?:\\.|[^"\\\n])*"'
    found = set()
    for folder in ("common", "producers", "enricher", "sink"):
        for path in (ROOT / folder).rglob("*.c"):
            text = re.sub(r"\bPRI[a-z]+\d*", '"d"', path.read_text())
            for run in re.finditer(rf"{literal}(?:\s*{literal})*", text):
                form = "".join(part[1:-1] for part in re.findall(literal, run[0])).replace('\\"', '"').removesuffix("\\n")
                if len(re.findall("[A-Za-z]", re.sub(CONVERSION, "", form))) >= LEAST_LETTERS:
                    found.add(form)
    return found


def says(form, line):
    """Whether FORM prints LINE; " ..." at its end stands for the rest, which begins where a conversion does."""
    whole = not line.endswith(" ...")
    line = line.removesuffix(" ...")
    parts = [part for part in re.split(f"({CONVERSION})", form) if part]
    literals = [not re.fullmatch(CONVERSION, part) for part in parts]
    if not all(part in line for part, literal in zip(parts if whole else parts[:2], literals) if literal):
        return False
    ends = [len(parts)] if whole else [n for n in range(2, len(parts)) if not literals[n]]
    return any(re.fullmatch("".join(re.escape(part) if literal else ".*" for part, literal in zip(parts[:end], literals)), line) for end in ends)


def quoted():
    """The lines of a log that the paragraphs of the runbook quote: in backquotes, of three words at least, and no command.
    Those of its table are compared with what the programs print (integration/alerts_live.py, 39-faults.py)."""
    for line in re.findall(r"`([^`\n]+)`", RUNBOOK.read_text().partition("<!-- /faults -->")[2]):
        if line.count(" ") >= 2 and not re.match(r"(tenure-\w+|kubectl|kafka-\S+|chronyc|ip) ", line):
            yield line


def test_what_the_runbook_quotes_is_in_the_code():
    lines = set(quoted())
    unsaid = [line for line in lines if not any(says(form, line) for form in formats())]
    assert len(lines) > 10 and not unsaid


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        COPY.write_text(copy())
    else:
        sys.exit(__doc__.strip())
