"""What the tests of tenure-graph as a server share: the server, and the recording's tagged flows."""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import lookup_server  # noqa: E402
from lookup_server import BUILD, ROOT  # noqa: E402

PLAY = """
for node in n1 n2 n3; do tenure-flows -r $node.pcap --observer-name $node --out -; done |
    tenure-enrich --kube kube.ndjson --flows - --out tagged.ndjson --rejected rejected.ndjson --state state
"""


class Server(lookup_server.Server):
    """A running tenure-graph. Its history is in FOLDER/history."""

    program = "tenure-graph"

    def __init__(self, folder, *arguments, **options):
        super().__init__(folder, "--state", Path(folder) / "history", *arguments, **options)

    def json(self, target):
        """The answer to TARGET, which is 200 and JSON."""
        status, headers, body = self.ask(target)
        assert status == 200 and headers["Content-Type"] == "application/json", f"{target}: {status} {body[:300]}"
        return json.loads(body)


def record(folder):
    """Plays the recording in FOLDER; the path of its tagged flows."""
    folder.mkdir(exist_ok=True)
    subprocess.run([sys.executable, ROOT / "tests/lab/pack.py", "-u", ROOT / "tests/fixtures/recording", folder], check=True)
    environment = dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}")
    subprocess.run(["sh", "-eu", "-c", PLAY], cwd=folder, env=environment, check=True, stderr=subprocess.DEVNULL)
    return folder / "tagged.ndjson"


def printed(path):
    """The graph of the file PATH as the command line prints it."""
    done = subprocess.run([BUILD / "tenure-graph", "--in", path, "--format", "json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def edges(graph):
    """{(source, target): flows, requests of both families and errors}."""
    return {(edge["source"], edge["target"], edge.get("directed", True)):
            (edge["flows"], edge["requests"]["count"], *edge["errors"].values(), edge["bytes"]["source"], edge["bytes"]["destination"],
             json.dumps(edge.get("messages")))
            for edge in graph["edges"]}
