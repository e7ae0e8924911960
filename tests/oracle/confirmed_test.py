"""What a meter confirms of the interfaces that it last said to be open (answers.md section 3), by hand-made histories."""
import pytest
from asking import RANGED, X, alone, ask, asked, covered, lived, seen, short
from history import container, pod, text
from moments import SECOND
from oracle import Options


def lost(time=30):
    """The API loses pod a at TIME, which runs and sends; b is to have the address next and waits for it since 31."""
    records = covered().pod(10.3, pod("a", X, start=9, ready=10, containers=[container(10)]), "ADDED")
    records.progress(time - .1).pod(time, pod("a", X, start=9, ready=10, containers=[container(10)]), "DELETED")
    return lived(records, "b", X, 60, None, start=31)


def numbered(records, number, uid="wa", until=25, run="r", start=5, last=24, **more):
    """A record with that number of its meter's run; of the interface of pod a, which is open, or of another one."""
    meter = {"id": run, "start": text(start), "record": number}
    if uid != "wa":
        return seen(records, uid, 12, 13, ip="10.244.1.99", received=until, meter=meter, **more)
    return alone(records, uid, 10.2, last, 9, until, received=until, meter=meter, **{"open": True, **more})


def named(records, start=40):
    """Whether pod a is named of what was sent then."""
    answer = asked(records, start, sent=True)
    assert answer in ("known uid-a", "ambiguous hand_over")
    return answer == "known uid-a"


def test_a_pod_that_is_lost_is_named_as_long_as_it_is_confirmed_to_be_alone():
    assert not named(numbered(lost(), 1))
    for start, right in ((24, True), (40, True), (44.5, False), (46, False)):       # it lasts 0.1 s, skew is 0.5 s
        assert named(numbered(numbered(lost(), 1), 2, "other", 46, confirmed=45), start) == right, start
    assert named(numbered(lost(), 1, confirmed=45))                                 # by its own record
    assert named(numbered(lost(), 7, confirmed=45))                                 # of the first ones nothing is known
    assert named(numbered(numbered(numbered(lost(), 1), 2, "other", confirmed=45), 3, "other", confirmed=30))


def test_what_is_confirmed_makes_nothing_less():
    assert named(numbered(numbered(lost(), 1, until=42), 2, "other", confirmed=30))
    assert named(numbered(numbered(lost(), 1, "other", confirmed=45), 2))           # told before it was open, meant for all that is


@pytest.mark.parametrize("number, right", [(2, True), (3, False), (1, False), (0, False), ("2", False), (2.5, False), (True, False), (None, False)])
def test_a_record_confirms_what_came_in_its_sequence(number, right):
    assert named(numbered(numbered(lost(), 1), number, "other", confirmed=45)) == right


def test_a_record_that_is_lost_begins_a_sequence():
    def told(*more):
        records = numbered(numbered(lost(), 1), 3, "other")         # 2 is lost
        for step in more:
            step(records)
        return named(numbered(records, 4 + len(more), "other", confirmed=45))

    assert not told()
    assert told(lambda records: numbered(records, 4, until=26))     # it is told again, open


def test_a_record_that_is_late_or_comes_twice_says_nothing_of_what_is_open():
    def told(*numbers, uid="wa", **more):
        records = numbered(numbered(lost(), 1), 2, "other")
        for number in numbers:
            numbered(records, number, uid, **more)
        return named(numbered(records, 3, "other", confirmed=45))

    assert told()
    assert told(1, 2, open=False)
    assert told(1, 2, uid="other", confirmed=30)
    assert not named(numbered(numbered(numbered(lost(), 4), 3, "other", confirmed=45), 2, "other", confirmed=45))
    assert not named(numbered(numbered(numbered(lost(), 2, "other"), 1), 3, "other", confirmed=45))     # open, but late


def test_a_record_that_does_not_say_open_closes():
    for closer in ({"open": False}, {"open": "true"}, {"open": 1}, {"open": None}):
        assert not named(numbered(numbered(numbered(lost(), 1), 2, **closer), 3, "other", confirmed=45)), closer
    nowhere = numbered(lost(), 1).add(type="MODIFIED", resource="interfaces", object={"metadata": {"name": "veth-wa", "uid": "wa"}, "spec": {
        "node": "n1", "meter": {"id": "r", "start": text(5), "record": 2}}})
    assert not named(numbered(nowhere, 3, "other", confirmed=45))
    elsewhere = seen(numbered(lost(), 1), "wa", 12, 13, ip="fd00::9", meter={"id": "r", "start": text(5), "record": 2})
    assert not named(numbered(elsewhere, 3, "other", confirmed=45))
    assert named(numbered(numbered(numbered(lost(), 1), 2, open=False), 3, confirmed=45))       # open again


