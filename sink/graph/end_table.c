#include "sink/graph/end_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/hash.h"
#include "sink/graph/end.h"

#define FIRST_SLOTS 128

void end_table_init(struct end_table *table, size_t limit)
{
	*table = (struct end_table){.limit = limit};
	text_init(&table->bytes, limit * END_SIZE);
}

void end_table_free(struct end_table *table)
{
	size_t limit = table->limit;

	text_free(&table->bytes);
	free(table->ends);
	free(table->slots);
	end_table_init(table, limit);
}

void end_table_clear(struct end_table *table)
{
	text_clear(&table->bytes);
	table->count = 0;
	if (table->slots != NULL)
		memset(table->slots, 0, table->slot_count * sizeof(table->slots[0]));
}

struct span end_table_at(const struct end_table *table, int32_t index)
{
	size_t start = index > 0 ? table->ends[index - 1] : 0;

	return (struct span){table->bytes.data + start, table->ends[index] - start};
}

/* The slot of PACKED, or the free one where it belongs. */
static size_t slot_of(const struct end_table *table, struct span packed)
{
	size_t mask = table->slot_count - 1;
	size_t slot = hash_quick(HASH_START, packed.data, packed.length) & mask;

	while (table->slots[slot] != 0 &&
	       !span_equal(end_table_at(table, (int32_t)table->slots[slot] - 1), packed))
		slot = (slot + 1) & mask;
	return slot;
}

/* Makes room for one more. */
static int grow(struct end_table *table)
{
	size_t slot_count = table->slot_count == 0 ? FIRST_SLOTS : table->slot_count * 2;
	uint32_t *slots;

	if (array_grow(&table->ends, &table->capacity, table->count + 1, sizeof(*table->ends)) < 0)
		return -1;
	if (table->count + 1 <= table->slot_count / 2)
		return 0;
	slots = calloc(slot_count, sizeof(*slots));
	if (slots == NULL)
		return -1;
	free(table->slots);
	table->slots = slots;
	table->slot_count = slot_count;
	for (size_t i = 0; i < table->count; i++)
		slots[slot_of(table, end_table_at(table, (int32_t)i))] = (uint32_t)(i + 1);
	return 0;
}

int32_t end_table_index(struct end_table *table, struct span packed)
{
	size_t slot;

	if (table->count < table->limit && grow(table) < 0)
		return -1;
	slot = slot_of(table, packed);
	/* The last place is kept for END_FURTHER (2). */
	if (table->slots[slot] == 0 && table->count >= table->limit - 1) {
		packed = end_further();
		slot = slot_of(table, packed);
		table->further++;
	}
	if (table->slots[slot] == 0) {
		text_add(&table->bytes, packed.data, packed.length);
		if (table->bytes.failed)
			return -1;
		table->ends[table->count++] = table->bytes.length;
		table->slots[slot] = (uint32_t)table->count;
	}
	return (int32_t)(table->slots[slot] - 1);
}
