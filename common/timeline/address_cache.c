#include "common/timeline/address_cache.h"

#include <stdlib.h>
#include <string.h>

#include "common/timeline/codec.h"
#include "common/timeline/history.h"

#define NOBODY UINT32_MAX
#define BUCKETS (ADDRESS_CACHE_ENTRIES * 2)

/* Entries are in one array; NEXT is the bucket's chain, NEWER and OLDER the order of use. */
struct entry {
	struct ip ip;
	struct history *history;
	uint32_t next;
	uint32_t newer, older;
};

struct address_cache {
	struct entry *entries;
	uint32_t *buckets;
	uint32_t count; /* entries that were ever used */
	uint32_t free;  /* chain of those that are empty again */
	uint32_t newest, oldest;
	uint64_t bytes;
};

struct address_cache *address_cache_new(void)
{
	struct address_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	/* Untouched pages cost nothing, so the room is taken at once. */
	cache->entries = calloc(ADDRESS_CACHE_ENTRIES, sizeof(*cache->entries));
	cache->buckets = calloc(BUCKETS, sizeof(*cache->buckets));
	if (!cache->entries || !cache->buckets) {
		address_cache_free(cache);
		return NULL;
	}
	cache->free = cache->newest = cache->oldest = NOBODY;
	return cache;
}

/* Buckets hold the entry's index + 1, so that 0 is an empty one. */
static uint32_t *bucket_of(struct address_cache *cache, const struct ip *ip)
{
	uint64_t high, low;

	memcpy(&high, ip->bytes, sizeof(high));
	memcpy(&low, ip->bytes + 8, sizeof(low));
	low ^= high * UINT64_C(0x9e3779b97f4a7c15);
	low *= UINT64_C(0xd6e8feb86659fd93);
	low ^= low >> 32;
	return &cache->buckets[low % BUCKETS];
}

static uint32_t find(struct address_cache *cache, const struct ip *ip)
{
	uint32_t at = *bucket_of(cache, ip);

	while (at != 0 && memcmp(cache->entries[at - 1].ip.bytes, ip->bytes, 16) != 0)
		at = cache->entries[at - 1].next;
	return at == 0 ? NOBODY : at - 1;
}

static void unlink_use(struct address_cache *cache, uint32_t index)
{
	const struct entry *entry = &cache->entries[index];

	if (entry->newer != NOBODY)
		cache->entries[entry->newer].older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older != NOBODY)
		cache->entries[entry->older].newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void link_newest(struct address_cache *cache, uint32_t index)
{
	struct entry *entry = &cache->entries[index];

	entry->newer = NOBODY;
	entry->older = cache->newest;
	if (cache->newest != NOBODY)
		cache->entries[cache->newest].newer = index;
	else
		cache->oldest = index;
	cache->newest = index;
}

static void drop_entry(struct address_cache *cache, uint32_t index)
{
	struct entry *entry = &cache->entries[index];
	uint32_t *link = bucket_of(cache, &entry->ip);

	while (*link != index + 1)
		link = &cache->entries[*link - 1].next;
	*link = entry->next;
	unlink_use(cache, index);
	cache->bytes -= entry->history->bytes;
	history_free(entry->history);
	entry->history = NULL;
	entry->next = cache->free;
	cache->free = index;
}

struct history *address_cache_find(struct address_cache *cache, const struct ip *ip)
{
	uint32_t index = find(cache, ip);

	if (index == NOBODY)
		return NULL;
	if (cache->newest != index) {
		unlink_use(cache, index);
		link_newest(cache, index);
	}
	return cache->entries[index].history;
}

void address_cache_add(struct address_cache *cache, const struct ip *ip, struct history *history)
{
	uint32_t *bucket, index;

	while (cache->oldest != NOBODY && (cache->bytes + history->bytes > ADDRESS_CACHE_BYTES ||
					   (cache->free == NOBODY &&
					    cache->count == ADDRESS_CACHE_ENTRIES)))
		drop_entry(cache, cache->oldest);
	if (cache->free != NOBODY) {
		index = cache->free;
		cache->free = cache->entries[index].next;
	} else {
		index = cache->count++;
	}
	bucket = bucket_of(cache, ip);
	cache->entries[index].ip = *ip;
	cache->entries[index].history = history;
	cache->entries[index].next = *bucket;
	*bucket = index + 1;
	link_newest(cache, index);
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
	while (cache->oldest != NOBODY)
		drop_entry(cache, cache->oldest);
}

void address_cache_free(struct address_cache *cache)
{
	if (!cache)
		return;
	if (cache->entries && cache->buckets)
		address_cache_clear(cache);
	free(cache->entries);
	free(cache->buckets);
	free(cache);
}
