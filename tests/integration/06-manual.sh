# Goal: the manual pages and the completions say what --help says, no checker finds fault with
# them, and make install puts them where man, bash and zsh look for them.
set -eu
cd "$ROOT"
command -v mandoc >/dev/null && command -v zsh >/dev/null ||
	{ echo "mandoc or zsh is missing here; deploy/setup unit installs them"; exit 77; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
make -s BUILD="$BUILD" DESTDIR="$place" PREFIX=/usr install
share=$place/usr/share

fail() {
	echo "$*"
	exit 1
}

# Words that bash offers after "PROGRAM WORDS".
offers() {
	bash -c 'compopt() { :; }
		. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		"_${1//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' \
		- "$share/bash-completion/completions/$1" "$@"
}

for program in kube flows enrich graph observe lookup; do
	program=tenure-$program
	page=$share/man/man1/$program.1
	bash=$share/bash-completion/completions/$program
	zsh=$share/zsh/site-functions/_$program
	# Pages of other packages may not be installed here.
	found=$(mandoc -T lint -W style "$page" | grep -v 'referenced manual not found' || :)
	[ -z "$found" ] || fail "$found"
	bash -n "$bash"
	zsh -n "$zsh"
	text=$(mandoc -T ascii "$page" | sed 's/.\x08//g')
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		echo "$text" | grep -qx "$section" || fail "$page has no section $section"
	done
	options=$("$place/usr/bin/$program" --help | grep -Eo '^ +(-[A-Za-z], )?--[a-z0-9-]+' | grep -Eo -- '-[A-Za-z0-9-]+')
	[ "$(echo "$options" | wc -l)" -gt 8 ] || fail "$program --help lists: $options"
	for option in $options; do
		echo "$text" | grep -Eq -- "^ +(-[A-Za-z], )?$option( |,|\$)" || fail "$page does not have $option"
		offers "$program" "$option" | grep -qx -- "$option" || fail "bash does not offer $option of $program"
		grep -Eq -- "[^a-z0-9-]$option[^a-z0-9-]" "$zsh" || fail "zsh does not offer $option of $program"
	done
done

[ "$(offers tenure-graph --format '' | tr '\n' ' ')" = "table json dot mermaid graphml cytoscape nodegraph csv prometheus " ]
[ "$(offers tenure-graph --format = m)" = mermaid ]
[ "$(offers tenure-lookup --clock st)" = started ]
[ "$(offers tenure-observe -o w)" = wide ]
[ "$(offers tenure-graph --in Make)" = Makefile ]
[ -z "$(offers tenure-graph --window --)" ]
