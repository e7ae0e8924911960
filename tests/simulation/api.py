"""The API server: the objects, and each write of them in order."""
from instants import cut

ORDER = ("nodes", "services", "endpointslices", "pods", "servicecidrs")


class Api:
    def __init__(self, world, clock):
        self.world, self.clock = world, clock
        self.objects = {resource: {} for resource in ORDER}
        self.writes = []            # (time, resource, type, object with its revision)
        self.revision = 1000
        self.listeners = []         # called with (resource, uid) after each write

    def now(self):
        return cut(self.world.now + self.clock)

    def put(self, resource, kind, thing, revision=None):
        if revision is None:
            self.revision += 1
            revision = self.revision
        thing = dict(thing, metadata=dict(thing["metadata"], resourceVersion=str(revision)))
        uid = thing["metadata"]["uid"]
        if kind == "DELETED":
            self.objects[resource].pop(uid, None)
        else:
            self.objects[resource][uid] = thing
        self.writes.append((self.world.now, resource, kind, thing))
        for listener in self.listeners:
            listener(resource, uid)
        return uid

    def create(self, resource, thing):
        metadata = dict(thing["metadata"])
        metadata.setdefault("creationTimestamp", self.now())
        return self.put(resource, "ADDED", dict(thing, metadata=metadata))

    def update(self, resource, uid, metadata=None, **parts):
        """Replaces parts of an object and members of its metadata; nothing if it is gone."""
        thing = self.objects[resource].get(uid)
        if thing is None:
            return False
        self.put(resource, "MODIFIED", dict(thing, metadata=dict(thing["metadata"], **(metadata or {})), **parts))
        return True

    def delete(self, resource, uid, same_revision=False):
        thing = self.objects[resource].get(uid)
        if thing is None:
            return False
        self.put(resource, "DELETED", thing, int(thing["metadata"]["resourceVersion"]) if same_revision else None)
        return True

    def renumber(self):
        """Another store under the same objects: all revisions start again, lower than before."""
        self.revision = 10
        for things in self.objects.values():
            for uid, thing in things.items():
                self.revision += 1
                things[uid] = dict(thing, metadata=dict(thing["metadata"], resourceVersion=str(self.revision)))
        self.writes.append((self.world.now, None, "RESTORED", {resource: dict(things) for resource, things in self.objects.items()}))
