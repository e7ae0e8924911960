/* dns_cache.h - finished answers by the bytes of their question, without its id. Pure.
 *
 * To say an answer in bytes takes ten times as long as to find what to say. So an answer whose content is
 * the same as before is given again, and one whose content cannot have changed is not even found again.
 *
 * (1) An answer is fresh until the topic's next record or the time until which it holds, whichever is
 *     first; a final one as long as it holds. After that its bytes are still those of its content.
 * (2) At most DNS_CACHE_ANSWERS are kept, each with its question at most DNS_CACHE_BYTES long.
 */
#ifndef TENURE_DNS_CACHE_H
#define TENURE_DNS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define DNS_CACHE_ANSWERS 32768
#define DNS_CACHE_BYTES 512

struct dns_cache;

/* NULL if out of memory. SEED makes its places unpredictable. */
struct dns_cache *dns_cache_new(uint64_t seed);
void dns_cache_free(struct dns_cache *cache);
void dns_cache_clear(struct dns_cache *cache);
/* How many answers it has. */
size_t dns_cache_count(const struct dns_cache *cache);

struct dns_cached {
	const uint8_t *
		bytes; /* borrowed until the next dns_cache_put(); the id is that of another question */
	size_t length;
	uint64_t content;
	bool fresh; /* (1) */
};

/* Finds the answer to QUESTION as of POSITION and NOW. */
bool dns_cache_find(struct dns_cache *cache, const uint8_t *question, size_t length,
		    int64_t position, struct when now, struct dns_cached *cached);

/* What is kept of an answer. */
struct dns_cache_entry {
	const uint8_t *bytes;
	size_t length;
	uint64_t content;
	int64_t position; /* where it was found; -1: it is final */
	struct when until;
};

/* Keeps the answer to QUESTION instead of one before. Running out of memory only means that it is not
 * kept. */
void dns_cache_put(struct dns_cache *cache, const uint8_t *question, size_t length,
		   const struct dns_cache_entry *answer);
/* Makes the answer to QUESTION that is kept, if there is one, fresh again. */
void dns_cache_refresh(struct dns_cache *cache, const uint8_t *question, size_t length,
		       int64_t position, struct when until);

#endif
