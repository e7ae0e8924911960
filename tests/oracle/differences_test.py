"""The oracle's command must fail on each kind of fault that is put into right output."""
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import differences
import history
from asking import X, Y, covered, lived
from oracle import Timeline

COMMAND = Path(__file__).with_name("oracle.py")


@pytest.fixture
def files(tmp_path):
    """A right set of files: kube, flows, tagged."""
    records = lived(lived(covered(), "a", X, 10, 20), "b", X, 23, None).progress(30, 29).progress(60, 59)
    lived(records, "c", Y, 10, None)
    records.progress(90, 89)
    flows = [history.flow(start, start + 1, X, Y) for start in (12, 15, 20, 26, 40, 45, 300)]
    (tmp_path / "kube").write_bytes(b"\n".join(records.lines()) + b"\n")
    (tmp_path / "flows").write_bytes(b"\n".join(flows + [b"not a flow"]) + b"\n")
    run = command(tmp_path)
    assert run.returncode == 0, run.stderr
    (tmp_path / "tagged").write_bytes(run.stdout)
    return tmp_path


def command(folder, *more):
    return subprocess.run([sys.executable, COMMAND, "--kube", folder / "kube", "--flows", folder / "flows",
                           "--topic", "flows", *more], capture_output=True)


def altered(folder, change):
    """The verdict after CHANGE was made to the list of tagged lines."""
    lines = (folder / "tagged").read_bytes().splitlines()
    change(lines)
    (folder / "tagged").write_bytes(b"\n".join(lines) + b"\n")
    run = command(folder, "--tagged", folder / "tagged")
    return run.returncode, run.stdout.decode()


def test_right_output_passes(files):
    code, said = altered(files, lambda lines: None)
    assert code == 0 and said == "7 flows expected, 7 right\n"


def test_the_order_of_output_does_not_matter(files):
    assert altered(files, lambda lines: lines.reverse())[0] == 0


def test_a_lost_record_is_reported(files):
    code, said = altered(files, lambda lines: lines.pop(2))
    assert code == 1 and "lost: flow 2" in said and "6 right, 1 lost" in said


def test_a_doubled_record_is_reported(files):
    code, said = altered(files, lambda lines: lines.append(lines[1]))
    assert code == 1 and "duplicate: flow 1" in said and "7 right, 1 duplicate" in said


def swap_holder(lines):
    assert b'"name":"a","uid":"uid-a"' in lines[0]
    lines[0] = lines[0].replace(b'"name":"a","uid":"uid-a"', b'"name":"b","uid":"uid-b"')


def test_a_wrong_holder_is_reported(files):
    code, said = altered(files, swap_holder)
    assert code == 1 and "wrong holder: flow 0" in said and "6 right, 1 wrong holder" in said


def test_a_wrong_position_is_reported(files):
    def change(lines):
        position = json.loads(lines[3])["tenure"]["kube"]["position"]
        lines[3] = lines[3].replace(b'"position":%d' % position, b'"position":%d' % (position - 1))
    code, said = altered(files, change)
    assert code == 1 and "wrong position: flow 3" in said


def test_any_other_byte_is_reported(files):
    def change(lines):
        lines[4] = lines[4].replace(b'"bytes":100', b'"bytes": 100', 1)
    code, said = altered(files, change)
    assert code == 1 and "other difference: flow 4" in said


def test_a_flow_that_nobody_sent_is_reported(files):
    code, said = altered(files, lambda lines: lines.append(lines[0].replace(b'"offset":0', b'"offset":7')))
    assert code == 1 and "stray: flow 7" in said


def test_partitions_are_told_apart():
    timeline = lived(covered(), "a", X, 10, None).feed(Timeline())
    expected = {(partition, 0): timeline.tag(history.flow(20, 21, X, Y), ("flows", partition, 0)) for partition in (0, 1)}
    assert differences.report(expected, expected.values(), io.StringIO()) == 0
    assert differences.report(expected, [expected[0, 0]] * 2, io.StringIO()) == 1
