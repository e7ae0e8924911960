"""A small client of the Kubernetes API: the standard library is enough."""
import http.client
import json
import re
import ssl
import threading

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


class ApiError(RuntimeError):
    """The server answered something else than 2xx."""

    def __init__(self, status, body):
        super().__init__(f"HTTP {status}: {body[:300]}")
        self.status = status


def read_kubeconfig(path):
    """Host, port and TLS context of the one cluster and user in a kubeconfig."""
    text = open(path, encoding="utf-8").read()

    def value(name):
        found = re.search(rf'\b{name}:\s*"?([^"\s,}}]+)', text)
        if found is None:
            raise RuntimeError(f"{path}: no {name}; the lab needs a server, a CA file and a client certificate or a token")
        return found.group(1)

    host, port = re.match(r"https://([^:/]+):(\d+)", value("server")).groups()
    context = ssl.create_default_context(cafile=value("certificate-authority"))
    context.check_hostname = False
    headers = {}
    if "client-certificate:" in text:
        context.load_cert_chain(value("client-certificate"), value("client-key"))
    else:
        headers["Authorization"] = "Bearer " + value("token")
    return host, int(port), context, headers


class Api:
    """One connection, one thread.  Reconnects once when the server closed it.

    The server names the writer of a field by the agent's first word: "kubelet/1.37" is kubelet.
    """

    def __init__(self, kubeconfig, agent="lab"):
        self.host, self.port, self.context, self.headers = read_kubeconfig(kubeconfig)
        self.headers["User-Agent"] = agent
        self.connection = None

    def connect(self, timeout=30):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)

    def request(self, method, path, body=None, content_type="application/json"):
        payload = None if body is None else json.dumps(body)
        headers = dict(self.headers, **({"Content-Type": content_type} if payload else {}))
        for attempt in (0, 1):
            try:
                if self.connection is None:
                    self.connection = self.connect()
                self.connection.request(method, path, payload, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.connection = None
                if attempt:
                    raise
        if answer.status >= 300:
            raise ApiError(answer.status, text)
        return json.loads(text)

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body):
        return self.request("POST", path, body)

    def patch(self, path, body, content_type=STRATEGIC):
        return self.request("PATCH", path, body, content_type)

    def delete(self, path, grace=None, uid=None):
        options = {"kind": "DeleteOptions", "apiVersion": "v1"}
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        return self.request("DELETE", path, options)

    def apply(self, collection, body):
        """Creates BODY where it is not there yet; returns the object that stands."""
        try:
            return self.post(collection, body)
        except ApiError as error:
            if error.status != 409:
                raise
            return self.get(collection + "/" + body["metadata"]["name"])

    def watch(self, path, revision):
        """Yields (type, object) until the server closes the stream."""
        connection = self.connect(timeout=600)
        separator = "&" if "?" in path else "?"
        connection.request("GET", f"{path}{separator}watch=1&allowWatchBookmarks=true&resourceVersion={revision}",
                           headers=self.headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise ApiError(answer.status, answer.read().decode())
        while True:
            line = answer.readline()
            if not line:
                return
            event = json.loads(line)
            yield event["type"], event["object"]


class Watcher(threading.Thread):
    """Lists, then watches PATH for ever; calls TAKE(type, object) on its own thread."""

    def __init__(self, kubeconfig, path, take):
        super().__init__(daemon=True)
        self.api = Api(kubeconfig)
        self.path = path
        self.take = take

    def run(self):
        while True:
            try:
                listed = self.api.get(self.path)
                for item in listed["items"]:
                    self.take("ADDED", item)
                revision = listed["metadata"]["resourceVersion"]
                while True:
                    for kind, item in self.api.watch(self.path, revision):
                        if kind == "ERROR":
                            raise ApiError(item.get("code", 0), json.dumps(item))
                        revision = item["metadata"]["resourceVersion"]
                        if kind != "BOOKMARK":
                            self.take(kind, item)
            except (ApiError, OSError, http.client.HTTPException):
                threading.Event().wait(0.5)
