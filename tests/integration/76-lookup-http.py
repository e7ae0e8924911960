#!/usr/bin/env python3
"""tenure-lookup over HTTP on the recording: every address at every second of ten minutes is answered as the oracle answers,
by GET and in bulk; a name has the addresses that have it; caches may keep what is final; curl and --server work; a file
is followed."""
import http.server
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import jsonschema_rs
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lookup_server import BUILD, ROOT, Server  # noqa: E402

sys.path.insert(0, str(ROOT / "tests/oracle"))
import moments  # noqa: E402
from oracle import Options, Timeline  # noqa: E402

RECORDING = ROOT / "tests/fixtures/recording"
START, SECONDS = "2026-11-24T07:43:30Z", 600
STRANGERS = ["8.8.8.8", "10.244.9.9", "127.0.0.1", "fd00::1", "::ffff:10.244.2.10"]
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what)


def without(answer, *names):
    return {name: value for name, value in answer.items() if name not in names}


class Expected:
    """What the oracle answers."""

    def __init__(self, lines):
        self.timeline = Timeline(Options(), closed=True)
        for offset, line in enumerate(lines):
            self.timeline.feed(offset, line)

    def answer(self, ip, at, basis):
        last = self.timeline.last_offset
        position = self.timeline.position_for(at)[0] if basis == "final" else last
        known = self.timeline.world()[1].known(position)
        answer = self.timeline.answer(ip, None, None, at, at, True, position, "began")
        return dict(answer, position=position, known=known and moments.render(known))


def compare(server, expected, addresses, basis):
    """Returns the answers by address and second."""
    start = moments.parse(START)
    questions = [(ip, start + second * moments.SECOND) for ip in addresses for second in range(SECONDS)]
    answers = server.bulk([{"ip": ip, "at": moments.render(at), "position": basis} for ip, at in questions])
    expect(len(answers) == len(questions), f"{len(answers)} answers to {len(questions)} questions")
    wrong = 0
    for (ip, at), answer in zip(questions, answers):
        right = expected.answer(ip, at, basis)
        if without(answer, "ip", "at", "provisional", "certain") != right or answer["at"] != moments.render(at):
            wrong += 1
            if wrong <= 3:
                print("said    ", json.dumps(answer), "\nexpected", json.dumps(right))
    expect(wrong == 0, f"{wrong} of {len(answers)} answers with position={basis} are wrong")
    print(f"{len(answers)} answers in bulk with position={basis}: {wrong} wrong")
    return dict(zip(questions, answers))


def check_get(server, answers):
    """One by one they are the same, byte for byte, as in bulk."""
    connection, wrong = server.connect(), 0
    sample = list(answers.items())[::37]
    for (ip, at), answer in sample:
        status, headers, body = server.ask(f"/v1/ip/{ip}?at={moments.render(at)}&position=final", connection=connection)
        wrong += status != 200 or json.loads(body) != answer or not headers["ETag"]
    expect(wrong == 0, f"{wrong} of {len(sample)} GETs differ from the bulk")
    print(f"{len(sample)} answers by GET: {wrong} wrong")


def check_names(server, answers):
    """At a moment a name has those addresses whose answers have it."""
    start, wrong, count = moments.parse(START), 0, 0
    names = {"service": lambda a: a.get("services", []),
             "pod": lambda a: [f"{a['k8s']['namespace']['name']}/{a['k8s']['pod']['name']}"] if a.get("kind") == "pod" else [],
             "node": lambda a: [a["k8s"]["node"]["name"]] if a.get("kind") == "node" else []}
    connection = server.connect()
    for kind, names_of in names.items():
        ever = {name for answer in answers.values() for name in names_of(answer)}
        expect(len(ever) > 2, f"the recording has {kind}s")
        for name in sorted(ever):
            for at in range(start, start + SECONDS * moments.SECOND, 59 * moments.SECOND):
                right = {answer["ip"] for (_, then), answer in answers.items() if then == at and name in names_of(answer)}
                status, _, body = server.ask(f"/v1/{kind}/{name}?at={moments.render(at)}&position=last", connection=connection)
                said = json.loads(body)
                count += 1
                if status != 200 or said[kind] != name or {a["ip"] for a in said["addresses"]} != right:
                    wrong += 1
                    print(f"{kind} {name} at {moments.render(at)}: {body[:300]} is not {right}")
    expect(wrong == 0, f"{wrong} of {count} names have other addresses")
    expect(server.ask("/v1/pod/shop/nobody")[0] == 404, "a name that never was is 404")
    print(f"{count} questions about names: {wrong} wrong")


