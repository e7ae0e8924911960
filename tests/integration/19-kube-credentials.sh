#!/usr/bin/env bash
# Goal: credentials are as kubectl has them, on a real API server: an exec plug-in whose tokens expire and
# are refused, a client certificate that expires and is rotated, an authority that is rotated, several
# kubeconfigs, another user to act as. Nothing is lost meanwhile, and no secret is logged.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$(mktemp -d) || exit 1
running=
trap '[ -z "$running" ] || kill "$running" 2>/dev/null; SIGNAL=KILL "$root/tests/lab/kube-down" "$here/lab"; rm -rf "$here"' EXIT
export TENURE_CACHE=${TENURE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tenure} HOME=$here
unset KUBECONFIG KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
failed=0

fail() {
	echo "$*"
	failed=1
}

WITHOUT=controllers CONTROLLERS=none "$root/tests/lab/kube-up" "$here/lab" || exit 1
. "$here/lab/settings"
pki=$here/lab/pki
cluster="clusters: [{name: lab, cluster: {server: \"$SERVER\", certificate-authority: \"$pki/ca.crt\"}}]"
context="contexts: [{name: lab, context: {cluster: lab, user: u}}]"
v1="apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable"
v1beta1="apiVersion: client.authentication.k8s.io/v1beta1"

config() { # FILE USER-BODY
	printf 'current-context: lab\n%s\nusers: [{name: u, user: {%s}}]\n%s\n' "$cluster" "$2" "$context" >"$here/$1"
}

admin() { # PATH CURL-ARGUMENT...
	local path=$1
	shift
	curl -sfk --noproxy '*' --max-time 5 -H 'Authorization: Bearer admin-token' -H 'Content-Type: application/json' \
		"$@" "$SERVER$path"
}

wait_for() { # SECONDS WHAT COMMAND...
	local turns=$(($1 * 10)) what=$2
	shift 2
	until "$@"; do
		turns=$((turns - 1))
		if [ $turns -eq 0 ]; then
			fail "there is no $what; said: $(cat "$here/said")"
			return 1
		fi
		sleep 0.1
	done
}

# progressed LINES: a PROGRESS follows the first LINES lines of the output.
progressed() { tail -n +"$(($1 + 1))" "$here/out" 2>/dev/null | grep -q PROGRESS; }
written() { wc -l <"$here/out"; }

begin() { # FILE: tenure-kube runs with this kubeconfig, and has written a PROGRESS
	: >"$here/out"
	tenure-kube --cluster c --kubeconfig "$here/$1" --out "$here/out" 2>"$here/said" &
	running=$!
	wait_for 20 "PROGRESS with $1" progressed 0
}

end() { # WHAT GAPS: it ends well after at most so many GAPs, and has logged no secret
	local gaps
	kill "$running" 2>/dev/null
	wait "$running" || fail "$1: tenure-kube ended with status $?; said: $(cat "$here/said")"
	running=
	gaps=$(grep -c '"type":"GAP"' "$here/out")
	[ "$gaps" -le "$2" ] || fail "$1: $gaps GAPs, at most $2 expected"
	! grep -qE 'reader-token|PRIVATE KEY' "$here/said" || fail "$1: a secret was logged: $(cat "$here/said")"
	[ $failed -ne 0 ] || echo "$1"
}

# longest_step MILLISECONDS: known advanced at least so often.
longest_step() {
	python3 - "$here/out" "$1" <<-'END' || failed=1
		import datetime, json, sys
		known = [json.loads(line)["known"][:26].rstrip("Z") for line in open(sys.argv[1]) if "PROGRESS" in line]
		known = [datetime.datetime.fromisoformat(text) for text in known]
		longest = max((b - a).total_seconds() * 1000 for a, b in zip(known, known[1:]))
		print(f"the longest step of known, while a plug-in took 5 s: {longest:.0f} ms")
		sys.exit(longest > int(sys.argv[2]))
	END
}

# refused STATUS TEXT FILE: tenure-kube exits with STATUS and logs TEXT, and no secret.
refused() {
	local said got
	said=$(timeout 20 tenure-kube --cluster c --out "$here/none" --kubeconfig "$here/$3" 2>&1)
	got=$?
	[ "$got" -eq "$1" ] || fail "$3: status $got, expected $1; said: $said"
	grep -qF -- "$2" <<<"$said" || fail "$3: said: $said; expected: $2"
	! grep -qF 'secret-part' <<<"$said" || fail "$3: a secret was logged: $said"
}

