"""The kube topic as answers.md section 1 reads it: one record at a time."""
from dataclasses import dataclass

import moments
import shapes

KINDS = {"Pod": "pods", "Service": "services", "EndpointSlice": "endpointslices", "Node": "nodes",
         "ServiceCIDR": "servicecidrs", "ReplicaSet": "replicasets", "Job": "jobs"}
RESOURCES = set(KINDS.values())
CHANGES = ("ADDED", "MODIFIED", "DELETED")
SILENT = ("BOOKMARK", "ERROR")
INTERFACES = "interfaces"        # of no watch, so none of RESOURCES
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"


class Unreadable(Exception):
    """`cluster` and `resource` are what could be told of the record; None: could not."""
    cluster = resource = None
    harmless = False            # of a kind that is none of ours


@dataclass
class Record:
    """One record of the topic that could be read."""
    offset: int
    type: str
    cluster: str
    resource: str = None
    received: int = None
    object: dict = None
    uid: str = None
    revision: int = None
    namespaces: list = None      # of a SYNC_BEGIN; None: everything
    selective: bool = False      # its scope names more than namespaces
    start: int = None            # of a GAP
    end: int = None
    known: int = None            # of a PROGRESS
    new_order: bool = False      # a GAP or SYNC_BEGIN that says that revisions went back
    listed: bool = False         # it is an item of a List
    guessed: bool = False        # nothing in it is later than `received` of the resource's record before


def read(offset, text, timestamp):
    """The record TEXT at OFFSET. TIMESTAMP is Kafka's, or None. Its `received` is None
    where neither tells it."""
    try:
        root = shapes.load(text)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if not isinstance(root, dict):
        raise Unreadable("not_an_object")
    if is_list(root):
        error = Unreadable("a List")
        tell(error, {"object": root})
        raise error
    if "kind" in root and "metadata" in root:
        root = {"type": "ADDED", "object": root}
    try:
        return record_of(offset, root, timestamp)
    except Unreadable as error:
        tell(error, root)
        raise


def is_list(root):
    """Of `kubectl get -o json`."""
    return "kind" in root and isinstance(root.get("items"), list)


def tell(error, root):
    """Adds to ERROR what can be told of the record ROOT."""
    cluster = root.get("cluster")
    error.cluster = "" if cluster is None else cluster if isinstance(cluster, str) else None
    name = root.get("resource")
    if not isinstance(name, str):
        kind = shapes.text(root, "object", "kind")
        kind = kind.removesuffix("List") or None if kind else kind
        name = KINDS.get(kind, kind)
    error.resource = name if name in RESOURCES else None
    error.harmless = name is not None and name not in RESOURCES


def record_of(offset, root, timestamp):
    kind = member(root, "type", str) or ("ADDED" if "object" in root else None)
    if kind not in CHANGES + SILENT + ("SYNC_BEGIN", "SYNC_END", "GAP", "PROGRESS"):
        raise Unreadable("type")
    record = Record(offset, kind, member(root, "cluster", str) or "")
    if kind in CHANGES + SILENT:
        record.object = member(root, "object", dict)
        if record.object is None:
            raise Unreadable("object")
    record.resource = resource_of(root, record)
    received = member(root, "received", str)
    record.received = instant(received, "received") if received is not None else timestamp
    fill(record, root)
    return record


def member(root, name, kind):
    value = root.get(name)
    if value is not None and not isinstance(value, kind):
        raise Unreadable(name)
    return value


def instant(value, name):
    moment = moments.parse(value)
    if moment is None:
        raise Unreadable(name)
    return moment


def resource_of(root, record):
    resource = member(root, "resource", str)
    if resource is None and record.object is not None:
        resource = KINDS.get(record.object.get("kind"))
    if resource is None and record.type in ("GAP", "PROGRESS", "ERROR"):
        return None
    if resource not in RESOURCES and not (resource == INTERFACES and record.type in CHANGES):
        raise Unreadable("resource")
    return resource


def fill(record, root):
    """Adds what each type of record has of its own."""
    if record.type in CHANGES:
        metadata = shapes.at(record.object, "metadata")
        record.uid = shapes.text(metadata, "uid")
        if not record.uid or not shapes.text(metadata, "name"):
            raise Unreadable("object.metadata")
        if record.resource == INTERFACES and not shapes.text(record.object, "spec", "node"):
            raise Unreadable("object.spec.node")
        record.revision = shapes.revision(metadata.get("resourceVersion"))
    elif record.type in ("SYNC_BEGIN", "SYNC_END"):
        record.revision = shapes.revision(root.get("resourceVersion"))
        if record.type == "SYNC_END" and record.revision is None:
            raise Unreadable("resourceVersion")
        scope = member(root, "scope", dict) or {}
        record.new_order = record.type == "SYNC_BEGIN" and "epoch" in root
        record.namespaces = member(scope, "namespaces", list) or None
        record.selective = bool(set(scope) - {"namespaces"})
    elif record.type == "GAP":
        record.start, record.end = instant(root.get("from"), "from"), instant(root.get("to"), "to")
        record.new_order = root.get("reason") == "revisions_went_back"
    elif record.type == "PROGRESS":
        record.known = instant(root.get("known"), "known")


def newest_instant(value):
    """The greatest string value that is a time, anywhere in an object."""
    metadata = value.get("metadata")
    found = [newest_in(part) for name, part in value.items() if name != "metadata"]
    if isinstance(metadata, dict):
        skipped = ("deletionTimestamp", "labels", "annotations")
        found += [newest_in(part) for name, part in metadata.items() if name not in skipped]
        found.append(moments.parse(shapes.at(metadata, "annotations", TRIGGER)))
    return moments.newest(found)


def newest_in(value):
    if isinstance(value, str):
        return moments.parse(value)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return None
    return moments.newest(newest_in(part) for part in value)