def check_caches(server):
    past = "/v1/ip/10.244.2.10?at=2026-11-24T07:48:30Z"
    for target, final in ((past, False), (past + "&position=final", True), (past + "&position=100", True),
                          ("/v1/ip/10.244.2.10?position=final", False), ("/v1/ip/10.244.2.10", False),
                          ("/v1/ip/10.244.2.10/history", False), ("/v1/service/shop/web", False),
                          ("/v1/service/shop/web?at=2026-11-24T07:48:30Z&position=final", True),
                          ("/v1/ip/10.244.2.10?at=2026-11-24T08:48:30Z&position=final", False),
                          (past.replace("?", "?position=final&").replace("T", "%20"), True),
                          ("/v1/ip/10.244.2.10?at=-5m&position=100", False), ("/v1/ip/10.244.2.10?at=now&position=100", False),
                          ("/v1/service/shop/web?at=-5m&position=100", False)):
        status, headers, body = server.ask(target)
        tag, control, length = headers["ETag"], headers["Cache-Control"], headers["Content-Length"]
        expect(status == 200 and ("immutable" in control) == final and ("no-cache" in control) != final,
               f"{target}: final is {final}, and Cache-Control is {control}")
        again, headers, body = server.ask(target, headers={"If-None-Match": f'"x", {tag}'})
        expect(again == 304 and body == b"" and headers["ETag"] == tag, f"{target}: its copy is right")
        expect(headers["Content-Length"] in (None, length), f"{target}: the length is that of the copy")
        for tags, met in ((tag, True), ("*", True), (f'"x", {tag}', True), ('"x"', False), (f"W/{tag}", False)):
            status = server.ask(target, headers={"If-Match": tags})[0]
            expect(status == (200 if met else 412), f"{target}: If-Match: {tags} is {status}")
        other, _, body = server.ask(target, headers={"If-None-Match": '"x"'})
        expect(other == 200 and body, f"{target}: another copy is not")
        head, headers, body = server.ask(target, "HEAD")
        expect(head == 200 and body == b"" and headers["ETag"] == tag, f"{target}: HEAD has the headers of GET")
        expect(headers["Access-Control-Allow-Origin"] is None, f"{target}: other sites may not read it")


def check_times(server):
    """A client that validates by docs/openapi.yaml sends what the server takes, and nothing else."""
    schema = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["components"]["schemas"]["Moment"]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    good = [f"2026-{month}-{day:02}T07:48:30{zone}" for month, days in (("01", 31), ("11", 30), ("02", 28))
            for day in range(1, days + 1) for zone in ("Z", "+01:00", ".25-09:30")]  # fmt: skip
    good += ["2024-02-29T00:00:00Z", "now", "-5m", "5m", "2w", 1795506569]
    bad = ["2026-01-00T07:48:30Z", "2026-01-32T07:48:30Z", "2026-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-24", "soon", "", 5]
    expect(server.ask("/v1/ip/10.244.2.10?at=5m%20ago")[0] == 200, "a space is %20")
    for times, right in ((good, 200), (bad, 400)):
        for at in times:
            status, _, body = server.ask(f"/v1/ip/10.244.2.10?at={urllib.parse.quote(str(at))}")
            expect(status == right and validator.is_valid(at) == (right == 200), f"at={at}: {status} {body[:100]}, and the schema says {validator.is_valid(at)}")


