#include "common/timeline/store/unpublished_log.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/store/numbered_rows.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/unpublished_rows.h"

#define ROW_LIMIT 256

struct unpublished_block {
	uint64_t number;
	size_t count;
	struct unpublished_pod rows[UNPUBLISHED_BLOCK];
	bool there;
};

static int no_memory(void)
{
	log_error("timeline: out of memory for the unpublished pods of a cluster");
	return -1;
}

struct unpublished_log unpublished_log_none(uint32_t cluster)
{
	return (struct unpublished_log){.cluster = cluster, .horizon = WHEN_MIN};
}

void unpublished_log_free(struct unpublished_log *log)
{
	free(log->bounds);
	free(log->groups);
	free(log->cache);
	*log = unpublished_log_none(log->cluster);
}

static struct unpublished_bounds *bounds_of(const struct unpublished_log *log, uint64_t block)
{
	return &log->bounds[block - log->first];
}

static struct unpublished_bounds *group_of(const struct unpublished_log *log, uint64_t block)
{
	return &log->groups[(block - log->first) / UNPUBLISHED_GROUP];
}

static bool has_block(const struct unpublished_log *log, uint64_t block)
{
	return block >= log->first && block - log->first < log->count;
}

/* Makes bounds for every block up to BLOCK. */
static int reach(struct unpublished_log *log, uint64_t block)
{
	size_t needed;

	if (log->count == 0)
		log->first = block - block % UNPUBLISHED_GROUP;
	needed = (size_t)(block - log->first) + 1;
	if (array_grow(&log->bounds, &log->capacity, needed, sizeof(*log->bounds)) < 0 ||
	    array_grow(&log->groups, &log->group_capacity, needed / UNPUBLISHED_GROUP + 1,
		       sizeof(*log->groups)) < 0)
		return no_memory();
	for (; log->count < needed; log->count++) {
		log->bounds[log->count] = unpublished_bounds_none();
		if (log->count % UNPUBLISHED_GROUP == 0)
			log->groups[log->count / UNPUBLISHED_GROUP] = unpublished_bounds_none();
	}
	return 0;
}

int unpublished_log_load(struct unpublished_log *log, struct store *store)
{
	struct unpublished_bounds bounds;
	struct store_scan *scan;
	struct span key, value;
	struct text prefix;
	uint64_t block;
	int rc;

	text_init(&prefix, ROW_LIMIT);
	row_key_table(&prefix, ROW_UNPUBLISHED_BLOCKS, log->cluster);
	scan = store_scan_begin(store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		if (!unpublished_rows_read_bounds(key, value, &block, &bounds)) {
			rc = store_damaged(store, "the bounds of unpublished pods");
			break;
		}
		rc = reach(log, block);
		if (rc < 0)
			break;
		*bounds_of(log, block) = bounds;
		unpublished_bounds_join(group_of(log, block), &bounds);
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}

static struct unpublished_block *slot_of(const struct unpublished_log *log, uint64_t block)
{
	return &log->cache[block % UNPUBLISHED_CACHED_BLOCKS];
}

/* Block NUMBER if it is cached, else NULL. */
static struct unpublished_block *cached(const struct unpublished_log *log, uint64_t number)
{
	struct unpublished_block *block = log->cache == NULL ? NULL : slot_of(log, number);

	return block != NULL && block->there && block->number == number ? block : NULL;
}

int unpublished_log_add(struct unpublished_log *log, struct store *store,
			const struct unpublished_pod *row)
{
	uint64_t number = row->number / UNPUBLISHED_BLOCK;
	struct unpublished_block *block;

	if (reach(log, number) < 0)
		return -1;
	block = cached(log, number);
	if (block != NULL)
		block->rows[block->count++] = *row;
	unpublished_bounds_add(bounds_of(log, number), row);
	unpublished_bounds_add(group_of(log, number), row);
	if (unpublished_rows_put(store, log->cluster, row) < 0)
		return -1;
	return unpublished_rows_put_bounds(store, log->cluster, number, bounds_of(log, number));
}

int unpublished_log_hide(struct unpublished_log *log, struct store *store, uint64_t number,
			 uint64_t offset)
{
	uint64_t in_block = number / UNPUBLISHED_BLOCK;
	struct unpublished_block *block = cached(log, in_block);
	struct unpublished_pod row;
	int found = unpublished_rows_get(store, log->cluster, number, &row);

	if (found <= 0)
		return found;
	if (!has_block(log, in_block) || bounds_of(log, in_block)->visible == 0)
		return store_damaged(store, "the bounds of unpublished pods");
	row.hidden_offset = offset;
	for (size_t r = 0; block != NULL && r < block->count; r++) {
		if (block->rows[r].number == number)
			block->rows[r] = row;
	}
	unpublished_bounds_hide(bounds_of(log, in_block), offset);
	unpublished_bounds_hide(group_of(log, in_block), offset);
	if (unpublished_rows_put(store, log->cluster, &row) < 0)
		return -1;
	return unpublished_rows_put_bounds(store, log->cluster, in_block, bounds_of(log, in_block));
}

/* Reads the rows of block NUMBER. */
static int read_block(const struct unpublished_log *log, struct store *store, uint64_t number,
		      struct unpublished_block *block)
{
	struct unpublished_pod row;
	struct store_scan *scan;
	struct span key, value;
	struct text prefix, from;
	int rc;

	*block = (struct unpublished_block){.number = number};
	text_init(&prefix, ROW_LIMIT);
	text_init(&from, ROW_LIMIT);
	row_key_table(&prefix, ROW_UNPUBLISHED, log->cluster);
	row_key_numbered(&from, ROW_UNPUBLISHED, log->cluster, number * UNPUBLISHED_BLOCK);
	scan = store_scan_begin(store, &prefix, &from);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		if (!unpublished_rows_read(key, value, &row)) {
			rc = store_damaged(store, "the row of an unpublished pod");
			break;
		}
		if (row.number / UNPUBLISHED_BLOCK != number)
			break;
		block->rows[block->count++] = row;
	}
	store_scan_end(scan);
	text_free(&prefix);
	text_free(&from);
	block->there = rc >= 0;
	return rc < 0 ? -1 : 0;
}

