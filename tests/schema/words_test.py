"""answers.md, the schemas, the AsyncAPI document and the C use the same words."""
import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
ANSWERS = (ROOT / "docs/answers.md").read_text()
KUBE, FLOWS, TAGGED, REJECTED = (json.loads((ROOT / f"docs/schemas/tenure.{name}.json").read_text())
                                 for name in ("kube", "flows", "flows.tagged", "flows.rejected"))
DEFINED = TAGGED["$defs"]
ASYNCAPI = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text())


def table(heading):
    """The first column of the table whose head begins with HEADING."""
    lines = ANSWERS.split(f"\n| {heading} |", 1)[1].split("\n")[2:]
    cells = []
    for line in lines:
        if not line.startswith("|"):
            return cells
        cells.append(line.split("|")[1].strip())
    return cells


def strings(path, start, end):
    """The string literals of a C file between two marks."""
    text = (ROOT / path).read_text().split(start, 1)[1].split(end, 1)[0]
    return re.findall(r'"([^"]+)"', text)


def test_reasons_of_an_unknown_end():
    assert "unknown, `local_scope`" in ANSWERS
    assert ["local_scope"] + [cell.strip("`") for cell in table("reason")] == DEFINED["unknown"]["properties"]["reason"]["enum"]


def test_why_a_holder_is_possible():
    assert [cell.strip("`") for cell in table("why")] == DEFINED["candidateUnrecorded"]["properties"]["why"]["enum"]
    row = next(line for line in ANSWERS.split("\n") if "`why` of a recorded one is the first that holds:" in line)
    assert re.findall(r"`(\w+)`", row.split("the first that holds:")[1]) == DEFINED["why"]["enum"]


def test_reasons_of_an_ambiguous_end():
    row = next(line for line in ANSWERS.split("\n") if line.startswith("| more than one | **ambiguous**"))
    assert set(re.findall(r"`(\w+)`", row)) == set(DEFINED["ambiguous"]["properties"]["reason"]["enum"])


def test_statuses_and_kinds():
    ends = [DEFINED[one["$ref"].rsplit("/", 1)[1]]["properties"] for one in DEFINED["end"]["oneOf"]]
    assert {end["status"]["const"] for end in ends} == {"known", "unknown", "ambiguous"}
    kinds = {end["kind"]["const"] for end in ends if "kind" in end}
    assert kinds == set(", ".join(table("kind")).split(", "))


def test_provisional_reasons():
    found = re.search(r"with `provisional_reason`\.(.*?)\n\n", ANSWERS, re.S)[1]
    said = re.findall(r"`([a-z]+_[a-z]+)`", found)
    assert said == TAGGED["properties"]["tenure"]["properties"]["provisional_reason"]["enum"]


def test_evidence_of_a_binding():
    starts = ANSWERS.split("- `binding.start`:", 1)[1].split("\n", 1)[0]
    ends = ANSWERS.split("- `binding.end`:", 1)[1].split("\n", 1)[0]
    pod, thing = DEFINED["podBinding"]["properties"], DEFINED["objectBinding"]["properties"]
    for word in pod["start_from"]["enum"] + thing["start_from"]["enum"]:
        assert word in starts
    for word in pod["end_from"]["enum"] + thing["end_from"]["enum"]:
        assert word in ends


def test_members_of_a_known_end():
    said = re.search(r"`\{(\"status\".*?)\}`, absent members left out", ANSWERS)[1]
    members = re.findall(r'"(\w+)"', said)
    assert set(DEFINED["knownPod"]["properties"]) == set(members)


def test_workloads():
    row = next(line for line in ANSWERS.split("\n") if "are members of that name in lower case" in line)
    kinds = re.findall(r"[A-Z]\w+", row.split(" are members")[0].rsplit(". ", 1)[1])
    owners = {name for name in DEFINED["podK8s"]["properties"]} - {"cluster", "namespace", "pod", "node", "workload"}
    assert {kind.lower() for kind in kinds} == owners


def test_rules_are_the_version_of_the_page():
    assert f'`"rules":{TAGGED["properties"]["tenure"]["properties"]["rules"]["const"]}`' in ANSWERS


def test_resources_are_those_of_the_c():
    assert strings("common/record/kube_resource.c", "resources[KUBE_RESOURCES]", "};")[0::2] == KUBE["$defs"]["resource"]["enum"]