def run(*words, **options):
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def check_command_line(server, folder, kube):
    """--server prints what --kube prints, byte for byte."""
    url, at = f"http://127.0.0.1:{server.port}", ["--at", "2026-11-24T07:49:29Z"]
    lines = "10.244.2.10\n10.96.176.15\n\n8.8.8.8\n" * 1500
    environment = dict(os.environ, XDG_STATE_HOME=str(folder / "state"))
    for words in ([*at, "10.244.2.10", "10.96.176.15"], [*at, "--format", "json", "10.244.2.10", "-", "10.96.176.15"], [*at, "-"],
                  [*at, "--explain", "10.244.2.10", "10.244.2.1"], ["--history", "10.244.2.10", "8.8.8.8"],
                  ["--history", "--format", "json", "10.244.2.10", "10.96.176.15"], ["--received", "10.244.2.10"],
                  [*at, "--port", "80", "--transport", "tcp", "--format", "json", "10.96.176.15"],
                  [*at, "--service", "shop/web", "--pod", "shop/web-57d6d89985-hqnm5", "--node", "n1"], ["--node", "n1", "10.244.2.10"],
                  [*at, "--service", "shop/web", "--format", "json"], ["--service", "shop/web", "--history"],
                  ["--pod", "shop/web-57d6d89985-hqnm5", "--history", "--format", "json"],
                  ["--at", "2026-11-24T07:49:59Z", "10.244.2.10", "8.8.8.8"]):
        local = run(BUILD / "tenure-lookup", "--kube", kube, *words, input=lines, env=environment)
        remote = run(BUILD / "tenure-lookup", "--server", url, *words, input=lines, env=environment)
        expect(local.returncode == remote.returncode == 0 and local.stdout == remote.stdout,
               f"{words}: --server prints what --kube prints\n{local.stdout[:300]}\n{remote.stdout[:300]}{remote.stderr[:300]}")
        warnings = [done.stderr.count("answers are too close") for done in (local, remote)]
        expect(warnings[0] == warnings[1] == ("2026-11-24T07:49:59Z" in words), f"{words}: both warn alike {warnings}")
    log = "".join(f"2026-11-24T07:{minute}:{second:02}Z 10.244.2.10 > [::ffff:10.96.176.15]:80, 8.8.8.8, 10.244.9.9\n"
                  for minute in (40, 48, 49, 50) for second in range(60)) * 10 + "no time 10.244.2.10\nthe end"  # fmt: skip
    for words in ([], ["--received"], *(["--annotate-with", name] for name in ("service", "workload", "pod", "node"))):
        local = run(BUILD / "tenure-lookup", "--kube", kube, "--annotate", *words, input=log, env=environment)
        remote = run(BUILD / "tenure-lookup", "--server", url, "--annotate", *words, input=log, env=environment)
        said = [[line.split("msg=")[1] for line in done.stderr.splitlines()] for done in (local, remote)]
        expect(local.returncode == remote.returncode == 0 and local.stdout == remote.stdout and said[0] == said[1],
               f"{words}: --server annotates as --kube does\n{local.stdout[:300]}\n{remote.stdout[:300]}{said}")
    for words in (["--kube", kube], ["--server", url]):
        done = run(BUILD / "tenure-lookup", *words, "--service", "shop/none", "--node", "n1", env=environment)
        expect(done.returncode == 68 and "service shop/none: no address" in done.stderr and "node n1" in done.stdout,
               f"{words}: a name that never was is 68 {done.stderr}")
    done = run(BUILD / "tenure-lookup", "--server", "http://127.0.0.1:1", "10.0.0.1")
    expect(done.returncode == 69 and "127.0.0.1" in done.stderr, "a server that is not there is 69")
    done = run(BUILD / "tenure-lookup", "--server", url, "--kube", kube, "10.0.0.1")
    expect(done.returncode == 64, "--server and --kube are not both given")


class WrongServer(http.server.BaseHTTPRequestHandler):
    """It gives so many answers too many, or none."""

    more = None

    def do_POST(self):
        questions = self.rfile.read(int(self.headers["Content-Length"])).count(b"\n")
        answers = b"" if self.more is None else b"[a]\n" * (questions + self.more)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answers)))
        self.end_headers()
        self.wfile.write(answers)

    def log_message(self, *_):
        pass


