#include "common/timeline/rules/gaps.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

#define FAN_OUT 8

struct gaps gaps_none(void)
{
	return (struct gaps){.horizon = WHEN_MIN};
}

/* What COUNT GAPs or blocks have in common. */
static struct gap sum_up(const struct gap *list, size_t count)
{
	struct gap sum = {.from = WHEN_MAX, .to = WHEN_MIN};

	for (size_t g = 0; g < count; g++) {
		sum.resources |= list[g].resources;
		sum.from = when_earlier(sum.from, list[g].from);
		sum.to = when_later(sum.to, list[g].to);
	}
	return sum;
}

/* Adds the blocks that COUNT GAPs make whole. */
static int add_blocks(struct gaps *gaps, size_t count)
{
	const struct gap *below = gaps->list;

	for (size_t l = 0; l < GAP_LEVELS && count % FAN_OUT == 0; l++) {
		struct gap_level *level = &gaps->levels[l];

		if (array_grow(&level->blocks, &level->capacity, count / FAN_OUT,
			       sizeof(*level->blocks)) < 0)
			return -1;
		level->blocks[count / FAN_OUT - 1] = sum_up(&below[count - FAN_OUT], FAN_OUT);
		below = level->blocks;
		count /= FAN_OUT;
	}
	return 0;
}

int gaps_add(struct gaps *gaps, const struct gap *gap)
{
	if (array_grow(&gaps->list, &gaps->capacity, gaps->count + 1, sizeof(*gaps->list)) < 0)
		return -1;
	gaps->list[gaps->count] = *gap;
	gaps->list[gaps->count].reach =
		gaps->count > 0 ? when_later(gap->to, gaps->list[gaps->count - 1].reach) : gap->to;
	if (add_blocks(gaps, gaps->count + 1) < 0)
		return -1;
	gaps->count++;
	return 0;
}

void gaps_forget(struct gaps *gaps)
{
	size_t count = gaps->count;

	gaps->count = 0;
	for (size_t g = 0; g < count; g++) {
		/* It moves towards the front, where there is room. */
		if (when_not_after(gaps->horizon, gaps->list[g].to))
			gaps_add(gaps, &gaps->list[g]);
	}
}

void gaps_free(struct gaps *gaps)
{
	for (size_t l = 0; l < GAP_LEVELS; l++)
		free(gaps->levels[l].blocks);
	free(gaps->list);
	*gaps = gaps_none();
}

bool gaps_one_overlaps(const struct gap *gap, unsigned resources, int64_t hold_ns,
		       struct when start, struct when end)
{
	return (gap->resources & resources) != 0 && when_not_after(start, gap->to) &&
	       when_not_after(when_add(gap->from, -hold_ns), end);
}

/* How many GAPs POSITION sees: the first ones. */
static size_t seen_at(const struct gaps *gaps, uint64_t position)
{
	return array_up_to(gaps->list, gaps->count, sizeof(*gaps->list),
			   offsetof(struct gap, offset), position);
}

bool gaps_overlap(const struct gaps *gaps, unsigned resources, int64_t hold_ns, struct when start,
		  struct when end, uint64_t position)
{
	size_t left = seen_at(gaps, position);

	start = when_later(start, gaps->horizon);
	while (left > 0 && when_not_after(start, gaps->list[left - 1].reach)) {
		const struct gap *last = &gaps->list[left - 1];
		size_t size = 1;

		/* The largest block that ends there and can be passed over. */
		for (size_t l = 0; l < GAP_LEVELS && left % (size * FAN_OUT) == 0; l++) {
			const struct gap *block =
				&gaps->levels[l].blocks[left / (size * FAN_OUT) - 1];

			if (gaps_one_overlaps(block, resources, hold_ns, start, end))
				break;
			last = block;
			size *= FAN_OUT;
		}
		if (gaps_one_overlaps(last, resources, hold_ns, start, end))
			return true;
		left -= size;
	}
	return false;
}

struct coverage coverage_none(void)
{
	return (struct coverage){
		.first_offset = OFFSET_NEVER,
		.unlisted_offset = OFFSET_NEVER,
		.begin_offset = OFFSET_NEVER,
		.end_offset = OFFSET_NEVER,
		.end_received = WHEN_MIN,
		.progress_offset = OFFSET_NEVER,
		.kube_from = WHEN_MIN,
		.horizon = WHEN_MIN,
	};
}

/* The same if nothing was forgotten. */
static struct when start_of(const struct coverage *coverage, uint64_t position)
{
	bool whole = coverage->end_offset <= position;

	if (coverage->first_offset > position)
		return coverage->progress_offset > position ? WHEN_MIN : WHEN_MAX;
	if (coverage->by_hand && coverage->unlisted_offset > position &&
	    coverage->progress_offset > (whole ? coverage->end_offset : position))
		return when_is_min(coverage->kube_from)
			       ? progress_known_at(&coverage->listed, position)
			       : coverage->kube_from;
	return whole ? coverage->end_received : WHEN_MAX;
}

struct when coverage_start(const struct coverage *coverage, uint64_t position)
{
	return when_later(start_of(coverage, position), coverage->horizon);
}
