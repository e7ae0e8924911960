#include "common/timeline/history/address_cache.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/timeline/history/address_table.h"
#include "common/timeline/history/history.h"

struct entry {
	struct address_slot slot;
	struct history *history;
};

struct address_cache {
	struct address_table table; /* one entry for each address */
	struct ip leaving;          /* see address_cache_leave() */
	bool is_leaving;
};

static size_t release(void *entry)
{
	struct history *history = ((struct entry *)entry)->history;
	size_t bytes = history->bytes;

	history_free(history);
	return bytes;
}

struct address_cache *address_cache_new(void)
{
	struct address_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL &&
	    address_table_init(&cache->table, sizeof(struct entry), ADDRESS_CACHE_ENTRIES,
			       ADDRESS_CACHE_BYTES, release) < 0) {
		address_cache_free(cache);
		return NULL;
	}
	return cache;
}

struct history *address_cache_find(struct address_cache *cache, const struct ip *ip)
{
	struct entry *entry = address_table_first(&cache->table, ip);

	if (entry == NULL)
		return NULL;
	entry->slot.used = true;
	return entry->history;
}

void address_cache_add(struct address_cache *cache, const struct ip *ip, struct history *history)
{
	struct entry *entry;

	if (cache->is_leaving)
		address_cache_drop(cache, &cache->leaving);
	cache->is_leaving = false;
	entry = address_table_add(&cache->table, ip, history->bytes);

	entry->history = history;
}

void address_cache_leave(struct address_cache *cache, const struct ip *ip)
{
	cache->leaving = *ip;
	cache->is_leaving = true;
}

void address_cache_drop(struct address_cache *cache, const struct ip *ip)
{
	struct entry *entry = address_table_first(&cache->table, ip);

	if (entry != NULL)
		address_table_drop(&cache->table, entry);
}

void address_cache_clear(struct address_cache *cache)
{
	address_table_clear(&cache->table);
}

void address_cache_free(struct address_cache *cache)
{
	if (cache != NULL)
		address_table_free(&cache->table);
	free(cache);
}

uint64_t address_cache_bytes(const struct address_cache *cache)
{
	return cache->table.bytes;
}
