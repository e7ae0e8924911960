#include "common/timeline/history/address_table.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

int address_table_init(struct address_table *table, size_t size, uint32_t limit,
		       uint64_t bytes_limit, size_t (*release)(void *entry))
{
	*table = (struct address_table){
		.size = size,
		.limit = limit,
		.empty = NOBODY,
		.bytes_limit = bytes_limit,
		.release = release,
	};
	/* Untouched pages cost nothing, so everything is allocated at once. */
	table->entries = calloc(limit, size);
	table->buckets = calloc((size_t)limit * 2, sizeof(*table->buckets));
	return table->entries != NULL && table->buckets != NULL ? 0 : -1;
}

static uint32_t *bucket_of(struct address_table *table, const struct ip *ip)
{
	return &table->buckets[ip_hash(ip) % ((uint64_t)table->limit * 2)];
}

static struct address_slot *slot_at(struct address_table *table, uint32_t index)
{
	return (struct address_slot *)(void *)(table->entries + index * table->size);
}

static uint32_t index_of(const struct address_table *table, const void *entry)
{
	return (uint32_t)((size_t)((const char *)entry - table->entries) / table->size);
}

/* The first of IP in the chain that begins at AT. */
static struct address_slot *find(struct address_table *table, uint32_t at, const struct ip *ip)
{
	while (at != 0) {
		struct address_slot *slot = slot_at(table, at - 1);

		if (memcmp(slot->ip.bytes, ip->bytes, sizeof(ip->bytes)) == 0)
			return slot;
		at = slot->next;
	}
	return NULL;
}

void *address_table_first(struct address_table *table, const struct ip *ip)
{
	return find(table, *bucket_of(table, ip), ip);
}

void *address_table_next(struct address_table *table, const void *entry)
{
	const struct address_slot *slot = entry;

	return find(table, slot->next, &slot->ip);
}

void address_table_drop(struct address_table *table, void *entry)
{
	struct address_slot *slot = entry;
	uint32_t index = index_of(table, entry), *link = bucket_of(table, &slot->ip);

	while (*link != index + 1)
		link = &slot_at(table, *link - 1)->next;
	*link = slot->next;
	table->bytes -= table->release(entry);
	memset(entry, 0, table->size);
	slot->next = table->empty;
	table->empty = index;
}

/* Drops one entry not used since the hand's last round. There must be an entry. */
static void drop_idle(struct address_table *table)
{
	for (;;) {
		struct address_slot *slot = slot_at(table, table->hand++ % table->count);

		if (slot->held && !slot->used) {
			address_table_drop(table, slot);
			return;
		}
		slot->used = false;
	}
}

void *address_table_add(struct address_table *table, const struct ip *ip, size_t bytes)
{
	uint32_t *bucket = bucket_of(table, ip), index;
	struct address_slot *slot;

	while ((table->bytes > 0 && table->bytes + bytes > table->bytes_limit) ||
	       (table->empty == NOBODY && table->count == table->limit))
		drop_idle(table);
	if (table->empty != NOBODY) {
		index = table->empty;
		table->empty = slot_at(table, index)->next;
	} else {
		index = table->count++;
	}
	slot = slot_at(table, index);
	*slot = (struct address_slot){.ip = *ip, .next = *bucket, .held = true, .used = true};
	*bucket = index + 1;
	table->bytes += bytes;
	return slot;
}

void address_table_clear(struct address_table *table)
{
	for (uint32_t index = 0; index < table->count; index++) {
		if (slot_at(table, index)->held)
			address_table_drop(table, slot_at(table, index));
	}
}

void address_table_free(struct address_table *table)
{
	if (table->entries != NULL && table->buckets != NULL)
		address_table_clear(table);
	free(table->entries);
	free(table->buckets);
}
