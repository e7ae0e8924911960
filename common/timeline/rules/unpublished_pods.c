#include "common/timeline/rules/unpublished_pods.h"

#include "common/timeline/rules/offset.h"

struct unpublished_bounds unpublished_bounds_none(void)
{
	return (struct unpublished_bounds){
		.first_opened = OFFSET_NEVER,
		.first_from = WHEN_MAX,
		.last_released = WHEN_MIN,
		.last_until = WHEN_MIN,
	};
}

bool unpublished_bounds_are_none(const struct unpublished_bounds *bounds)
{
	return bounds->visible == 0 && bounds->last_hidden == 0;
}

void unpublished_bounds_join(struct unpublished_bounds *bounds,
			     const struct unpublished_bounds *other)
{
	bounds->visible += other->visible;
	if (other->last_hidden > bounds->last_hidden)
		bounds->last_hidden = other->last_hidden;
	if (other->first_opened < bounds->first_opened)
		bounds->first_opened = other->first_opened;
	bounds->first_from = when_earlier(bounds->first_from, other->first_from);
	bounds->last_released = when_later(bounds->last_released, other->last_released);
	bounds->last_until = when_later(bounds->last_until, other->last_until);
}

void unpublished_bounds_add(struct unpublished_bounds *bounds, const struct unpublished_pod *row)
{
	bool visible = row->hidden_offset == OFFSET_NEVER;
	const struct unpublished_bounds one = {
		.visible = visible ? 1 : 0,
		.last_hidden = visible ? 0 : row->hidden_offset,
		.first_opened = row->opened_offset,
		.first_from = row->from,
		.last_released = row->released ? row->until : WHEN_MIN,
		.last_until = row->released ? WHEN_MIN : row->until,
	};

	unpublished_bounds_join(bounds, &one);
}

void unpublished_bounds_hide(struct unpublished_bounds *bounds, uint64_t offset)
{
	bounds->visible--;
	if (offset > bounds->last_hidden)
		bounds->last_hidden = offset;
}

bool unpublished_bounds_are_past(const struct unpublished_bounds *bounds, struct when horizon,
				 uint64_t offset)
{
	return (bounds->visible == 0 && bounds->last_hidden <= offset) ||
	       when_before(when_later(bounds->last_released, bounds->last_until), horizon);
}

/* Whether a pod that went away at UNTIL may still have had the address. */
static bool may_linger(struct when until, bool released,
		       const struct unpublished_question *question)
{
	until = when_add(until, question->skew_ns);
	return released ? when_not_after(question->start, until)
			: when_before(question->settled, until);
}

/* The address can be of a pod of NODE. */
static bool can_be_on(uint64_t node, const struct unpublished_question *question)
{
	if (question->alone_node != 0 && node == question->alone_node)
		return false;
	for (size_t n = 0; n < question->node_count; n++) {
		if (question->nodes[n] == node)
			return true;
	}
	return question->node_count == 0;
}

static bool is_ignored(uint64_t holder, const struct unpublished_question *question)
{
	for (size_t h = 0; h < question->holder_count; h++) {
		if (question->holders[h] == holder)
			return true;
	}
	return false;
}

bool unpublished_pod_may_hold(const struct unpublished_pod *row, struct when horizon,
			      const struct unpublished_question *question)
{
	struct when alive,
		from = when_later(row->from, when_add(row->held_known, -question->hold_ns));

	if (row->machine != question->machines || question->position < row->opened_offset ||
	    row->hidden_offset <= question->position || when_before(row->until, horizon) ||
	    is_ignored(row->holder, question) ||
	    when_before(question->end, when_add(from, -question->skew_ns)) ||
	    !can_be_on(row->node, question))
		return false;
	/* It kept the address that it had while nothing was reported of its end or its sandbox's, so it had none
	 * that was another's then. */
	alive = when_add(when_earlier(when_earlier(row->until, row->dead), question->known),
			 -question->hold_ns - question->skew_ns);
	if (when_not_after(question->next, alive))
		return false;
	return when_is_max(row->until) || may_linger(row->until, row->released, question);
}

bool unpublished_bounds_may_hold(const struct unpublished_bounds *bounds,
				 const struct unpublished_question *question)
{
	return bounds->first_opened <= question->position &&
	       (bounds->visible > 0 || question->position < bounds->last_hidden) &&
	       when_not_after(when_add(bounds->first_from, -question->skew_ns), question->end) &&
	       (may_linger(bounds->last_released, true, question) ||
		may_linger(bounds->last_until, false, question));
}
