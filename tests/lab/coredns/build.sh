#!/bin/sh
# build.sh OUT: builds coredns with $GO (go).  deploy/setup dns is its caller.
set -eu
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -mod=readonly"
exec "${GO:-go}" build -p "$(nproc)" -trimpath -ldflags "-s -w" -o "$1" .
