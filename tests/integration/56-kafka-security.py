#!/usr/bin/env python3
"""Goal: on a broker with TLS, logins and access rules each program needs exactly the rights of deploy/kafka/README.md.

Each program runs with the rights of that table and no others, then without each of them, side by side, as a user for each: it ends with
a message that names the right, the resource and the principal. What is wrong with a connection is named, too: login, certificates, port.
tenure-flows shows a client certificate, the others log in by PLAIN; by SCRAM with the librdkafka of confluent-kafka, because
that of Debian 12 cannot. No password is in a log, in a topic or on a command line.
"""

import concurrent.futures
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import confluent_kafka
from enrich_broker import pod, progress
from fake_api import RESOURCES, Fake, thing
from secure_broker import SCRAM, SecureBroker

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build")).resolve()
TABLE = ROOT / "deploy/kafka/README.md"
TOPICS = ("tenure.kube", "tenure.flows", "tenure.flows.statistics", "tenure.flows.tagged", "tenure.flows.rejected", "tenure.edges")
PROGRAMS = ("kube", "flows", "enrich", "graph", "lookup", "observe")
UNAVAILABLE, IO = 69, 74
READER = "reader"  # logs in by SCRAM, and keeps its right
SIDE_BY_SIDE = 24  # processes, most of which wait for the broker


class Case:
    """PROGRAM as USER, who has the RIGHTS: (principal, operation, resource, pattern, name)."""

    def __init__(self, program, rows, number=None):
        self.program = program
        self.user = program if number is None else f"{program}-{number}"
        self.principal = f"User:CN={self.user}" if program == "flows" else f"User:{self.user}"
        # What only one process may be: the member of a group, the writer of a cluster, the owner of a transactional id.
        self.cluster, self.instance = ("c", "one") if number is None else (self.user, self.user)
        self.group = "tenure-enrich" if number is None else self.user
        own = {"INSTANCE": self.instance, "tenure-enrich": self.group}
        self.rights = [(self.principal, right, resource, pattern, own.get(name, name)) for right, resource, pattern, name in rows]
        self.missing = None if number is None else self.rights.pop(number)


def cases():
    """Of each program of the table: its case with all rights, and one without each."""
    rows = {program: [] for program in PROGRAMS}
    for line in TABLE.read_text().splitlines():
        row = re.fullmatch(r"\| tenure-(\w+) \| ([\w, ]+) \| (topic|group|transactional-id) \| `([^`]+)`( and what follows)? \|", line)
        if row:
            program, rights, resource, name, prefix = row.groups()
            rows[program] += [(right, resource, "prefixed" if prefix else "literal", name) for right in rights.split(", ")]
    assert all(rows.values()), rows
    return ({program: Case(program, found) for program, found in rows.items()},
            {program: [Case(program, found, number) for number in range(len(found))] for program, found in rows.items()})  # fmt: skip


def password(user):
    return f"Secret-of-{user}-7Qx"


def capture(path):
    """A capture file with one UDP packet that was sent a while ago."""
    udp = struct.pack(">HHHH", 40000, 53, 8, 0)
    frame = bytes(12) + b"\x08\x00" + struct.pack(">BBHHHBBHII", 0x45, 0, 28, 1, 0, 64, 17, 0, 0x0AF40001, 0x0AF40002) + udp
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
                     + struct.pack("<IIII", int(time.time()) - 100, 0, len(frame), len(frame)) + frame)  # fmt: skip