leaf() { # NAME ENDDATE: a client certificate of the administrator
	mkdir -p "$here/issued"
	: >"$here/issued/index"
	cat >"$here/issued/config" <<-END
		[ca]
		default_ca = own
		[own]
		database = $here/issued/index
		new_certs_dir = $here/issued
		rand_serial = yes
		default_md = sha256
		policy = any
		x509_extensions = client
		[any]
		organizationName = optional
		commonName = supplied
		[client]
		extendedKeyUsage = clientAuth
	END
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$here/$1.key.new" \
		-subj /O=system:masters/CN=admin -out "$here/issued/csr" 2>/dev/null
	openssl ca -batch -notext -config "$here/issued/config" -in "$here/issued/csr" -out "$here/$1.crt.new" \
		-cert "$pki/ca.crt" -keyfile "$pki/ca.key" -startdate 20200101000000Z -enddate "$2" 2>/dev/null ||
		fail "openssl makes no certificate"
	mv "$here/$1.key.new" "$here/$1.key"
	mv "$here/$1.crt.new" "$here/$1.crt"
}

in_seconds() { date -u -d "+$1 seconds" +%Y%m%d%H%M%SZ; }

# An exec plug-in whose tokens last 40 s; from the second run on it takes 5 s.
cat >"$here/plugin" <<-'END'
	#!/bin/sh
	here=$(dirname "$0")
	case $KUBERNETES_EXEC_INFO in *"\"server\":\"$WANTED\""*'"interactive":false'*) ;; *) exit 9 ;; esac
	[ ! -e "$here/runs" ] || sleep 5
	echo run >>"$here/runs"
	echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'"$1$2"'",'
	echo '"expirationTimestamp":"'"$(date -u -d '+40 seconds' +%FT%TZ)"'"}}'
END
chmod +x "$here/plugin"
config exec "exec: {$v1, command: ./plugin, args: [reader, -token], provideClusterInfo: true, env: [{name: WANTED, value: \"$SERVER\"}]}"
begin exec
wait_for 60 "third run of the plug-in" sh -c "[ \$(wc -l <'$here/runs') -ge 3 ]"
wait_for 10 "PROGRESS after it" progressed "$(written)"
end "an exec plug-in gets in, and runs again in time" 0
longest_step 3000

# The server no longer accepts a token, because its account has been made again.
account() {
	admin /api/v1/namespaces/default/serviceaccounts/watcher -X DELETE >/dev/null
	admin /api/v1/namespaces/default/serviceaccounts -d '{"metadata":{"name":"watcher"}}' >/dev/null ||
		fail "the server makes no account"
	admin /api/v1/namespaces/default/serviceaccounts/watcher/token -d '{"spec":{"expirationSeconds":3600}}' |
		python3 -c '
import json, sys
token = json.load(sys.stdin)["status"]["token"]
print(json.dumps({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {"token": token}}))
' >"$here/credential"
}
admin /apis/rbac.authorization.k8s.io/v1/clusterrolebindings -d '{"metadata":{"name":"watcher"},
	"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reader"},
	"subjects":[{"kind":"ServiceAccount","name":"watcher","namespace":"default"}]}' >/dev/null || fail "no binding"
account
config account "exec: {$v1beta1, command: cat, args: [\"$here/credential\"]}"
begin account
account
# The server remembers for 10 s that it knew the old token.
sleep 12
wait_for 40 "PROGRESS with the new token" progressed "$(written)"
end "a plug-in runs again when its token is refused" 0

# A client certificate that expires and is then rotated.
leaf client "$(in_seconds 15)"
config certificate "client-certificate: client.crt, client-key: client.key"
begin certificate
wait_for 30 "line about its end" grep -q "the client certificate of $here/client.crt expired at" "$here/said"
leaf client "$(in_seconds 3600)"
wait_for 90 "line about the next one" grep -q "the client certificate of $here/client.crt has changed" "$here/said"
wait_for 40 "PROGRESS with the next certificate" progressed "$(written)"
end "the end of a client certificate is named, and the next one is taken" 0
leaf old 20210101000000Z
config expired "client-certificate: old.crt, client-key: old.key"
refused 78 "the client certificate of $here/old.crt expired at 2021-01-01T00:00:00Z" expired