def test_a_record_without_an_address_is_in_a_sequence_too():
    def told(number, confirmed=None):
        records = numbered(lost(), 1).add(type="MODIFIED", resource="interfaces", object={"metadata": {"name": "veth", "uid": "w"}, "spec": {
            "node": "n1", "meter": {"id": "r", "start": text(5), "record": number}}, "status": {} if confirmed is None else {"confirmed": text(confirmed)}})
        return named(numbered(records, 3, "other", confirmed=None if confirmed else 45))

    assert told(2)
    assert not told(1)
    assert told(2, 45)
    assert not told(3, 45)


def test_what_is_forgotten_is_not_confirmed():
    """Only its meter's word would keep it from being past."""
    for retention, until, right in ((62, 25, False), (62, 29, True), (72, 25, True)):      # the horizon is 28, 28 and 18, at most a step of 2 earlier
        records = numbered(numbered(lost(50), 1, until=until), 2, "other", confirmed=45)
        answer = asked(records, 42, sent=True, options=Options(ranges=RANGED.ranges, retention=retention * SECOND))
        assert (answer == "known uid-a") == right, (retention, until)


def test_what_ended_before_the_horizon_is_neither_alone_nor_witnessed():
    for retention, right in ((35, False), (45, True)):      # the horizon is 54 and 44
        options = Options(ranges=RANGED.ranges, retention=retention * SECOND)
        records = numbered(numbered(lost(50), 1, until=57, last=52, host="h"), 2, "other", confirmed=59, host="h")
        assert (asked(records, 58, sent=True, options=options) == "known uid-a") == right, retention
        records = seen(lost(50), "wa", 10.2, 59, host="h")
        assert (asked(records, 58, sent=True, options=options, observer="h") == "known uid-a") == right, retention


def test_open_is_only_what_was_alone_at_its_first_packet():
    def told(since, until):
        records = alone(lost(), "wa", 10.2, 24, 9, 11, received=20)
        alone(records, "wa", 10.2, 24, since, until, received=25, meter={"id": "r", "start": text(5), "record": 1}, open=True)
        return named(numbered(records, 2, "other", confirmed=45))

    assert told(9, 25)
    assert not told(10.3, 25)
    assert not told(9, 10.1)


def test_without_a_number_nothing_is_open():
    for meter in (None, {}, {"id": "r", "start": text(5)}, {"id": "r", "start": text(5), "record": None}):
        records = alone(lost(), "wa", 10.2, 24, 9, 25, open=True, meter=meter, confirmed=45)
        assert not named(numbered(records, 2, "other", confirmed=45)), meter


def test_each_run_of_a_meter_counts_alone():
    for more in ({"run": "s"}, {"run": None}, {"start": 6}, {"node": "n2"}, {"host": "h"}):
        assert not named(numbered(numbered(lost(), 1), 2, "other", confirmed=45, **more)), more
        assert named(numbered(numbered(numbered(lost(), 1), 5, "other", **more), 2, "other", confirmed=45)), more
    assert not named(numbered(numbered(lost(), 1), 2, "other", cluster="typo", confirmed=45))


def test_the_latest_record_of_an_interface_says_of_which_run_it_is():
    again = numbered(numbered(lost(), 1), 1, run="s", until=26)
    assert not named(numbered(again, 2, "other", confirmed=45))
    assert named(numbered(again, 2, "other", run="s", confirmed=45))


def test_as_of_an_earlier_position_nothing_is_confirmed():
    records = numbered(lost(), 1)
    before = len(numbered(records, 2, "other", confirmed=42).records) - 1
    numbered(records, 3, "other", confirmed=45)
    records.progress(90)
    for position, moment, right in ((before - 1, 40, False), (before, 40, True), (before, 43, False), (before + 1, 43, True)):
        answer = short(ask(records, X, moment, moment + .1, sent=True, position=position, options=RANGED))
        assert (answer == "known uid-a") == right, (position, moment)


def test_one_of_the_eight_interfaces_that_began_last_is_alone():
    def told(runs):
        records = alone(lost(), "wa", 10.2, 24, 9, 45, name="v")
        for number in range(runs):
            seen(records, f"wa-{number}", 11 + number, 24, name="v")
        return named(records)

    assert told(0)
    assert told(7)
    assert not told(8)


def test_the_interface_that_was_alone_last_need_not_be_the_one():
    """After a restart the meter knows of less before, and of more after."""
    records = alone(alone(lost(), "wa", 10.2, 24, 9, 45, name="v"), "wa-1", 42, 60, 41, 80, name="v")
    assert named(records, 40)
