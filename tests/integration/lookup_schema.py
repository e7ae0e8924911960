"""What schemathesis has to know about docs/openapi.yaml: a body of NDJSON is a list, an element a line."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write(_, value):
    if not isinstance(value, list):
        return json.dumps(value).encode()
    return b"".join(json.dumps(line).encode() + b"\n" for line in value)


@schemathesis.deserializer("application/x-ndjson")
def read(_, response):
    return [json.loads(line) for line in response.content.splitlines()]
