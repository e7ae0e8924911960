#!/bin/sh
# Goal: README.md shows the programs' own --help, the demo's own commands and the demo's own output.
set -eu
cd "$(dirname "$0")/../.."
exec python3 tests/readme.py "${BUILD:-build}"