class Bench:
    def __init__(self, folder, broker, fake):
        self.folder, self.broker, self.fake, self.texts = folder, broker, fake, []
        capture(folder / "one.pcap")
        self.certificates = {}

    def properties(self, name, **properties):
        """A file of properties. Its name is all that a command line shows."""
        path = self.folder / f"{name}.properties"
        path.write_text("".join(f"{key.replace('_', '.')}={value}\n" for key, value in properties.items()))
        path.chmod(0o600)
        return path

    def login(self, user, name=None, **changes):
        return self.properties(name or user, **{
            "security_protocol": "SASL_SSL", "ssl_ca_location": self.broker.authority.certificate, "sasl_mechanism": "PLAIN",
            "sasl_username": user, "sasl_password": password(user), **changes})  # fmt: skip

    def certify(self, user):
        self.certificates[user] = self.broker.authority.issue(user)

    def mutual(self, user="flows", name=None, **changes):
        certificate, key, _ = self.certificates[user]
        return self.properties(name or user, **{
            "security_protocol": "SSL", "ssl_ca_location": self.broker.authority.certificate,
            "ssl_certificate_location": certificate, "ssl_key_location": key, **changes})  # fmt: skip

    def command(self, case):
        words = {
            "kube": ["--cluster", case.cluster, "--kubeconfig", self.fake.kubeconfig],
            "flows": ["-r", self.folder / "one.pcap", "--out", "kafka:tenure.flows", "--statistics", "kafka:tenure.flows.statistics",
                      "--links", "kafka:tenure.kube", "--cluster", "c", "--node-name", "n1", "--interface-name", "veth1"],
            "enrich": ["--kube", "kafka:tenure.kube", "--flows", "kafka:tenure.flows", "--out", "kafka:tenure.flows.tagged",
                       "--rejected", "kafka:tenure.flows.rejected", "--instance", case.instance, "--group", case.group, "--max-hold", "1s"],
            "graph": ["--step", "1m", "--edges", "kafka:tenure.edges"],
            "lookup": ["--kube", "kafka:tenure.kube", "--state", "none", "10.244.0.1"],
            "observe": [],
        }[case.program]  # fmt: skip
        listener = "MUTUAL" if case.program == "flows" else "LOGIN"
        config = self.mutual(case.user) if case.program == "flows" else self.login(case.user)
        return [BUILD / f"tenure-{case.program}", *words, "-b", self.broker.at(listener), "-F", config]

    def run(self, command, done=lambda: False, seconds=60, **environment):
        """Runs COMMAND until it ends, or DONE() is true. Returns its status, or None if it was ended, and what it said."""
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=dict(os.environ, **environment))
            end, ended = time.monotonic() + seconds, False
            line = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
            while process.poll() is None:
                ended = ended or done()
                if ended or time.monotonic() > end:
                    process.send_signal(signal.SIGTERM)
                    process.wait(30)
                    break
                time.sleep(0.1)
            log.seek(0)
            text = log.read()
        self.texts += [text, line]
        assert ended or time.monotonic() < end, (command, text[-3000:])
        return None if ended else process.returncode, text


def works(bench, case):
    """The program does all that it has rights for."""
    topics = {"kube": "tenure.kube", "enrich": "tenure.flows.tagged"}
    program = case.program
    written = [] if program not in topics else bench.broker.read(topics[program])
    status, text = bench.run(bench.command(case), lambda: program in topics and len(bench.broker.read(topics[program])) > len(written))
    assert status == (None if program in topics else 0), (program, status, text)
    assert "level=error" not in text, (program, text)


def lacks(bench, case):
    """Without the right that is missing the program ends and says so."""
    _, right, resource, _, name = case.missing
    status, text = bench.run(bench.command(case))
    shown = f'"User:SUBJECT of {bench.certificates[case.user][0]}"' if case.program == "flows" else case.principal
    wanted = f"kafka-acls.sh --add --allow-principal {shown} --operation {right} --{resource} {name}"
    assert wanted in text.replace('\\"', '"'), (case.missing, status, text)
    # As docs/runbook.md says of TenureDown.
    wanted = IO if (case.program, right, resource) == ("kube", "Write", "topic") else UNAVAILABLE
    assert status == wanted, (case.missing, status, text)
    return f"tenure-{case.program} without {right} of {resource} {name}: exit {status}"


