"""A structural check of docs/asyncapi.yaml: what AsyncAPI 3.0 and its Kafka binding
0.5.0 demand of the parts that are used here, every reference, and the schemas' names."""
import json

import yaml

BINDING = "0.5.0"
# What each object may have; the first of the two sets it must have.
OBJECTS = {
    "document": ({"asyncapi", "info"}, {"id", "servers", "defaultContentType", "channels", "operations", "components"}),
    "info": ({"title", "version"}, {"description", "termsOfService", "contact", "license", "tags", "externalDocs"}),
    "server": ({"host", "protocol"}, {"protocolVersion", "pathname", "description", "title", "summary", "variables",
                                      "security", "tags", "externalDocs", "bindings"}),
    "channel": ({"address", "messages"}, {"title", "summary", "description", "servers", "parameters", "tags",
                                          "externalDocs", "bindings"}),
    "operation": ({"action", "channel"}, {"title", "summary", "description", "security", "tags", "externalDocs",
                                          "bindings", "traits", "messages", "reply"}),
    "message": ({"payload"}, {"headers", "correlationId", "contentType", "name", "title", "summary", "description",
                              "tags", "externalDocs", "bindings", "examples", "traits"}),
    "payload": ({"schemaFormat", "schema"}, set()),
    "channel's kafka binding": ({"bindingVersion", "topic", "partitions"}, {"replicas", "topicConfiguration"}),
    "operation's kafka binding": ({"bindingVersion"}, {"groupId", "clientId"}),
    "message's kafka binding": ({"bindingVersion", "key"}, {"schemaIdLocation", "schemaIdPayloadEncoding",
                                                           "schemaLookupStrategy"}),
    "topicConfiguration": (set(), {"cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms",
                                   "max.message.bytes"}),
}


class Check:
    def __init__(self, path, schemas):
        self.path, self.schemas, self.found = path, schemas, []
        self.document = yaml.safe_load(path.read_text())

    def fault(self, where, what):
        self.found.append(f"{self.path.name}: {where}: {what}")

    def shape(self, kind, where, value):
        """VALUE has the members that an object of KIND must and may have."""
        must, may = OBJECTS[kind]
        if not isinstance(value, dict):
            self.fault(where, f"{kind} is no object")
            return {}
        for name in sorted(must - set(value)):
            self.fault(where, f"{kind} lacks {name}")
        for name in sorted(map(str, set(value) - must - may)):
            self.fault(where, f"{kind} may not have {name}")
        return value

    def resolve(self, where, value):
        """VALUE, or what its $ref names in this document or in a schema."""
        if not isinstance(value, dict) or "$ref" not in value:
            return value
        file, _, pointer = value["$ref"].partition("#")
        target = self.document
        if file:
            path = self.path.parent / file
            if not path.is_file():
                self.fault(where, f"{file} is not there")
                return {}
            target = json.loads(path.read_text())
        for part in filter(None, pointer.split("/")):
            target = target.get(part) if isinstance(target, dict) else None
        if target is None:
            self.fault(where, f"{value['$ref']} leads nowhere")
            return {}
        return target

    def references(self, where, value):
        if isinstance(value, dict):
            self.resolve(where, value)
            for name, member in value.items():
                self.references(f"{where}.{name}" if where else str(name), member)
        elif isinstance(value, list):
            for index, member in enumerate(value):
                self.references(f"{where}[{index}]", member)

    def binding(self, kind, where, owner):
        kafka = owner.get("bindings", {}).get("kafka")
        if kafka is None:
            return {}
        self.shape(f"{kind}'s kafka binding", where + ".bindings.kafka", kafka)
        if kafka.get("bindingVersion") != BINDING:
            self.fault(where, f"bindingVersion is not {BINDING}")
        return kafka

    def channel(self, name, channel):
        where = "channels." + name
        self.shape("channel", where, channel)
        kafka = self.binding("channel", where, channel)
        if kafka.get("topic") != channel.get("address"):
            self.fault(where, "the binding's topic is not the address")
        configuration = self.shape("topicConfiguration", where, kafka.get("topicConfiguration", {}))
        if configuration.get("cleanup.policy") != ["delete"]:
            self.fault(where, "cleanup.policy is not [delete]")
        for key, message in channel.get("messages", {}).items():
            message = self.resolve(f"{where}.messages.{key}", message)
            self.message(f"{where}.messages.{key}", message, channel)

    def message(self, where, message, channel):
        self.shape("message", where, message)
        if "key" not in self.binding("message", where, message):
            self.fault(where, "has no key")
        payload = self.shape("payload", where + ".payload", message.get("payload"))
        # A correction is a tagged record.
        wanted = f"./schemas/{channel.get('address')}.json".replace("corrections", "tagged")
        if payload.get("schema", {}).get("$ref") != wanted:
            self.fault(where, f"the payload is not {wanted}")

    def operation(self, name, operation):
        where = "operations." + name
        self.shape("operation", where, operation)
        self.binding("operation", where, operation)
        if operation.get("action") not in ("send", "receive"):
            self.fault(where, "action is neither send nor receive")
        channel = operation.get("channel", {}).get("$ref", "")
        for message in operation.get("messages", []):
            if not message.get("$ref", "").startswith(channel + "/messages/"):
                self.fault(where, "a message is not one of its channel's")

    def run(self):
        document = self.shape("document", "", self.document)
        if not str(document.get("asyncapi", "")).startswith("3."):
            self.fault("asyncapi", "is not 3.x")
        self.shape("info", "info", document.get("info"))
        for name, server in document.get("servers", {}).items():
            self.shape("server", "servers." + name, server)
        for name, channel in document.get("channels", {}).items():
            self.channel(name, channel)
        for name, operation in document.get("operations", {}).items():
            self.operation(name, operation)
        self.references("", document)
        described = {channel.get("address") for channel in document.get("channels", {}).values()}
        for path in self.schemas.glob("*.json"):
            if path.stem not in described:
                self.fault("channels", f"no channel for {path.name}")
        return self.found


def faults(path, schemas):
    """What is wrong with the document at PATH; SCHEMAS is the folder of the topics' schemas."""
    return Check(path, schemas).run()
