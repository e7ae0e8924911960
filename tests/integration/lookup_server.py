"""What the tests of tenure-lookup as a server share: the server, and questions to it."""
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
NDJSON = {"Content-Type": "application/x-ndjson"}


class Server:
    """A running tenure-lookup, for `with`. ARGUMENTS follow --listen; the port is free unless LISTEN says otherwise."""

    program = "tenure-lookup"

    def __init__(self, folder, *arguments, listen="127.0.0.1:0"):
        self.folder, self.arguments, self.listen = Path(folder), [str(a) for a in arguments], listen
        self.process = None

    def start(self):
        self.log = tempfile.NamedTemporaryFile("w+", dir=self.folder, prefix="log-", delete=False)
        environment = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"))
        self.process = subprocess.Popen([BUILD / self.program, "--listen", self.listen, *self.arguments],
                                        stderr=self.log, env=environment)
        deadline = time.time() + 20
        while not (found := re.search(r"http: listening on (\S+?):(\d+)(?=[\s\"])", self.text())):
            if self.process.poll() is not None or time.time() > deadline:
                raise SystemExit(f"the server does not listen:\n{self.text()}")
            time.sleep(0.005)
        self.host, self.port = found[1].strip("[]"), int(found[2])
        return self

    def text(self):
        return Path(self.log.name).read_text()

    def stop(self, number=signal.SIGTERM):
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.log.close()
        return code

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def connect(self, timeout=30):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, target, method="GET", body=None, headers=None, connection=None):
        """(status, headers, body) of one request."""
        used = connection or self.connect()
        try:
            used.request(method, target, body, headers or {})
        except ConnectionRefusedError:
            raise SystemExit(f"the server ended with {self.process.poll()}:\n{self.text()[-3000:]}") from None
        answer = used.getresponse()
        result = answer.status, answer.headers, answer.read()
        if connection is None:
            used.close()
        return result

    def bulk(self, questions, target="/v1/ip"):
        """The answers to many questions, in their order."""
        answers = []
        for first in range(0, len(questions), 20000):
            body = "".join(json.dumps(question) + "\n" for question in questions[first:first + 20000]).encode()
            status, _, text = self.ask(target, "POST", body, NDJSON)
            assert status == 200, text
            answers += [json.loads(line) for line in text.splitlines()]
        return answers

    def wait_ready(self, seconds=60):
        deadline = time.time() + seconds
        while True:
            status, _, text = self.ask("/readyz?verbose")
            if status == 200:
                return
            if time.time() > deadline:
                raise SystemExit(f"not ready after {seconds} s:\n{text.decode()}\n{self.text()[-3000:]}")
            time.sleep(0.02)

    def status(self, field):
        """A line of /proc/PID/status, in KiB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+)", text, re.M)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))
