#include "common/timeline/history/address_cache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/timeline/history/history.h"

#define NOBODY UINT32_MAX
#define BUCKETS (ADDRESS_CACHE_ENTRIES * 2)

/* A list in order of use would cost an answer two more cache lines. A hand that skips the
 * entries used since its last round (the clock algorithm) costs none. */
struct cached_address {
	struct ip ip;
	struct history *history; /* NULL when it is empty */
	uint32_t next;           /* in its bucket, or in the chain of empty ones */
	bool used;
};

struct address_cache {
	struct cached_address *entries;
	uint32_t *buckets; /* index + 1 of the first entry, so that 0 is an empty one */
	uint32_t count;    /* entries that were ever used */
	uint32_t empty;    /* chain of those that are empty again */
	uint32_t hand;
	uint64_t bytes;
};

struct address_cache *address_cache_new(void)
{
	struct address_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	/* Untouched pages cost nothing, so everything is allocated at once. */
	cache->entries = calloc(ADDRESS_CACHE_ENTRIES, sizeof(*cache->entries));
	cache->buckets = calloc(BUCKETS, sizeof(*cache->buckets));
	cache->empty = NOBODY;
	if (cache->entries == NULL || !cache->buckets) {
		address_cache_free(cache);
		return NULL;
	}
	return cache;
}

static uint32_t *bucket_of(struct address_cache *cache, const struct ip *ip)
{
	return &cache->buckets[ip_hash(ip) % BUCKETS];
}

static uint32_t find(struct address_cache *cache, const struct ip *ip)
{
	uint32_t at = *bucket_of(cache, ip);

	while (at != 0 && memcmp(cache->entries[at - 1].ip.bytes, ip->bytes, 16) != 0)
		at = cache->entries[at - 1].next;
	return at == 0 ? NOBODY : at - 1;
}

static void drop_entry(struct address_cache *cache, uint32_t index)
{
	struct cached_address *entry = &cache->entries[index];
	uint32_t *link = bucket_of(cache, &entry->ip);

	while (*link != index + 1)
		link = &cache->entries[*link - 1].next;
	*link = entry->next;
	cache->bytes -= entry->history->bytes;
	history_free(entry->history);
	entry->history = NULL;
	entry->next = cache->empty;
	cache->empty = index;
}

/* Drops one entry not used since the hand's last round. There must be an entry. */
static void drop_idle(struct address_cache *cache)
{
	for (;;) {
		uint32_t index = cache->hand++ % cache->count;
		struct cached_address *entry = &cache->entries[index];

		if (entry->history && !entry->used) {
			drop_entry(cache, index);
			return;
		}
		entry->used = false;
	}
}

struct history *address_cache_find(struct address_cache *cache, const struct ip *ip)
{
	uint32_t index = find(cache, ip);

	if (index == NOBODY)
		return NULL;
	cache->entries[index].used = true;
	return cache->entries[index].history;
}

void address_cache_add(struct address_cache *cache, const struct ip *ip, struct history *history)
{
	uint32_t *bucket, index;

	while ((cache->bytes > 0 && cache->bytes + history->bytes > ADDRESS_CACHE_BYTES) ||
	       (cache->empty == NOBODY && cache->count == ADDRESS_CACHE_ENTRIES))
		drop_idle(cache);
	if (cache->empty != NOBODY) {
		index = cache->empty;
		cache->empty = cache->entries[index].next;
	} else {
		index = cache->count++;
	}
	bucket = bucket_of(cache, ip);
	cache->entries[index] = (struct cached_address){
		.ip = *ip, .history = history, .next = *bucket, .used = true};
	*bucket = index + 1;
	cache->bytes += history->bytes;
}

void address_cache_drop(struct address_cache *cache, const struct ip *ip)
{
	uint32_t index = find(cache, ip);

	if (index != NOBODY)
		drop_entry(cache, index);
}

void address_cache_clear(struct address_cache *cache)
{
	for (uint32_t index = 0; index < cache->count; index++) {
		if (cache->entries[index].history)
			drop_entry(cache, index);
	}
}

void address_cache_free(struct address_cache *cache)
{
	if (cache == NULL)
		return;
	if (cache->entries != NULL && cache->buckets)
		address_cache_clear(cache);
	free(cache->entries);
	free(cache->buckets);
	free(cache);
}
