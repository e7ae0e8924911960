#!/usr/bin/env bash
# Goal: tenure-kube gets in every way that it claims to support: certificate files and data, a client
# certificate, tokens in files, a server of another name, IPv6, and a pod's own service account.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$(mktemp -d)
trap 'SIGNAL=KILL "$root/tests/lab/kube-down" "$here/lab"; rm -rf "$here"' EXIT
export TENURE_CACHE=${TENURE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tenure} HOME=$here
unset KUBECONFIG KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
failed=0

# reaches WHAT COMMAND...: a PROGRESS comes.
reaches() {
	local what=$1
	shift
	if timeout 20 "$@" 2>"$here/said" | grep -q -m1 '"type":"PROGRESS"'; then
		echo "$what: gets in"
	else
		echo "$what: no PROGRESS; said:"
		cat "$here/said"
		failed=1
	fi
}

with() { # FILE SED-SCRIPT: a kubeconfig changed
	sed "$2" "$here/lab/reader.kubeconfig" >"$here/$1"
	echo "$here/$1"
}

bind=127.0.0.1
python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null && bind=::1
BIND=$bind WITHOUT=controllers CONTROLLERS=none "$root/tests/lab/kube-up" "$here/lab" || exit 1
. "$here/lab/settings"
kube=(tenure-kube --cluster c --out -)
authority=$(base64 -w0 "$here/lab/pki/ca.crt")
echo reader-token >"$here/token"
cp "$here/lab/pki/ca.crt" "$here/beside.crt"

reaches "a token at $SERVER" "${kube[@]}" --kubeconfig "$here/lab/reader.kubeconfig"
reaches "a client certificate" "${kube[@]}" --kubeconfig "$here/lab/kubeconfig"
reaches "KUBECONFIG" env KUBECONFIG="$here/lab/reader.kubeconfig" "${kube[@]}"
reaches "a token file" "${kube[@]}" --kubeconfig "$(with a 's|token: reader-token|tokenFile: token|')"
reaches "a relative authority" "${kube[@]}" --kubeconfig "$(with b 's|authority: [^}]*|authority: beside.crt|')"
reaches "an authority in data" "${kube[@]}" --kubeconfig "$(with c "s|authority: [^}]*|authority-data: $authority|")"
reaches "no check of the server" "${kube[@]}" --kubeconfig "$(with d 's|certificate-authority: [^}]*|insecure-skip-tls-verify: true|')"
reaches "a server of another name" "${kube[@]}" --kubeconfig "$(with e 's|certificate-authority|tls-server-name: kubernetes.default, &|')"

said=$(timeout 20 "${kube[@]}" --kubeconfig "$(with f 's|certificate-authority|tls-server-name: other.name, &|')" 2>&1)
status=$?
if [ $status -ne 69 ] || ! grep -q 'cannot reach the API server' <<<"$said"; then
	echo "a wrong name: status $status, expected 69; said: $said"
	failed=1
fi

# A pod's account has a fixed path; a mount namespace puts it there.
account=$here/secrets/kubernetes.io/serviceaccount
mkdir -p "$account"
cp "$here/lab/pki/ca.crt" "$account/ca.crt"
cp "$here/token" "$account/token"
if [ "$(id -u)" -eq 0 ] && [ -d /var/run ] && unshare -m true 2>/dev/null; then
	reaches "a pod's account" unshare -m sh -c '
		mount -t tmpfs none /var/run && mkdir /var/run/secrets && mount --bind "$1" /var/run/secrets || exit 1
		shift
		exec "$@"' sh "$here/secrets" env KUBERNETES_SERVICE_HOST="$BIND" KUBERNETES_SERVICE_PORT="$API_PORT" "${kube[@]}"
else
	echo "a pod's account: not tried, because that needs root"
fi
exit $failed
