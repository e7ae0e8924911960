#!/usr/bin/env python3
"""validate.py KIND FILE...: checks every record of the files against docs/schemas.

KIND is kube, flows, tagged, rejected, edges or statistics; a FILE has one record a line, - is standard input.
Without words it checks the schemas and docs/asyncapi.yaml themselves.  Prints one line
a fault, FILE:LINE: where and what; exit status 1 when there are any, 64 and 66 for wrong words.
"""
import functools
import json
import sys
from pathlib import Path

import jsonschema
import jsonschema_rs

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "docs/schemas"
FILES = {"kube": "tenure.kube.json", "flows": "tenure.flows.json", "tagged": "tenure.flows.tagged.json",
         "rejected": "tenure.flows.rejected.json", "edges": "tenure.edges.json",
         "statistics": "tenure.flows.statistics.json"}
SHOWN = 20  # faults a file


@functools.cache
def validator(kind):
    """The check that says whether a record follows the schema, and the one, far slower, that says where it does not."""
    schema = json.loads((SCHEMAS / FILES[kind]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema_rs.Draft202012Validator(schema), jsonschema.Draft202012Validator(schema)


def once(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in its object")
    return members


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def fault_of(checks, line):
    """What is wrong with the record LINE, or None."""
    quick, check = checks
    try:
        record = json.loads(line.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant)
    except ValueError as error:
        return f"cannot be read: {error}"
    if quick.is_valid(record):
        return None
    faults = sorted(check.iter_errors(record), key=lambda error: list(map(str, error.path)))
    if not faults:
        return "one of the two checkers finds a fault, and the other none"
    error = deepest(faults[0])
    where = ".".join(map(str, error.absolute_path)) or "the record"
    return f"{where}: {error.message[:200]}"


def deepest(error):
    """Of a record that fits none of several forms: the fault in the form that it comes nearest to,
    which is the one whose type, status or kind it has."""
    while error.context:
        forms = {}
        for fault in error.context:
            forms.setdefault(fault.schema_path[0], []).append(fault)
        error = min(forms.values(), key=distance)[0]
    return error


def distance(faults):
    names = sum(fault.validator in ("const", "enum") for fault in faults)
    return names, -max(len(fault.absolute_path) for fault in faults), len(faults)


def check_file(kind, name, stream):
    """Prints the faults and returns how many records have any."""
    checks, faulty = validator(kind), 0
    for number, line in enumerate(stream, 1):
        fault = fault_of(checks, line.rstrip(b"\n"))
        if fault is None:
            continue
        faulty += 1
        if faulty <= SHOWN:
            print(f"{name}:{number}: {fault}")
    if faulty > SHOWN:
        print(f"{name}: {faulty - SHOWN} more")
    return faulty


def main(words):
    if not words:
        from asyncapi import faults
        found = faults(ROOT / "docs/asyncapi.yaml", SCHEMAS)
        for kind in FILES:
            validator(kind)
        print(*found, sep="\n", end="\n" if found else "")
        return 1 if found else 0
    kind, names = words[0], words[1:]
    if kind not in FILES or not names:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    faulty = 0
    for name in names:
        if name == "-":
            faulty += check_file(kind, "-", sys.stdin.buffer)
            continue
        try:
            with open(name, "rb") as stream:
                faulty += check_file(kind, name, stream)
        except OSError as error:
            print(f"validate.py: {name}: {error.strerror}", file=sys.stderr)
            return 66
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
