#include "common/timeline/store/pending_rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/hash.h"

#define BYTES_MAX (UINT32_C(1) << 31)
#define FIRST_SLOTS 1024

void pending_rows_init(struct pending_rows *rows)
{
	*rows = (struct pending_rows){0};
	text_init(&rows->bytes, BYTES_MAX);
}

void pending_rows_free(struct pending_rows *rows)
{
	text_free(&rows->bytes);
	free(rows->entries);
	free(rows->slots);
	free(rows->sorted);
	pending_rows_init(rows);
}

static struct span key_of(const struct pending_rows *rows, const struct pending_entry *entry)
{
	return (struct span){rows->bytes.data + entry->key_at, entry->key_length};
}

static struct pending_row row_of(const struct pending_rows *rows, const struct pending_entry *entry)
{
	return (struct pending_row){
		.key = key_of(rows, entry),
		.value = {rows->bytes.data + entry->value_at, entry->value_length},
		.removed = entry->removed,
	};
}

int pending_rows_add(struct pending_rows *rows, struct pending_row row)
{
	struct text *bytes = &rows->bytes;
	struct pending_entry entry = {
		.key_at = bytes->length,
		.key_length = row.key.length,
		.value_at = bytes->length + row.key.length,
		.value_length = row.value.length,
		.removed = row.removed,
	};

	text_add(bytes, row.key.data, row.key.length);
	text_add(bytes, row.value.data, row.value.length);
	if (bytes->failed || array_grow(&rows->entries, &rows->capacity, rows->count + 1,
					sizeof(*rows->entries)) < 0) {
		bytes->length = entry.key_at;
		bytes->failed = false;
		return -1;
	}
	rows->entries[rows->count++] = entry;
	return 0;
}

static uint32_t hash_of(struct span key)
{
	return (uint32_t)hash_quick(HASH_START, key.data, key.length);
}

/* The slot that has KEY, or the free one where it belongs. */
static struct pending_slot *slot_of(const struct pending_rows *rows, struct span key, uint32_t hash)
{
	size_t mask = rows->slot_count - 1, at = hash & mask;

	while (rows->slots[at].entry != 0 &&
	       (rows->slots[at].hash != hash ||
		!span_equal(key_of(rows, &rows->entries[rows->slots[at].entry - 1]), key)))
		at = (at + 1) & mask;
	return &rows->slots[at];
}

/* Makes the slots at least twice as many as the entries. */
static int grow_slots(struct pending_rows *rows)
{
	size_t larger = rows->slot_count > 0 ? rows->slot_count : FIRST_SLOTS;
	struct pending_slot *slots;

	if (rows->count * 2 <= rows->slot_count)
		return 0;
	while (rows->count * 2 > larger)
		larger *= 2;
	slots = calloc(larger, sizeof(*slots));
	if (slots == NULL)
		return -1;
	for (size_t s = 0; s < rows->slot_count; s++) {
		size_t at = rows->slots[s].hash & (larger - 1);

		if (rows->slots[s].entry == 0)
			continue;
		while (slots[at].entry != 0)
			at = (at + 1) & (larger - 1);
		slots[at] = rows->slots[s];
	}
	free(rows->slots);
	rows->slots = slots;
	rows->slot_count = larger;
	return 0;
}

int pending_rows_accept(struct pending_rows *rows)
{
	if (grow_slots(rows) < 0)
		return -1;
	for (; rows->accepted < rows->count; rows->accepted++) {
		struct span key = key_of(rows, &rows->entries[rows->accepted]);
		uint32_t hash = hash_of(key);
		struct pending_slot *slot = slot_of(rows, key, hash);

		if (slot->entry != 0)
			rows->entries[slot->entry - 1].replaced = true;
		*slot = (struct pending_slot){hash, (uint32_t)rows->accepted + 1};
	}
	return 0;
}

bool pending_rows_find(const struct pending_rows *rows, struct span key, struct pending_row *row)
{
	uint32_t entry = rows->slot_count > 0 ? slot_of(rows, key, hash_of(key))->entry : 0;

	if (entry == 0)
		return false;
	*row = row_of(rows, &rows->entries[entry - 1]);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct pending_row *one = a, *other = b;

	return span_compare(one->key, other->key);
}

const struct pending_row *pending_rows_sorted(struct pending_rows *rows, size_t *count)
{
	size_t sorted = 0;

	if (array_grow(&rows->sorted, &rows->sorted_capacity, rows->accepted + 1,
		       sizeof(*rows->sorted)) < 0)
		return NULL;
	for (size_t e = 0; e < rows->accepted; e++) {
		if (!rows->entries[e].replaced)
			rows->sorted[sorted++] = row_of(rows, &rows->entries[e]);
	}
	qsort(rows->sorted, sorted, sizeof(*rows->sorted), by_key);
	*count = sorted;
	return rows->sorted;
}

size_t pending_rows_bytes(const struct pending_rows *rows)
{
	return rows->bytes.length + rows->count * sizeof(*rows->entries) +
	       rows->slot_count * sizeof(*rows->slots);
}

void pending_rows_clear(struct pending_rows *rows)
{
	size_t left = rows->count - rows->accepted, from = rows->bytes.length;

	if (left > 0)
		from = rows->entries[rows->accepted].key_at;
	rows->bytes.length -= from;
	if (left > 0) {
		memmove(rows->bytes.data, rows->bytes.data + from, rows->bytes.length);
		memmove(rows->entries, rows->entries + rows->accepted,
			left * sizeof(*rows->entries));
	}
	for (size_t e = 0; e < left; e++) {
		rows->entries[e].key_at -= from;
		rows->entries[e].value_at -= from;
	}
	rows->count = left;
	rows->accepted = 0;
	if (rows->slot_count > FIRST_SLOTS) {
		free(rows->slots);
		rows->slots = NULL;
		rows->slot_count = 0;
	} else if (rows->slot_count > 0) {
		memset(rows->slots, 0, rows->slot_count * sizeof(*rows->slots));
	}
}
