#!/usr/bin/env python3
"""Goal: the access rules of the broker that producers/kube/README.md names are enough, and each of them is needed.

A broker with an authorizer, and an account that has these rules and no others. Without any one of them tenure-kube ends
with a message that says what is refused, and does not try again and again.
"""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from confluent_kafka.admin import AclBinding, AclBindingFilter, AclOperation, AclPermissionType, ResourcePatternType, ResourceType
from enrich_broker import Broker
from fake_api import RESOURCES, Fake, thing
from kube_api import KUBE

TOPIC = "tenure.kube"
EXIT_UNAVAILABLE, EXIT_IO = 69, 74
# The rule, the exit status without it, and what the message says.
RULES = (
    (ResourceType.TOPIC, TOPIC, ResourcePatternType.LITERAL, AclOperation.READ, EXIT_UNAVAILABLE, "Topic authorization failed"),
    (ResourceType.TOPIC, TOPIC, ResourcePatternType.LITERAL, AclOperation.WRITE, EXIT_IO, "Topic authorization failed"),
    (ResourceType.GROUP, "tenure-kube.", ResourcePatternType.PREFIXED, AclOperation.READ, EXIT_UNAVAILABLE,
     "cannot be a member of the group tenure-kube.tenure.kube.c"),
    (ResourceType.TRANSACTIONAL_ID, "tenure-kube.", ResourcePatternType.PREFIXED, AclOperation.WRITE, EXIT_UNAVAILABLE,
     "cannot write in transactions as tenure-kube.tenure.kube.c"),
)  # fmt: skip


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def settings(port, controller, guarded):
    """A broker with a second listener, where the account "kube" logs in; the first is open to the test."""
    return f"""authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},GUARDED://127.0.0.1:{guarded}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},GUARDED://127.0.0.1:{guarded}
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.guarded.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_kube="secret-word";
"""


class Account:
    """The rules of the account "kube"."""

    def __init__(self, broker):
        self.broker = broker

    def allow(self, rule):
        binding = AclBinding(*rule[:3], "User:kube", "*", rule[3], AclPermissionType.ALLOW)
        for done in self.broker.admin.create_acls([binding]).values():
            done.result(10)
        time.sleep(0.5)

    def forbid(self, rule):
        binding = AclBindingFilter(*rule[:3], "User:kube", "*", rule[3], AclPermissionType.ALLOW)
        for done in self.broker.admin.delete_acls([binding]).values():
            assert len(done.result(10)) == 1, rule
        time.sleep(0.5)


def start(fake, guarded, log):
    command = [KUBE, "--cluster", "c", "--kubeconfig", fake.kubeconfig, "-b", f"127.0.0.1:{guarded}", "--out", f"kafka:{TOPIC}",
               "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanisms=PLAIN",
               "-X", "sasl.username=kube", "-X", "sasl.password=secret-word"]  # fmt: skip
    return subprocess.Popen(command, stderr=log.open("wb"))


def main():
    port, controller, guarded = free_ports(3)
    os.environ.update(PORT=str(port), CONTROLLER_PORT=str(controller))
    with tempfile.TemporaryDirectory(prefix="tenure-rights-") as name, Broker(settings(port, controller, guarded)) as broker, Fake() as fake:
        log = Path(name) / "log"
        broker.create(TOPIC, 1)
        fake.put(*[thing(resource, "one") for resource in RESOURCES])
        account = Account(broker)
        for rule in RULES:
            account.allow(rule)
        process = start(fake, guarded, log)
        try:
            while not broker.read(TOPIC):
                assert process.poll() is None, log.read_text()
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait(25)
        for rule in RULES:
            account.forbid(rule)
            process = start(fake, guarded, log)
            code = process.wait(60)
            told = log.read_text()
            assert code == rule[4] and rule[5] in told, (rule, code, told)
            assert told.count("resuming") <= 1 and "secret-word" not in told, told
            account.allow(rule)
    print(f"{len(RULES)} rules are enough; without each one a message and an exit status")


if __name__ == "__main__":
    main()