# The same from a plug-in.
python3 - "$here" <<-'END'
	import json, sys
	status = {name: open(f"{sys.argv[1]}/{file}").read() for name, file in
	          (("clientCertificateData", "client.crt"), ("clientKeyData", "client.key"))}
	with open(sys.argv[1] + "/credential", "w") as file:
	    json.dump({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": status}, file)
END
config pair "exec: {$v1, command: cat, args: [\"$here/credential\"]}"
begin pair
end "a plug-in's client certificate gets in" 0

# The authority is rotated: first both certificates are in the file, then the server has one from the next.
config authority 'token: reader-token'
begin authority
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$pki/next.key" -days 3650 \
	-subj /CN=next-ca -addext basicConstraints=critical,CA:TRUE -out "$pki/next.crt" 2>/dev/null
cat "$pki/ca.crt" "$pki/next.crt" >"$pki/both.crt" && mv "$pki/both.crt" "$pki/ca.crt"
openssl x509 -req -in "$pki/server.csr" -CA "$pki/next.crt" -CAkey "$pki/next.key" -CAcreateserial -days 3650 \
	-extfile "$pki/server.ext" -out "$pki/server.crt" 2>/dev/null
kill -9 "$(cat "$here/lab/pid/apiserver")" && rm "$here/lab/pid/apiserver"
wait_for 10 "end of the API server" sh -c "! curl -sk --noproxy '*' -o '$here/none' '$SERVER'"
"$root/tests/lab/kube-up" "$here/lab" || fail "the API server does not come back"
wait_for 90 "line about the next authority" grep -q "the certificate authority $pki/ca.crt has changed" "$here/said"
wait_for 60 "PROGRESS with the next authority" progressed "$(written)"
end "the next certificate authority is taken" 7 # A single API server loses its history when it restarts.

# Several kubeconfigs, and acting as another user.
printf '%s\n' "$cluster" "current-context: none" >"$here/clusters"
printf 'current-context: lab\n%s\nusers: [{name: u, user: {tokenFile: token}}]\n' "$context" >"$here/users"
echo reader-token >"$here/token"
mkdir "$here/elsewhere"
if (cd "$here/elsewhere" && KUBECONFIG="missing:../users::$here/clusters" timeout 20 tenure-kube --cluster c --out - \
	2>"$here/said") | grep -q -m1 PROGRESS; then
	echo "several kubeconfigs get in"
else
	fail "several kubeconfigs: no PROGRESS; said: $(cat "$here/said")"
fi
config reader "token: admin-token, as: jane, as-groups: [readers], as-uid: '7', as-user-extra: {example.org/why: [test]}"
begin reader
end "a user that others act as gets in" 0
config jane 'token: admin-token, as: jane'
timeout 5 tenure-kube --cluster c --kubeconfig "$here/jane" --out "$here/none" 2>"$here/said"
grep -q 'User .*jane.* cannot' "$here/said" || fail "as jane: said: $(cat "$here/said")"

# A secret is not logged, whatever is wrong.
config proxy 'token: secret-part'
sed -i "s|cluster: {server|cluster: {proxy-url: 'http://jane:secret-part@127.0.0.1:9', server|" "$here/proxy"
refused 69 'cannot reach the API server' proxy
sed -i "s|127.0.0.1:9'|127.0.0.1:bad port'|" "$here/proxy"
refused 69 'cannot reach the API server' proxy
# libcurl cuts this message before the end of the password.
sed -i "s|jane:secret-part@|jane:secret-part$(printf 'x%.0s' $(seq 300))@|" "$here/proxy"
refused 69 'cannot reach the API server' proxy
config userinfo 'token: secret-part'
sed -i 's|https://|https://jane:secret-part@|' "$here/userinfo"
refused 78 'has a user name or a password in it' userinfo
config missing "exec: {$v1beta1, command: no-such-plugin, args: [secret-part], installHint: see example.org}"
refused 78 'the exec plug-in no-such-plugin of users[u]' missing
refused 78 'its install hint: see example.org' missing
config failing "exec: {$v1beta1, command: 'false'}"
refused 78 'the exec plug-in false of users[u]' failing
config printing "exec: {$v1beta1, command: echo, args: [secret-part]}"
refused 78 'printed something that cannot be read as JSON' printing
exit $failed
