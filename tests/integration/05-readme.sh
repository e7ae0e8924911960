#!/bin/sh
# Goal: README.md and docs/README.md show the demo's own commands, output and example, and README.md stays short.
set -eu
cd "$(dirname "$0")/../.."
exec python3 tests/readme.py "${BUILD:-build}"
