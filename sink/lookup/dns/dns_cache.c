#include "sink/lookup/dns/dns_cache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

#define WAYS 4 /* answers that share a set of places */
#define SETS (DNS_CACHE_ANSWERS / WAYS)
#define ID_SIZE 2 /* the id is in front of question and answer */

struct entry {
	uint64_t hash, content;
	int64_t position;
	struct when until;
	uint32_t used; /* when it was last found, in finds */
	uint16_t question_length, answer_length;
	uint8_t bytes[]; /* the question without its id, the answer */
};

struct dns_cache {
	uint64_t seed;
	uint32_t finds;
	size_t count;
	struct entry *entries[DNS_CACHE_ANSWERS];
};

struct dns_cache *dns_cache_new(uint64_t seed)
{
	struct dns_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL)
		cache->seed = seed;
	return cache;
}

void dns_cache_clear(struct dns_cache *cache)
{
	for (size_t i = 0; i < DNS_CACHE_ANSWERS; i++) {
		free(cache->entries[i]);
		cache->entries[i] = NULL;
	}
	cache->count = 0;
}

void dns_cache_free(struct dns_cache *cache)
{
	if (cache != NULL)
		dns_cache_clear(cache);
	free(cache);
}

size_t dns_cache_count(const struct dns_cache *cache)
{
	return cache->count;
}

static bool is_about(const struct entry *entry, uint64_t hash, const uint8_t *question,
		     size_t length)
{
	return entry != NULL && entry->hash == hash && entry->question_length == length &&
	       memcmp(entry->bytes, question, length) == 0;
}

static uint64_t hash_of(const struct dns_cache *cache, const uint8_t *question, size_t length)
{
	return hash_quick(HASH_START ^ cache->seed, question, length);
}

/* The entry about QUESTION, which has no id; NULL if there is none. */
static struct entry *entry_of(struct dns_cache *cache, const uint8_t *question, size_t length)
{
	uint64_t hash = hash_of(cache, question, length);
	struct entry **set = &cache->entries[hash % SETS * WAYS];

	for (size_t i = 0; i < WAYS; i++) {
		if (is_about(set[i], hash, question, length))
			return set[i];
	}
	return NULL;
}

bool dns_cache_find(struct dns_cache *cache, const uint8_t *question, size_t length,
		    int64_t position, struct when now, struct dns_cached *cached)
{
	struct entry *entry = NULL;

	if (length > ID_SIZE)
		entry = entry_of(cache, question + ID_SIZE, length - ID_SIZE);
	if (entry == NULL)
		return false;
	entry->used = cache->finds++;
	*cached = (struct dns_cached){
		.bytes = entry->bytes + entry->question_length,
		.length = entry->answer_length,
		.content = entry->content,
		.fresh = (entry->position < 0 || entry->position == position) &&
			 when_before(now, entry->until),
	};
	return true;
}

void dns_cache_refresh(struct dns_cache *cache, const uint8_t *question, size_t length,
		       int64_t position, struct when until)
{
	struct entry *entry = NULL;

	if (length > ID_SIZE)
		entry = entry_of(cache, question + ID_SIZE, length - ID_SIZE);
	if (entry == NULL)
		return;
	entry->position = position;
	entry->until = until;
}

/* The place of the same question or, without one, of the answer that was not found for longest. */
static struct entry **place_for(struct dns_cache *cache, uint64_t hash, const uint8_t *question,
				size_t length)
{
	struct entry **set = &cache->entries[hash % SETS * WAYS], **oldest = set;

	for (struct entry **place = set; place < set + WAYS; place++) {
		if (*place == NULL || is_about(*place, hash, question, length))
			return place;
		if (cache->finds - (*place)->used > cache->finds - (*oldest)->used)
			oldest = place;
	}
	return oldest;
}

void dns_cache_put(struct dns_cache *cache, const uint8_t *question, size_t length,
		   const struct dns_cache_entry *answer)
{
	struct entry *entry, **place;
	uint64_t hash;

	if (length <= ID_SIZE || length + answer->length > DNS_CACHE_BYTES)
		return;
	question += ID_SIZE;
	length -= ID_SIZE;
	entry = malloc(sizeof(*entry) + length + answer->length);
	if (entry == NULL)
		return;
	hash = hash_of(cache, question, length);
	*entry = (struct entry){.hash = hash,
				.content = answer->content,
				.position = answer->position,
				.until = answer->until,
				.used = cache->finds,
				.question_length = (uint16_t)length,
				.answer_length = (uint16_t)answer->length};
	memcpy(entry->bytes, question, length);
	memcpy(entry->bytes + length, answer->bytes, answer->length);
	place = place_for(cache, hash, question, length);
	cache->count += *place == NULL;
	free(*place);
	*place = entry;
}