def test_annotations_with_addresses_are_in_the_schema():
    words = " ".join(strings("common/record/kube_annotations.h", "KUBE_POD_ADDRESS_ANNOTATIONS", "KUBE_ANNOTATION_SIZE")).split()
    names = {word for word in words if "." in word}
    assert len(names) > 10
    assert names <= set(re.findall(r'"([^"]+)"', json.dumps(KUBE)))


def test_annotations_with_addresses_are_those_of_the_page_and_the_oracle():
    text = (ROOT / "common/record/kube_annotations.h").read_text().split("KUBE_SPELLING_ANNOTATIONS", 1)[0]
    of_pods, of_nodes = text.split("KUBE_POD_ADDRESS_ANNOTATIONS", 1)[1].split("KUBE_NODE_ADDRESS_ANNOTATIONS", 1)
    of_pods, of_nodes = (set(" ".join(re.findall(r'"([^"]+)"', part)).split()) for part in (of_pods, of_nodes))
    for words, section, oracle in ((of_pods, "## 3. ", "pods.py"), (of_nodes, "## 4. ", "holders.py")):
        page = ANSWERS.split(section, 1)[1].split("\n## ", 1)[0]
        source = (ROOT / "tests/oracle" / oracle).read_text()
        for word in (word for word in words if "." in word):
            prefix, _, name = word.rpartition("/")
            assert f"`{prefix}" in page, (section, word)
            assert any(f"`{text}`" in page for text in (word, "/" + name, name)), (section, word)
            assert f'"{word}"' in source, (oracle, word)


def test_types_of_kube_records_are_those_of_the_c():
    forms = [KUBE["$defs"]["change"]["oneOf"][0]] + [KUBE["$defs"][name] for name in ("syncBegin", "syncEnd", "gap", "progress")]
    types = [form["properties"]["type"] for form in forms]
    written = {word for kind in types for word in kind.get("enum", [kind.get("const")])}
    assert written == set(strings("common/record/kube_event.c", "type_names[]", "};")) - {"BOOKMARK", "ERROR"}


def test_reasons_of_a_rejected_record_are_explained():
    part = (ROOT / "docs/README.md").read_text().split("## Why a flow is rejected", 1)[1].split("## Rules", 1)[0]
    cells = [line.split("|")[1] for line in part.split("\n") if line.startswith("| `") and not line.startswith("| `reason`")]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(REJECTED["properties"]["reason"]["enum"])


def test_reasons_of_a_rejected_record_are_those_of_the_c():
    words = strings("common/record/fault.c", "names[FAULT_REASONS]", "};")
    assert set(words) - {"none", "unknown_type", "unknown_resource"} == set(REJECTED["properties"]["reason"]["enum"])


def test_words_of_a_flow_are_those_of_the_c():
    flow = FLOWS["properties"]["flow"]["properties"]
    assert strings("producers/flows/flow.c", "end_reasons[FLOW_END_REASONS]", "};") == flow["end_reason"]["enum"]
    assert strings("producers/flows/flow.c", "initiators[]", "};") == flow["initiator"]["enum"]
    l7 = FLOWS["properties"]["l7"]["properties"]
    for name, member in (("protocols[FLOW_L7_PROTOCOLS]", l7["protocol"]), *((name, l7[key]["propertyNames"]) for name, key in (
        ("reasons[FLOW_L7_REASONS]", "uncertain"), ("grpc_codes[]", "grpc_status"), ("dns_codes[]", "rcode")
    ))):
        assert strings("producers/flows/flow_l7.c", name, "};") == member["enum"]
    statuses = strings("producers/flows/flow_l7.c", "http_classes[]", "};") + strings("producers/flows/flow_l7.c", "plain_statuses[]", "};")
    assert statuses == l7["status"]["propertyNames"]["enum"]


def test_topics_are_those_of_the_readme():
    readme = (ROOT / "README.md").read_text()
    for channel in ASYNCAPI["channels"].values():
        assert f"`{channel['address']}`" in readme


def test_counters_of_the_meter():
    schema = json.loads((ROOT / "docs/schemas/tenure.flows.statistics.json").read_text())["properties"]["counters"]["properties"]
    text = (ROOT / "producers/flows/counters.c").read_text()
    named = re.findall(r'add\(counters,\s*"",\s*"(\w+)"', text) + re.findall(r'\{"(\w+)",', text)
    fates = re.findall(r'add_load\(counters, "(\w+)"', text)
    reasons = strings("producers/flows/packet.c", "names[PACKET_VERDICTS] = {", "};")[1:]
    assert set(schema) == {*named, *reasons, *(f"{what}_{fate}" for what in ("records", "packets", "bytes") for fate in fates)}
