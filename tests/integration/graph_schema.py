"""What schemathesis cannot know from docs/openapi-graph.yaml: which parameters do not go together."""
import schemathesis


@schemathesis.hook
def map_case(context, case):
    """A window has one end and one beginning, which is before the end, and steps fit into it."""
    if case.query and case.meta and case.meta.generation.mode.is_positive:
        for name in ("to", "from", "step"):
            case.query.pop(name, None)
    return case