static const struct unpublished_block *block_at(struct unpublished_log *log, struct store *store,
						uint64_t number)
{
	struct unpublished_block *block = cached(log, number);

	if (block != NULL)
		return block;
	if (log->cache == NULL)
		log->cache = calloc(UNPUBLISHED_CACHED_BLOCKS, sizeof(*log->cache));
	if (log->cache == NULL) {
		no_memory();
		return NULL;
	}
	block = slot_of(log, number);
	return read_block(log, store, number, block) < 0 ? NULL : block;
}

static int drop_block(struct unpublished_log *log, struct store *store, uint64_t number)
{
	struct unpublished_block *block = cached(log, number);
	struct unpublished_block *scratch = NULL;
	int rc = 0;

	if (block == NULL) {
		block = scratch = malloc(sizeof(*scratch));
		rc = scratch == NULL ? no_memory() : read_block(log, store, number, scratch);
	}
	for (size_t r = 0; rc == 0 && r < block->count; r++)
		rc = numbered_rows_remove(store, ROW_UNPUBLISHED, log->cluster,
					  block->rows[r].number);
	if (rc == 0)
		rc = numbered_rows_remove(store, ROW_UNPUBLISHED_BLOCKS, log->cluster, number);
	if (scratch == NULL)
		block->there = false;
	free(scratch);
	*bounds_of(log, number) = unpublished_bounds_none();
	return rc;
}

/* Computes the bounds of the groups again, and drops those at the start that are of nothing. */
static void sum_up(struct unpublished_log *log)
{
	size_t empty = 0, groups = (log->count + UNPUBLISHED_GROUP - 1) / UNPUBLISHED_GROUP;

	for (size_t g = 0; g < groups; g++)
		log->groups[g] = unpublished_bounds_none();
	for (size_t b = 0; b < log->count; b++)
		unpublished_bounds_join(&log->groups[b / UNPUBLISHED_GROUP], &log->bounds[b]);
	while (empty + 1 < groups && unpublished_bounds_are_none(&log->groups[empty]))
		empty++;
	log->first += empty * UNPUBLISHED_GROUP;
	log->count -= empty * UNPUBLISHED_GROUP;
	memmove(log->bounds, log->bounds + empty * UNPUBLISHED_GROUP,
		log->count * sizeof(*log->bounds));
	memmove(log->groups, log->groups + empty, (groups - empty) * sizeof(*log->groups));
}

int unpublished_log_forget(struct unpublished_log *log, struct store *store, uint64_t offset)
{
	for (size_t b = 0; b < log->count; b++) {
		if (!unpublished_bounds_are_none(&log->bounds[b]) &&
		    unpublished_bounds_are_past(&log->bounds[b], log->horizon, offset) &&
		    drop_block(log, store, log->first + b) < 0)
			return -1;
	}
	if (log->count > 0)
		sum_up(log);
	return 0;
}

/* The first block from AT on that may have a statement of a pod that may hold the address; the end if
 * there is none. */
static uint64_t next_block(const struct unpublished_log *log, uint64_t at,
			   const struct unpublished_question *question)
{
	uint64_t end = log->first + log->count;

	while (at < end) {
		if ((at - log->first) % UNPUBLISHED_GROUP == 0 &&
		    !unpublished_bounds_may_hold(group_of(log, at), question))
			at += UNPUBLISHED_GROUP;
		else if (!unpublished_bounds_may_hold(bounds_of(log, at), question))
			at++;
		else
			return at;
	}
	return end;
}

int unpublished_log_next(struct unpublished_log *log, struct store *store,
			 const struct unpublished_question *question, uint64_t *next,
			 const struct unpublished_pod **row)
{
	uint64_t end = log->first + log->count, at = *next / UNPUBLISHED_BLOCK;

	if (at < log->first)
		at = log->first;
	for (at = next_block(log, at, question); at < end; at = next_block(log, at + 1, question)) {
		const struct unpublished_block *block = block_at(log, store, at);

		if (block == NULL)
			return -1;
		for (size_t r = 0; r < block->count; r++) {
			if (block->rows[r].number < *next ||
			    !unpublished_pod_may_hold(&block->rows[r], log->horizon, question))
				continue;
			*next = block->rows[r].number + 1;
			*row = &block->rows[r];
			return 1;
		}
	}
	return 0;
}

int unpublished_log_may_hold(struct unpublished_log *log, struct store *store,
			     const struct unpublished_question *question)
{
	const struct unpublished_pod *row;
	uint64_t next = 0;

	return unpublished_log_next(log, store, question, &next, &row);
}
