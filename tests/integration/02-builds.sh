# Goal: the other compiler and the debug build give no warnings, and the installed programs
# start.
set -eu
cd "$ROOT"
command -v clang >/dev/null || { echo "there is no clang here; deploy/setup fuzz installs it"; exit 77; }
jobs=$(nproc)
nice -n 5 make -sk -j"$jobs" CC=clang CFLAGS=-O0 all units # clang warns before it optimises
nice -n 5 make -sk -j"$jobs" DEBUG=1 all
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
make -s DESTDIR="$place" PREFIX=/usr install
for program in kube flows enrich graph lookup; do
	"$place/usr/bin/tenure-$program" --version | grep -Eqx "tenure-$program [^ ]+"
	"$place/usr/bin/tenure-$program" --help | grep -q "^usage: tenure-$program "
done
