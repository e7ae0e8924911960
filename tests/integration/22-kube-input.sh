#!/usr/bin/env bash
# Goal: tenure-kube refuses what it cannot work with, with the right status and a line that names it.
set -u
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export HOME=$here
unset KUBECONFIG KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
failed=0

# refused STATUS TEXT ARGUMENT...: tenure-kube exits with STATUS and logs TEXT in one line.
refused() {
	local status=$1 text=$2 said got
	shift 2
	said=$(timeout 20 tenure-kube "$@" 2>&1 >/dev/null)
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -qF -- "$text" <<<"$said"; then
		echo "tenure-kube $*"
		echo "  status $got, expected $status; said: $said"
		echo "  expected: $text"
		failed=1
	fi
}

config() { # server user
	cat <<-E
		apiVersion: v1
		kind: Config
		current-context: x
		clusters: [{name: c, cluster: {server: "$1"}}]
		users: [{name: u, user: {$2}}]
		contexts: [{name: x, context: {cluster: c, user: u}}]
	E
}

config http://127.0.0.1:9 'token: t' >"$here/refused"
config https://no-such-host.invalid 'token: t' >"$here/unknown"
config https://h 'exec: {command: aws}' >"$here/exec"
config https://h 'username: u, password: p' >"$here/password"
grep -v current-context "$here/refused" >"$here/contextless"
echo 'clusters: [' >"$here/broken"
out=(--out "$here/out.json")

refused 64 '--cluster must be given' "${out[@]}"
refused 64 '--cluster must be given' --cluster 'a b' "${out[@]}"
refused 64 'no-such-option' --cluster c --no-such-option
refused 64 '--progress-interval' --cluster c --progress-interval soon "${out[@]}"
refused 64 '--progress-interval must be 100ms or longer' --cluster c --progress-interval 1ms "${out[@]}"
refused 78 'no kubeconfig: give --kubeconfig FILE' --cluster c "${out[@]}"
refused 66 "kubeconfig $here/missing does not exist" --cluster c --kubeconfig "$here/missing" "${out[@]}"
refused 78 "kubeconfig $here/contextless has no current-context" --cluster c --kubeconfig "$here/contextless" "${out[@]}"
refused 78 'which is not among its contexts (x)' --cluster c --kubeconfig "$here/refused" --context y "${out[@]}"
refused 78 "kubeconfig $here/broken is not YAML" --cluster c --kubeconfig "$here/broken" "${out[@]}"
refused 78 'exec of users[u] must have the apiVersion' --cluster c --kubeconfig "$here/exec" "${out[@]}"
refused 78 'username of users[u] is not supported' --cluster c --kubeconfig "$here/password" "${out[@]}"
export KUBECONFIG=:$here/missing:$here/other
refused 66 "kubeconfig $KUBECONFIG does not exist" --cluster c "${out[@]}"
unset KUBECONFIG
refused 69 "cannot reach the API server http://127.0.0.1:9 of $here/refused" --cluster c --kubeconfig "$here/refused" "${out[@]}"
refused 69 'cannot reach the API server https://no-such-host.invalid' --cluster c --kubeconfig "$here/unknown" "${out[@]}"
refused 69 "$here/no/such/folder" --cluster c --kubeconfig "$here/refused" --out "$here/no/such/folder/out.json"

[ ! -s "$here/out.json" ] || { echo "a refused start wrote records"; failed=1; }
[ $failed -eq 0 ] && echo "every refusal names what is wrong"
exit $failed