def connections(bench):
    """What is wrong with a connection, the listener, the properties, and what the message says."""
    broker = bench.broker
    expired = broker.authority.issue("late", expired=True)
    return (
        ("a wrong password", "LOGIN", bench.login("observe", "wrong", sasl_password="Secret-guess"), "does not accept the login of observe by PLAIN"),
        ("an unknown authority", "LOGIN", bench.login("observe", "stranger", ssl_ca_location=broker.stranger.certificate), "set ssl.ca.location"),
        ("an expired certificate", "EXPIRED", bench.login("observe", "expired"), "its certificate has expired"),
        ("no TLS to a port with TLS", "LOGIN", bench.properties("plain"), "set security.protocol=SSL"),
        ("a login without TLS to a port with TLS", "LOGIN", bench.login("observe", "open", security_protocol="SASL_PLAINTEXT"),
         "set security.protocol=SASL_SSL"),
        ("TLS to a port without TLS", "PLAINTEXT", bench.mutual(name="tls"), "set security.protocol=PLAINTEXT"),
        ("TLS without a login", "LOGIN", bench.mutual(name="nobody"), "set security.protocol=SASL_SSL, sasl.mechanism"),
        ("no client certificate", "MUTUAL", bench.properties("none", security_protocol="SSL", ssl_ca_location=broker.authority.certificate),
         "it wants a client certificate"),
        ("an expired client certificate", "MUTUAL", bench.mutual(name="late", ssl_certificate_location=expired[0], ssl_key_location=expired[1]),
         f"does not accept the client certificate {expired[0]}"),
    )  # fmt: skip


def refused(bench, fault):
    what, listener, config, wanted = fault
    status, text = bench.run([BUILD / "tenure-observe", "-b", bench.broker.at(listener), "-F", config])
    assert status == UNAVAILABLE and wanted in text and text.count("level=error") == 1, (what, status, text)
    return f"{what}: {wanted}"


def scram(bench, mechanism):
    """By SCRAM, with a librdkafka that can, and with one that cannot."""
    libraries = list((Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs").glob("librdkafka*.so*"))
    assert len(libraries) == 1, libraries
    config = bench.login(READER, mechanism, sasl_mechanism=mechanism)
    command = [BUILD / "tenure-observe", "-b", bench.broker.at("LOGIN"), "-F", config]
    status, text = bench.run(command, LD_PRELOAD=str(libraries[0]))
    assert status == 0 and "10.244.0.2" in text, (mechanism, status, text)
    status, text = bench.run(command)
    assert status == UNAVAILABLE and "librdkafka 2.6.1" in text, (mechanism, status, text)
    return f"by {mechanism}"


def feed(broker):
    now = time.time()
    producer = broker.producer()
    producer.produce("tenure.kube", pod("p1", "10.244.0.1", now - 1000, 1), key="c")
    producer.produce("tenure.kube", progress(now), key="c")
    producer.flush(30)


def no_secret(bench, secrets):
    topics = [value.decode(errors="replace") for topic in TOPICS for *_, value, _, _ in bench.broker.read(topic)]
    found = [(secret, text[:300]) for text in bench.texts + topics for secret in secrets if secret in text]
    assert not found, found
    print(f"no password in {len(bench.texts)} logs and command lines and {len(topics)} records")


def check(bench, whole, without):
    """Nothing that writes into a topic runs beside what is to write there."""
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        waiting = [pool.submit(refused, bench, fault) for fault in connections(bench)]
        for programs in (("kube", "flows"), ("enrich",), ("graph", "lookup", "observe")):
            for each in [pool.submit(works, bench, whole[program]) for program in programs]:
                each.result()
            waiting += [pool.submit(lacks, bench, case) for program in programs for case in without[program]]
        waiting += [pool.submit(scram, bench, mechanism) for mechanism in SCRAM]
        for each in waiting:
            print(each.result())


def main():
    whole, without = cases()
    every = [*whole.values(), *[case for found in without.values() for case in found]]
    users = [*[case.user for case in every if case.program != "flows"], READER]
    passwords = {user: password(user) for user in users}
    with tempfile.TemporaryDirectory(prefix="tenure-security-") as name, \
         SecureBroker({READER: password(READER)}, passwords) as broker, Fake() as fake:  # fmt: skip
        bench = Bench(Path(name), broker, fake)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(bench.certify, [case.user for case in every if case.program == "flows"]))
        for topic in TOPICS:
            broker.create(topic, 1)
        fake.put(*[thing(resource, "one") for resource in RESOURCES])
        feed(broker)
        broker.allow([right for case in every for right in case.rights])
        broker.allow([(f"User:{READER}", "Read", "topic", "literal", "tenure.flows.tagged")])
        check(bench, whole, without)
        print(f"{sum(len(case.rights) for case in whole.values())} rights are enough for {len(PROGRAMS)} programs, and each is needed")
        no_secret(bench, [*passwords.values(), "Secret-guess"])


if __name__ == "__main__":
    sys.exit(main())
