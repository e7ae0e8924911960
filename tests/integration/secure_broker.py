"""A broker with TLS, passwords and access rules, and what its users need to know of it.

Its listeners: PLAINTEXT, where the test itself is the super user; LOGIN, with TLS and a password; MUTUAL, with TLS and a
client certificate; EXPIRED, as LOGIN but its certificate has expired. The certificates are of an authority of the test's own.
"""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType,
                                   ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion)  # fmt: skip
from enrich_broker import Broker

LISTENERS = ("PLAINTEXT", "CONTROLLER", "LOGIN", "MUTUAL", "EXPIRED")
SCRAM = {"SCRAM-SHA-256": ScramMechanism.SCRAM_SHA_256, "SCRAM-SHA-512": ScramMechanism.SCRAM_SHA_512}


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


class Authority:
    """Makes certificates in FOLDER."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        self.openssl("req", "-x509", *self.new(), "-keyout", self.key, "-out", self.certificate, "-days", "30", "-subj", f"/CN={name}")

    @staticmethod
    def new():
        return ("-newkey", "rsa:2048", "-nodes")

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def issue(self, name, expired=False):
        """A certificate of 127.0.0.1 with the subject CN=NAME. Returns its files: certificate, key, and both in one."""
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        certificate, key, both = (self.folder / f"{name}.{end}" for end in ("pem", "key", "both.pem"))
        extensions.write_text("subjectAltName=IP:127.0.0.1\n")
        self.openssl("req", *self.new(), "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        # A certificate of no days has expired once a second is over.
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-out", certificate,
                     "-days", "-1" if expired else "30", "-extfile", extensions)
        both.write_text(key.read_text() + certificate.read_text())
        return certificate, key, both


class SecureBroker(Broker):
    """PASSWORDS of users who log in by SCRAM, and by PLAIN."""

    def __init__(self, passwords, plain):
        self.certificates = tempfile.TemporaryDirectory(prefix="tenure-certificates-")
        folder = Path(self.certificates.name)
        self.authority, self.stranger = Authority(folder, "authority"), Authority(folder, "stranger")
        self.passwords, self.plain = passwords, plain
        self.ports = dict(zip(LISTENERS, free_ports(len(LISTENERS))))
        super().__init__(self.settings())

    def settings(self):
        listeners = ",".join(f"{name}://127.0.0.1:{port}" for name, port in self.ports.items())
        advertised = ",".join(listener for listener in listeners.split(",") if not listener.startswith("CONTROLLER"))
        users = " ".join(f'user_{name}="{word}"' for name, word in self.plain.items())
        lines = [
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS",
            f"listeners={listeners}",
            f"advertised.listeners={advertised}",
            "inter.broker.listener.name=PLAINTEXT",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL,EXPIRED:SASL_SSL",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={self.authority.certificate}",
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={self.authority.issue('broker')[2]}",
            "listener.name.expired.ssl.keystore.type=PEM",
            f"listener.name.expired.ssl.keystore.location={self.authority.issue('expired', expired=True)[2]}",
            "listener.name.mutual.ssl.client.auth=required",
            "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        ]
        for listener in ("login", "expired"):
            lines.append(f"listener.name.{listener}.plain.sasl.jaas.config="
                         f"org.apache.kafka.common.security.plain.PlainLoginModule required {users};")
            for mechanism in SCRAM:
                lines.append(f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config="
                             "org.apache.kafka.common.security.scram.ScramLoginModule required;")
        return "\n".join(lines)

    def __enter__(self):
        os.environ.update(PORT=str(self.ports["PLAINTEXT"]), CONTROLLER_PORT=str(self.ports["CONTROLLER"]))
        super().__enter__()
        self.admin.list_topics(timeout=20)
        for mechanism in SCRAM.values():
            wanted = [UserScramCredentialUpsertion(user, ScramCredentialInfo(mechanism, 4096), word.encode())
                      for user, word in self.passwords.items()]
            for done in self.admin.alter_user_scram_credentials(wanted).values():
                done.result(20)
        return self

    def __exit__(self, *caught):
        super().__exit__(*caught)
        self.certificates.cleanup()

    def at(self, listener):
        return f"127.0.0.1:{self.ports[listener]}"

    # ---- Access rules ----

    def allow(self, rules):
        """RULES: (principal, operation, resource, pattern, name), as in the names of the Java tools."""
        for done in self.admin.create_acls([AclBinding(*self.binding(rule)) for rule in rules]).values():
            done.result(10)
        time.sleep(0.3)

    @staticmethod
    def binding(rule):
        principal, operation, resource, pattern, name = rule
        operations = {"Read": AclOperation.READ, "Write": AclOperation.WRITE, "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
                      "Describe": AclOperation.DESCRIBE}  # fmt: skip
        resources = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP, "transactional-id": ResourceType.TRANSACTIONAL_ID}
        patterns = {"literal": ResourcePatternType.LITERAL, "prefixed": ResourcePatternType.PREFIXED}
        return resources[resource], name, patterns[pattern], principal, "*", operations[operation], AclPermissionType.ALLOW
