#!/usr/bin/env python3
"""Every record that an integration test has left in the records' folder (tests/schema/README.md) follows
docs/schemas."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/schema"))

import validate  # noqa: E402
from records import folder, kind_of_name  # noqa: E402


def main():
    files = [path for path in sorted(folder().glob("**/*")) if path.is_file()]
    if not files:
        print(f"no records in {folder()}: no test has left any")
        return 77
    faulty = 0
    for path in files:
        kind = kind_of_name(path)
        if kind is None:
            print(f"{path.name}: its name does not name a kind, as 40-exactly-once.tagged.ndjson does")
            faulty += 1
            continue
        with path.open("rb") as stream:
            count = validate.check_file(kind, path.name, stream)
        faulty += count
        print(f"{path.name}: {path.read_bytes().count(10)} records, {count} faulty")
    if not faulty:
        for path in files:
            path.unlink()
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
