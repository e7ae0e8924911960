#!/bin/sh
# build.sh OUT: builds fakeapi with $GO (go).  deploy/setup kube is its caller.
set -eu
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -mod=readonly"
exec "${GO:-go}" build -trimpath -ldflags "-s -w" -o "$1" .
