#!/usr/bin/env python3
"""Goal: long work says how far it is. On a terminal a bar has rate, event time and the time that is left, which is right within a factor of
three once a quarter is done, and with --exact (make proof, on a quiet machine) within 30 %; elsewhere the log has a line a minute. SIGHUP and a reader that ends leave no temporary store. The programs' steady clock is
made to run with the processor time that their loop uses, FASTER times as fast: so a minute is short, and other work on the machine does not count.
"""

import fcntl
import lzma
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import flow, pod, progress  # noqa: E402

ROOT = Path(os.environ["ROOT"])
BUILD = Path(os.environ["BUILD"])
FASTER = 500
RUNS = 4
MOST, LEAST = (1.3, 0.7) if "--exact" in sys.argv else (3, 1 / 3)  # of the time that is left, what may be told
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	static long faster;
	if (real == NULL) {
		faster = atol(getenv("FASTER"));
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	}
	int rc = real(clock == CLOCK_MONOTONIC ? CLOCK_THREAD_CPUTIME_ID : clock, now);
	if (clock == CLOCK_MONOTONIC) {
		long ns = now->tv_nsec * faster;
		now->tv_sec = now->tv_sec * faster + ns / 1000000000 + 1000;
		now->tv_nsec = ns % 1000000000;
	}
	return rc;
}
"""
BEGAN = 1795506400  # 2026-11-24T07:46:40Z
PODS, FLOWS, COPIES = 100000, 40000, 60
AMOUNT = r"([0-9.]+) ?([kMGTPE]?)"
BAR = re.compile(rf"\[([# ]{{20}})\] +(\d+) %  (\S.*?) of (\S.*?), {AMOUNT} (\w+), {AMOUNT}/s(?:, ([0-9T:Z-]+))?(?:, (\d+):(\d\d):(\d\d) left)?")
LINE = re.compile(r'msg="read=(\d+) of=(\d+) percent=([0-9.]+) (\w+)=(\d+) \w+_per_second=(\d+) event_time=(\S+) seconds_left=(\d+)"')
FACTORS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}


def address(number):
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def make_inputs(folder):
    """A capture, flows and watch events that take some seconds each."""
    one = lzma.open(ROOT / "tests/fixtures/recording/n1.pcap.xz").read()
    packets, at = [], 24
    while at < len(one):
        packets.append(at)
        at += 16 + struct.unpack_from("<I", one, at + 8)[0]
    body = bytearray(one[24:])
    with open(folder / "capture", "wb") as out:
        out.write(one[:24])
        for copy in range(COPIES):
            out.write(body)
            for packet in packets:  # each copy is four minutes later
                struct.pack_into("<I", body, packet - 24, struct.unpack_from("<I", body, packet - 24)[0] + 240)
    a_pod, a_flow = pod("NAME", "10.9.9.9", BEGAN, 424242), flow(424242, BEGAN + 500, "10.9.9.9", "10.0.0.1")
    with open(folder / "kube", "w") as out:
        for number in range(PODS):
            out.write(a_pod.replace("NAME", f"p{number}").replace("10.9.9.9", address(number)).replace("424242", str(number + 1)) + "\n")
            if number % 1000 == 999:
                out.write(progress(BEGAN + number / 1000) + "\n")
        out.write(progress(BEGAN + 3600) + "\n")
    with open(folder / "flows", "w") as out:
        for number in range(FLOWS):
            out.write(a_flow.replace("10.9.9.9", address(number)).replace("424242", str(number)) + "\n")


def commands(folder):
    """What is run, and the unit of its bar."""
    return {
        "packets": ["tenure-flows", "-r", "capture", "--out", "records"],
        "kube_records flows": ["tenure-enrich", "--kube", "kube", "--flows", "flows", "--out", "tagged", "--rejected", "rejected"],
        "kube_records": ["tenure-lookup", "--kube", "kube", "--state", "none", "10.0.0.1"],
    }


def environment(folder, faster=FASTER):
    return dict(os.environ, LD_PRELOAD=str(folder / "clock.so"), FASTER=str(faster), TMPDIR=str(folder / "temporary"), XDG_STATE_HOME=str(folder / "home"))


def on_terminal(folder, command):
    """All that COMMAND writes to a terminal of 200 columns."""
    for name in ("tagged", "rejected", "records"):
        (folder / name).unlink(missing_ok=True)
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("4H", 40, 200, 0, 0))
        os.chdir(folder)
        os.execve(BUILD / command[0], command, environment(folder))
    seen = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, f"{command}: {status}\n{seen[-2000:]}"
    return seen.decode()


def amount(number, prefix):
    return float(number) * FACTORS[prefix]


def check_bar(command, seen, unit):
    """Whether, in the bars of UNIT, the first after a quarter told when the last would be shown."""
    bars = [found.groups() for found in BAR.finditer(seen) if found[7] == unit]
    assert len(bars) >= 5, f"{command}: {len(bars)} bars of {unit}\n{seen[-2000:]!r}"
    elapsed = lambda bar: amount(*bar[4:6]) / amount(*bar[7:9])
    quarter = next(bar for bar in bars if int(bar[1]) >= 25 and bar[10] is not None)
    last = bars[-1]
    for bar in bars[len(bars) // 10 :]:
        assert bar[9] is not None and amount(*bar[7:9]) > 0 and abs(bar[0].count("#") * 5 - int(bar[1])) <= 5, bar
    assert [bar[9] for bar in bars if bar[9]] == sorted(bar[9] for bar in bars if bar[9]), f"{command}: event time goes back"
    told = int(quarter[10]) * 3600 + int(quarter[11]) * 60 + int(quarter[12])
    right = elapsed(last) - elapsed(quarter)
    assert int(last[1]) >= 90 and right > 5, f"{command}: the last bar is {last}, {right} s after {quarter}"
    print(f"{command[0]}: {len(bars)} bars of {unit}; at {quarter[1]} % {told} s left are said, and {right:.1f} s are")
    return LEAST * right - 1 <= told <= MOST * right + 1


def check_terminal(folder, command, units):
    """Other work on the machine changes how much the processor does in a second, so a run may be unlike its first quarter."""
    for _ in range(RUNS):
        seen = on_terminal(folder, command)
        if all([check_bar(command, seen, unit) for unit in units]):
            return
    raise AssertionError(f"{command}: after a quarter the time that is left was not {LEAST:.1f} to {MOST} of what it should be in any of {RUNS} runs")


def check_log(folder, command):
    """Without a terminal: a line a minute, and no bar."""
    done = subprocess.run([BUILD / command[0], *command[1:]], cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, capture_output=True)
    log = done.stderr.decode()
    lines = LINE.findall(log)
    assert done.returncode == 0 and len(lines) >= 2, f"{command}: {done.returncode}, {len(lines)} lines\n{log[-3000:]}"
    assert "\x1b" not in log and "[#" not in log, log
    for unit in {line[3] for line in lines}:
        of_unit = [line for line in lines if line[3] == unit]
        took = [int(line[4]) / int(line[5]) for line in of_unit]
        # The rates are rounded.
        assert all(b - a >= 50 for a, b in zip([0, *took], took)) and took[-1] / len(took) >= 59.5, f"{command}: lines of {unit} after {took} s"
        assert [float(line[2]) for line in of_unit] == sorted(float(line[2]) for line in of_unit), of_unit
    print(f"{command[0]}: {len(lines)} lines in the log, a minute apart")


def check_stops(folder, command):
    """SIGHUP in the middle, and an output whose reader ends."""
    temporary, reading = folder / "temporary", "tenure-lookup" not in command
    for hang_up in (True, False) if reading else (True,):
        words = [*command]
        if "--out" in words and not hang_up:
            words[words.index("--out") + 1] = "-"
        for output in ("tagged", "rejected", "records"):
            (folder / output).unlink(missing_ok=True)
        running = subprocess.Popen([BUILD / words[0], *words[1:]], cwd=folder, env=environment(folder, 1), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        if hang_up:
            deadline = time.monotonic() + 10
            begun = lambda: list(temporary.iterdir()) or ((folder / "records").exists() and (folder / "records").stat().st_size > 0)
            while not begun() and time.monotonic() < deadline:
                time.sleep(0.01)
            running.send_signal(signal.SIGHUP)
        else:
            running.stdout.readline()
            running.stdout.close()
        running.wait(60)
        log = running.stderr.read().decode()
        running.stderr.close()
        assert running.returncode in (0, 75), f"{words}: {running.returncode}\n{log}"
        assert not list(temporary.iterdir()), f"{words} leaves {list(temporary.iterdir())}"
        assert hang_up or re.search("standard output: its reader ended before [0-9]+ of [0-9]+ lines were written", log), f"{words}: {log}"


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-progress-") as name:
        folder = Path(name)
        (folder / "temporary").mkdir()
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-x", "c", "-", "-o", folder / "clock.so", "-ldl"], input=CLOCK, text=True, check=True)
        make_inputs(folder)
        for units, command in commands(folder).items():
            check_terminal(folder, command, units.split())
            for output in ("tagged", "rejected", "records"):
                (folder / output).unlink(missing_ok=True)
            check_log(folder, command)
            check_stops(folder, command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