def check_wrong_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), WrongServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for WrongServer.more in (None, -1, 1):
            for count in (1, 5000):
                done = run(BUILD / "tenure-lookup", "--server", f"http://127.0.0.1:{server.server_port}", "--annotate",
                           input="2026-11-24T07:49:29Z 10.244.2.10\n" * count)
                expect(done.returncode == 69 and not done.stdout and "answer" in done.stderr,
                       f"{count} lines, {WrongServer.more} more answers: refused: {done.returncode} {done.stderr[:300]}")
        server.shutdown()


def check_curl(folder, kube):
    with Server(folder, "--kube", kube, listen="[::1]:0") as server:
        server.wait_ready()
        url = f"http://[::1]:{server.port}"
        done = run("curl", "-sg", "--compressed", f"{url}/v1/ip/10.244.2.1?at=2026-11-24T07:49:29Z")
        expect(json.loads(done.stdout).get("kind") == "node", f"curl over IPv6: {done.stdout}")
        done = run("curl", "-sg", "-H", "Content-Type: application/x-ndjson", "--data-binary", "@-", f"{url}/v1/ip",
                   input='{"ip":"10.244.2.1"}\nx\n{"ip":"8.8.8.8"}')
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        expect([line.get("ip") for line in lines] == ["10.244.2.1", None, "8.8.8.8"] and lines[1]["line"] == 2, f"curl in bulk: {lines}")
        done = run("curl", "-sg", f"{url}/openapi.yaml")
        expect(done.stdout == (ROOT / "docs/openapi.yaml").read_text(), "the file is the one of the repository")
        expect(server.stop() == 0, "SIGTERM ends it with 0")


def check_followed(folder, lines):
    """A file that grows: the answers grow with it."""
    kube = folder / "growing"
    half = len(lines) // 2
    kube.write_bytes(b"".join(lines[:half]))
    with Server(folder, "--kube", kube, "--follow") as server:
        while (told := json.loads(server.ask("/v1/ip/10.244.2.1")[2]))["position"] < half - 1:
            time.sleep(0.01)
        expect("old" not in told and told["position"] == half - 1, "it has read what is there")
        status, _, text = server.ask("/readyz?verbose")
        expect(status == 503 and b"[+] the topic was read to its end" in text and b"[-] the cluster is known to" in text,
               f"its last PROGRESS is old, and it says so: {status} {text}")
        with kube.open("ab") as file:
            file.write(b"".join(lines[half:]))
        deadline = time.time() + 20
        while json.loads(server.ask("/v1/ip/10.244.2.1")[2])["position"] < len(lines) - 1:
            if time.time() > deadline:
                expect(False, "it has read what came")
                break
            time.sleep(0.01)


def addresses_of(text):
    """Those that a record shows, and the first of each node's range, which is the node's own."""
    ranges = re.findall(r'"(\d+\.\d+\.\d+)\.0/24"', text)
    return set(re.findall(r'"(\d+\.\d+\.\d+\.\d+)"', text)) | {range + ".1" for range in ranges}


def main():
    if not RECORDING.is_dir():
        print(f"there is no recording in {RECORDING}")
        return 77
    with tempfile.TemporaryDirectory(prefix="tenure-http-") as name:
        folder = Path(name)
        kube = folder / "kube"
        kube.write_bytes(lzma.decompress((RECORDING / "kube.ndjson.xz").read_bytes()))
        lines = kube.read_bytes().splitlines(keepends=True)
        addresses = sorted(addresses_of(kube.read_text())) + STRANGERS
        expected = Expected([line.rstrip(b"\n") for line in lines])
        with Server(folder, "--kube", kube) as server:
            server.wait_ready()
            final = compare(server, expected, addresses, "final")
            last = compare(server, expected, addresses, "last")
            check_get(server, final)
            check_names(server, last)
            check_caches(server)
            check_times(server)
            check_command_line(server, folder, kube)
        check_wrong_server()
        check_curl(folder, kube)
        check_followed(folder, lines)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
