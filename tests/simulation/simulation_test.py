"""The truth answers as the README says, and the worlds keep their conditions."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ingredients import EVERY  # noqa: E402
from instants import text  # noqa: E402
from topic import LATENCY, SPAN, Topic  # noqa: E402
from truth import Truth  # noqa: E402
from world import World  # noqa: E402


def truth_of(*tenures):
    truth = Truth()
    for address, since, until, holder, more in tenures:
        truth.hold(address, since, holder, **more).until = until
    return truth


def test_a_name_must_hold_over_all_packets():
    truth = truth_of(("a", 0, 10, "pod x", {}), ("a", 12, 20, "pod y", {}))
    assert truth.right("a", "tcp", 80, 3, 9) == {"pod x"}
    assert truth.right("a", "tcp", 80, 9, 11) == set()
    assert truth.right("a", "tcp", 80, 9, 13) == set()
    assert truth.right("a", "tcp", 80, 10.5, 11) == {"outside"}


def test_a_machine_without_power_is_the_holder_until_the_next():
    truth = truth_of(("a", 0, 10, "pod x", {"orphan": True}), ("a", 12, 20, "pod y", {}))
    assert "pod x" in truth.right("a", "tcp", 80, 9, 11)
    assert truth.right("a", "tcp", 80, 9, 13) == set()


def test_outside_is_right_for_machines_that_are_not_registered():
    truth = truth_of(("a", 0, 50, "node n", {"member": [[10, 30]]}), ("b", 0, 50, "machine m", {}))
    assert truth.right("a", "tcp", 80, 5, 6) == {"node n", "outside"}
    assert truth.right("a", "tcp", 80, 5, 11) == {"node n"}
    assert truth.right("b", "tcp", 80, 5, 11) == {"machine m", "outside"}


def test_services_share_an_address_by_port():
    ports = {("tcp", 80): (0, 99)}, {("tcp", 443): (0, 99)}
    truth = truth_of(("a", 0, 50, "service s/x", {"ports": ports[0]}), ("a", 20, 50, "service s/y", {"ports": ports[1]}))
    assert truth.right("a", "tcp", 443, 30, 31) == {"service s/y"}
    assert truth.right("a", "tcp", 9, 30, 31) == set()
    assert truth.right("a", "tcp", 9, 5, 6) == {"service s/x"}


@pytest.mark.parametrize("seed", range(1, 9))
def test_one_address_has_one_holder(seed):
    for found in World(seed, EVERY).truth.tenures.values():
        found = sorted((one for one in found if not one.holder.startswith("service")), key=lambda one: one.since)
        for one, following in zip(found, found[1:]):
            assert one.until <= following.since


@pytest.mark.parametrize("seed", range(1, 9))
def test_progress_is_sound(seed):
    topic = Topic(World(seed, EVERY))
    known = ""
    for received, record in topic.records:
        if record["type"] == "PROGRESS":
            assert known < record["known"] < record["received"]
            known = record["known"]
        elif record["type"] in ("MODIFIED", "DELETED"):
            assert text(received - LATENCY) >= known


def confirmed_by_meters(world):
    """(node, address, uid of the interface, until when it is confirmed) of who has all records of a meter, in their order."""
    runs = {}
    for _, thing in world.meters.records(SPAN):
        meter = thing["spec"]["meter"]
        runs.setdefault((meter["id"], meter["start"]), {})[meter["record"]] = thing
    for (node, _), records in runs.items():
        is_open = {}
        for number in range(1, max(records) + 1):
            if number not in records:       # lost: who was open may be so no longer
                is_open = {}
                continue
            thing = records[number]
            uid, status = thing["metadata"]["uid"], thing["status"]
            is_open[uid] = [one["ip"] for one in status["addresses"] if one.get("alone", {}).get("open")]
            for other, addresses in is_open.items() if "confirmed" in status else ():
                yield from ((node, address, other, status["confirmed"]) for address in addresses)


@pytest.mark.parametrize("seed", range(1, 5))
def test_what_a_meter_confirms_is_so(seed):
    world = World(seed, EVERY, seen=1)
    clocks = {node.uid: node.clock for node, *_ in world.meters.interfaces}
    found = 0
    for node, address, uid, confirmed in confirmed_by_meters(world):
        own, since = next((tenures, tenures[0].since) for _, _, name, tenures in world.meters.interfaces if uid.startswith(name + "-"))
        for there, _, _, tenures in world.meters.interfaces:
            for one in tenures if there.uid == node and tenures is not own else ():
                assert one.address != address or one.since < since or text(one.since + clocks[node]) > confirmed
        found += 1
    assert found > 200


def test_the_same_seed_gives_the_same_world():
    assert Topic(World(3, EVERY)).lines() == Topic(World(3, EVERY)).lines()
