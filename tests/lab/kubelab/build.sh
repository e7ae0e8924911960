#!/bin/sh
# build.sh OUT: builds kubelab with $GO (go).  deploy/setup kube is its caller.
set -eu
cd "$(dirname "$0")"
version=v1.37.2
flags="-s -w"
# The API server says in its /version what is stamped here; a clean version makes
# the program reproducible.
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
	flags="$flags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=37
	-X $package.gitTreeState=clean -X $package.gitCommit=0000000000000000000000000000000000000000
	-X $package.buildDate=1970-01-01T00:00:00Z"
done
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -mod=readonly"
exec "${GO:-go}" build -p "$(nproc)" -trimpath -ldflags "$flags" -o "$1" .
