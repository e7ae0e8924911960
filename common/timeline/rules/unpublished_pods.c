#include "common/timeline/rules/unpublished_pods.h"

#include <stdlib.h>

#include "common/timeline/rules/offset.h"

#define BLOCK_ROWS 256

/* What a block's rows have in common, so that most blocks are passed over. */
struct unpublished_block {
	uint64_t last_hidden; /* the greatest hidden offset */
	struct when first_from;
	struct when last_until;
};

static int grow(struct unpublished_pods *table)
{
	size_t capacity = table->capacity ? 2 * table->capacity : BLOCK_ROWS;
	struct unpublished_pod *rows;
	struct unpublished_block *blocks;

	if (capacity > UNPUBLISHED_PODS_MAX)
		return -1;
	rows = realloc(table->rows, capacity * sizeof(*rows));
	if (rows == NULL)
		return -1;
	table->rows = rows;
	blocks = realloc(table->blocks, capacity / BLOCK_ROWS * sizeof(*blocks));
	if (!blocks)
		return -1;
	table->blocks = blocks;
	table->capacity = capacity;
	return 0;
}

static void sum_up(struct unpublished_pods *table, size_t block)
{
	struct unpublished_block sum = {0, WHEN_MAX, WHEN_MIN};
	size_t end = (block + 1) * BLOCK_ROWS;

	for (size_t r = block * BLOCK_ROWS; r < end && r < table->count; r++) {
		const struct unpublished_pod *row = &table->rows[r];

		if (row->hidden_offset > sum.last_hidden)
			sum.last_hidden = row->hidden_offset;
		sum.first_from = when_earlier(sum.first_from, row->from);
		sum.last_until = when_later(sum.last_until, row->until);
	}
	table->blocks[block] = sum;
}

int unpublished_pods_add(struct unpublished_pods *table, const struct unpublished_pod *row)
{
	if (table->count == table->capacity && grow(table) < 0)
		return -1;
	table->rows[table->count++] = *row;
	sum_up(table, (table->count - 1) / BLOCK_ROWS);
	return 0;
}

void unpublished_pods_hide(struct unpublished_pods *table, size_t number, uint64_t hidden_offset)
{
	table->rows[number].hidden_offset = hidden_offset;
	sum_up(table, number / BLOCK_ROWS);
}

void unpublished_pods_free(struct unpublished_pods *table)
{
	free(table->rows);
	free(table->blocks);
	*table = (struct unpublished_pods){0};
}

static bool may_hold(const struct unpublished_pod *row, const struct unpublished_question *question)
{
	if (row->hidden_offset <= question->position || row->holder == question->holder ||
	    when_before(question->end, when_add(row->from, -question->skew_ns)))
		return false;
	if (when_is_max(row->until))
		return !question->excluded;
	return when_not_after(question->start, when_add(row->until, question->skew_ns));
}

bool unpublished_pods_may_hold(const struct unpublished_pods *table,
			       const struct unpublished_question *question)
{
	size_t blocks = (table->count + BLOCK_ROWS - 1) / BLOCK_ROWS;

	for (size_t b = 0; b < blocks; b++) {
		const struct unpublished_block *block = &table->blocks[b];
		size_t end = (b + 1) * BLOCK_ROWS;

		if (table->rows[b * BLOCK_ROWS].opened_offset > question->position)
			return false;
		if (block->last_hidden <= question->position ||
		    when_before(question->end, when_add(block->first_from, -question->skew_ns)) ||
		    when_before(when_add(block->last_until, question->skew_ns), question->start))
			continue;
		for (size_t r = b * BLOCK_ROWS; r < end && r < table->count; r++) {
			if (table->rows[r].opened_offset > question->position)
				return false;
			if (may_hold(&table->rows[r], question))
				return true;
		}
	}
	return false;
}
