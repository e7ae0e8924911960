#include "common/timeline/store/progress_log.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/store/rows.h"

#define ROW_LIMIT 64

static int no_memory(void)
{
	log_error("timeline: out of memory for the PROGRESS records of a cluster");
	return -1;
}

/* The key of the row of KNOWN in TABLE. */
static void row_key(struct text *key, const struct progress_log *log, enum row_table table,
		    struct when known)
{
	row_key_table(key, table, log->cluster);
	codec_add_when(key, known);
}

/* Puts the row of ENTRY in TABLE. */
static int put(const struct progress_log *log, struct store *store, enum row_table table,
	       const struct progress_entry *entry)
{
	struct text key, value;
	int rc;

	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	row_key(&key, log, table, entry->known);
	codec_add_u64(&value, entry->offset);
	rc = store_put(store, &key, &value);
	text_free(&key);
	text_free(&value);
	return rc;
}

static int take_out(const struct progress_log *log, struct store *store, enum row_table table,
		    struct when known)
{
	struct text key;
	int rc;

	text_init(&key, ROW_LIMIT);
	row_key(&key, log, table, known);
	rc = store_remove(store, &key);
	text_free(&key);
	return rc;
}

/* Reads up to LIMIT rows of TABLE, the first one not before FROM, into LIST. */
static int read_rows(const struct progress_log *log, struct store *store, enum row_table table,
		     struct when from, size_t limit, struct progress *list)
{
	struct span key, value;
	struct text prefix, start;
	struct store_scan *scan;
	int rc = 0;

	text_init(&prefix, ROW_LIMIT);
	text_init(&start, ROW_LIMIT);
	row_key_table(&prefix, table, log->cluster);
	row_key(&start, log, table, from);
	scan = store_scan_begin(store, &prefix, &start);
	while (list->count < limit && (rc = store_scan_next(scan, &key, &value)) == 1) {
		struct codec known = codec_read(
			(struct span){key.data + prefix.length, key.length - prefix.length});
		struct codec offset = codec_read(value);
		struct when at = codec_when(&known);
		uint64_t record = codec_u64(&offset);

		if (!codec_done(&known) || !codec_done(&offset)) {
			rc = store_damaged(store, "the row of a PROGRESS");
			break;
		}
		if (progress_add(list, at, record) < 0) {
			rc = no_memory();
			break;
		}
	}
	if (list->count == limit)
		rc = 0;
	store_scan_end(scan);
	text_free(&prefix);
	text_free(&start);
	return rc < 0 ? -1 : 0;
}

/* Reads the block that begins with FIRST, of up to PROGRESS_BLOCK entries. */
static int read_block(const struct progress_log *log, struct store *store,
		      const struct progress_entry *first, struct progress_block *block)
{
	struct progress rows = {0};
	int rc = read_rows(log, store, ROW_PROGRESS, first->known, PROGRESS_BLOCK, &rows);

	if (rc == 0 && (rows.count == 0 || rows.list[0].offset != first->offset))
		rc = store_damaged(store, "a block of PROGRESS");
	if (rc == 0) {
		memcpy(block->list, rows.list, rows.count * sizeof(rows.list[0]));
		block->count = rows.count;
	}
	progress_free(&rows);
	return rc;
}

int progress_log_load(struct progress_log *log, struct store *store)
{
	if (read_rows(log, store, ROW_PROGRESS_BLOCKS, WHEN_MIN, SIZE_MAX, &log->index) < 0)
		return -1;
	return log->index.count == 0
		       ? 0
		       : read_block(log, store, &log->index.list[log->index.count - 1],
				    &log->newest);
}

static struct progress_block *slot_of(const struct progress_log *log, size_t number)
{
	return &log->cache[(log->dropped + number) % PROGRESS_CACHED_BLOCKS];
}

/* Begins a block with ENTRY. The one before stays where it is soon asked for. */
static int begin_block(struct progress_log *log, struct store *store,
		       const struct progress_entry *entry)
{
	if (progress_add(&log->index, entry->known, entry->offset) < 0)
		return no_memory();
	if (log->cache != NULL && log->index.count > 1)
		*slot_of(log, log->index.count - 2) = log->newest;
	log->newest.count = 0;
	return put(log, store, ROW_PROGRESS_BLOCKS, entry);
}

int progress_log_add(struct progress_log *log, struct store *store, struct when known,
		     uint64_t offset)
{
	const struct progress_entry entry = {known, offset};
	const struct progress_entry *last = progress_log_last(log);

	if (last != NULL && when_not_after(known, last->known))
		return 0;
	if (log->newest.count % PROGRESS_BLOCK == 0 && begin_block(log, store, &entry) < 0)
		return -1;
	log->newest.list[log->newest.count++] = entry;
	return put(log, store, ROW_PROGRESS, &entry);
}

/* Block NUMBER, of those in the index, or NULL. */
static const struct progress_block *block_at(struct progress_log *log, struct store *store,
					     size_t number)
{
	const struct progress_entry *first = &log->index.list[number];
	struct progress_block *block;

	if (number == log->index.count - 1)
		return &log->newest;
	if (log->cache == NULL)
		log->cache = calloc(PROGRESS_CACHED_BLOCKS, sizeof(*log->cache));
	if (log->cache == NULL) {
		no_memory();
		return NULL;
	}
	block = slot_of(log, number);
	if (block->count > 0 && block->list[0].offset == first->offset)
		return block;
	return read_block(log, store, first, block) < 0 ? NULL : block;
}

int progress_log_drop(struct progress_log *log, struct store *store, uint64_t offset)
{
	struct progress *index = &log->index;
	struct progress_block block;

	if (index->count < 2 || index->list[1].offset > offset)
		return 0;
	if (read_block(log, store, &index->list[0], &block) < 0 ||
	    take_out(log, store, ROW_PROGRESS_BLOCKS, index->list[0].known) < 0)
		return -1;
	for (size_t e = 0; e < block.count; e++) {
		if (take_out(log, store, ROW_PROGRESS, block.list[e].known) < 0)
			return -1;
	}
	index->count--;
	memmove(index->list, index->list + 1, index->count * sizeof(index->list[0]));
	log->dropped++;
	return 0;
}

void progress_log_free(struct progress_log *log)
{
	progress_free(&log->index);
	free(log->cache);
	log->cache = NULL;
}

int progress_log_find(struct progress_log *log, struct store *store, struct when moment,
		      struct progress_entry *entry)
{
	const struct progress *index = &log->index;
	size_t next = progress_before(index->list, index->count, moment), at;

	if (next > 0) {
		const struct progress_block *block = block_at(log, store, next - 1);

		if (block == NULL)
			return -1;
		at = progress_before(block->list, block->count, moment);
		if (at < block->count) {
			*entry = block->list[at];
			return 1;
		}
	}
	if (next == index->count)
		return 0;
	*entry = index->list[next];
	return 1;
}

int progress_log_known_at(struct progress_log *log, struct store *store, uint64_t offset,
			  struct when *known)
{
	size_t blocks = progress_up_to(log->index.list, log->index.count, offset), count;
	const struct progress_block *block;

	if (blocks == 0) {
		*known = WHEN_MIN;
		return 0;
	}
	block = block_at(log, store, blocks - 1);
	if (block == NULL)
		return -1;
	count = progress_up_to(block->list, block->count, offset);
	*known = block->list[count - 1].known;
	return 0;
}

const struct progress_entry *progress_log_last(const struct progress_log *log)
{
	return log->newest.count > 0 ? &log->newest.list[log->newest.count - 1] : NULL;
}
