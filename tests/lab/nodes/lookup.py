#!/usr/bin/env python3
"""lookup.py KUBE: tenure-lookup beside the oracle on the watch events KUBE of a recording, such as KEEP/short/kube.ndjson of
`tests/lab/nodes/run --dir KEEP`. Every address at every second: lists, annotated logs, HTTP and DNS."""
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TESTS / "integration"))


def test(name):
    """The module of an integration test."""
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), TESTS / f"integration/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    kube = Path(sys.argv[1]).resolve()
    lists, dns, http = test("65-lookup-oracle"), test("72-lookup-dns"), test("76-lookup-http")
    lines = kube.read_bytes().splitlines()
    addresses = lists.addresses_of([json.loads(line) for line in lines])
    with tempfile.TemporaryDirectory(prefix="tenure-lookup-") as name:
        folder = Path(name)
        (folder / "kube").symlink_to(kube)
        wrong, questions = lists.check(folder)
        first = questions[0][1] // lists.SECOND
        http.START = lists.moments.render(questions[0][1])
        http.SECONDS = questions[-1][1] // lists.SECOND - first
        with http.Server(folder, "--kube", kube) as server:
            server.wait_ready()
            for basis in ("final", "last"):
                http.compare(server, http.Expected(lines), addresses, basis)
        with dns.Lookup(kube) as lookup:
            dns.check_oracle(lookup, lines, addresses, first)
    return 1 if wrong or http.faults else 0


if __name__ == "__main__":
    sys.exit(main())
