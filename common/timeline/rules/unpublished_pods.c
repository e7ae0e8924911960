#include "common/timeline/rules/unpublished_pods.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

#define BLOCK_ROWS 256

/* Bounds of a block's rows, so that most blocks can be skipped. */
struct unpublished_block {
	uint64_t last_hidden; /* the greatest hidden offset */
	struct when first_from;
	struct when last_released; /* the latest UNTIL of those that were released */
	struct when last_until;    /* of the others */
};

static void sum_up(struct unpublished_pods *table, size_t block)
{
	struct unpublished_block sum = {0, WHEN_MAX, WHEN_MIN, WHEN_MIN};
	size_t end = (block + 1) * BLOCK_ROWS;

	for (size_t r = block * BLOCK_ROWS; r < end && r < table->count; r++) {
		const struct unpublished_pod *row = &table->rows[r];
		struct when *last = row->released ? &sum.last_released : &sum.last_until;

		if (row->hidden_offset > sum.last_hidden)
			sum.last_hidden = row->hidden_offset;
		sum.first_from = when_earlier(sum.first_from, row->from);
		*last = when_later(*last, row->until);
	}
	table->blocks[block] = sum;
}

struct unpublished_pods unpublished_pods_none(void)
{
	return (struct unpublished_pods){.horizon = WHEN_MIN};
}

int unpublished_pods_add(struct unpublished_pods *table, const struct unpublished_pod *row)
{
	if (table->count == UNPUBLISHED_PODS_MAX ||
	    array_grow(&table->rows, &table->capacity, table->count + 1, sizeof(*table->rows)) <
		    0 ||
	    array_grow(&table->blocks, &table->block_capacity, table->count / BLOCK_ROWS + 1,
		       sizeof(*table->blocks)) < 0)
		return -1;
	table->rows[table->count++] = *row;
	sum_up(table, (table->count - 1) / BLOCK_ROWS);
	return 0;
}

/* The index of the row NUMBER, or of the first one after it. */
static size_t find(const struct unpublished_pods *table, uint64_t number)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->rows[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct unpublished_pod *unpublished_pods_hide(struct unpublished_pods *table, uint64_t number,
						    uint64_t hidden_offset)
{
	size_t r = find(table, number);

	if (r == table->count || table->rows[r].number != number)
		return NULL;
	table->rows[r].hidden_offset = hidden_offset;
	sum_up(table, r / BLOCK_ROWS);
	return &table->rows[r];
}

bool unpublished_pods_is_past(const struct unpublished_pods *table,
			      const struct unpublished_pod *row, uint64_t offset)
{
	return row->hidden_offset <= offset || when_before(row->until, table->horizon);
}

void unpublished_pods_forget(struct unpublished_pods *table, uint64_t offset)
{
	size_t left = 0;

	for (size_t r = 0; r < table->count; r++) {
		if (!unpublished_pods_is_past(table, &table->rows[r], offset))
			table->rows[left++] = table->rows[r];
	}
	table->count = left;
	for (size_t block = 0; block * BLOCK_ROWS < left; block++)
		sum_up(table, block);
}

void unpublished_pods_free(struct unpublished_pods *table)
{
	free(table->rows);
	free(table->blocks);
	*table = unpublished_pods_none();
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

static bool may_hold(const struct unpublished_pod *row, const struct unpublished_question *question)
{
	struct when alive,
		from = when_later(row->from, when_add(row->held_known, -question->hold_ns));

	if (row->machine != question->machines || row->hidden_offset <= question->position ||
	    is_ignored(row->holder, question) ||
	    when_before(question->end, when_add(from, -question->skew_ns)) ||
	    !can_be_on(row->node, question))
		return false;
	/* It kept the address that it had while nothing was reported of its end, so it had none
	 * that was another's then. */
	alive = when_add(when_earlier(row->until, question->known),
			 -question->hold_ns - question->skew_ns);
	if (when_not_after(question->next, alive))
		return false;
	return when_is_max(row->until) || may_linger(row->until, row->released, question);
}

/* None of the block's statements can be one of a pod that may hold the address. */
static bool is_passed_over(const struct unpublished_block *block,
			   const struct unpublished_question *question)
{
	return block->last_hidden <= question->position ||
	       when_before(question->end, when_add(block->first_from, -question->skew_ns)) ||
	       (!may_linger(block->last_released, true, question) &&
		!may_linger(block->last_until, false, question));
}

const struct unpublished_pod *unpublished_pods_next(const struct unpublished_pods *table,
						    const struct unpublished_question *question,
						    size_t *next)
{
	size_t r = *next;

	while (r < table->count && table->rows[r].opened_offset <= question->position) {
		size_t block = r / BLOCK_ROWS;

		if (r % BLOCK_ROWS == 0 && is_passed_over(&table->blocks[block], question)) {
			r += BLOCK_ROWS;
			continue;
		}
		if (when_not_after(table->horizon, table->rows[r].until) &&
		    may_hold(&table->rows[r], question)) {
			*next = r + 1;
			return &table->rows[r];
		}
		r++;
	}
	*next = table->count;
	return NULL;
}

bool unpublished_pods_may_hold(const struct unpublished_pods *table,
			       const struct unpublished_question *question)
{
	size_t next = 0;

	return unpublished_pods_next(table, question, &next) != NULL;
}
