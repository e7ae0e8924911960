"""What tenure-enrich --revise makes of a tagged record (docs/answers.md section 2)."""
import json

import flows
import moments
import render


class Unrevised(Exception):
    """The kube records end too early to answer again."""


def correct(timeline, tagged, where, revise):
    """The correction of the record TAGGED, which is at WHERE (topic, partition, offset), or None if its answer holds. REVISE is in
    nanoseconds. flows.Rejected if it is as of a position that TIMELINE does not give."""
    first = json.loads(tagged)["tenure"]
    flow = tagged[:tagged.rindex(b',"tenure":')] + b"}"
    ends = flows.questions(flow)
    later = moments.shift(ends[0].end, revise)
    found = timeline.position_for(later)
    if found is None or timeline.closed and timeline.provisional(later):
        raise Unrevised
    check_position(timeline, first, ends[0].end)
    name, world = timeline.world()
    position, known = found
    answers = render.everything(world, name, flow, position, timeline.options)
    said = {member: first[member] for member in ("source", "destination", *flows.GROUPS) if member in first}
    if "provisional" not in first and holds(said, answers):
        return None
    member = render.tenure(answers, position, known, tuple(first["flow"].values()), revision=2)
    member["revises"] = dict(zip(("topic", "partition", "offset"), where))
    return render.splice(flow, member)


def check_position(timeline, first, end):
    """A final answer is as of the flow's default position, which moves only with the end of a topic that has no PROGRESS for it."""
    is_there = timeline.world()[1].position_for(timeline.reported(end)) is not None
    position, wanted = first["kube"]["position"], timeline.position_for(end)[0]
    if "provisional" not in first and (position != wanted if is_there else position > wanted):
        raise flows.Rejected


def holds(said, now):
    """Whether two answers are the same but for ends of bindings that were null."""
    if isinstance(said, list) and isinstance(now, list):
        return len(said) == len(now) and all(map(holds, said, now))
    if not isinstance(said, dict) or not isinstance(now, dict):
        return said == now
    if said.get("end", "") is None and "start_from" in said:
        now = {name: value for name, value in now.items() if name != "end_from"}
        now["end"] = None
    return list(said) == list(now) and all(holds(said[name], now[name]) for name in said)
