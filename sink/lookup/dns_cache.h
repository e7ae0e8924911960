/* dns_cache.h - finished answers by the bytes of their question, without its id. Pure.
 *
 * Building an answer takes about ten times as long as finding it here.
 *
 * (1) An answer is found until the topic's next record or for as long as it is kept, whichever ends
 *     first; a final one as long as it is kept.
 * (2) At most DNS_CACHE_ANSWERS are kept, each with its question at most DNS_CACHE_BYTES long.
 */
#ifndef TENURE_DNS_CACHE_H
#define TENURE_DNS_CACHE_H

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

/* Finds the answer to QUESTION as of POSITION and NOW; returns its length, or 0 if there is none. *ANSWER
 * is borrowed until the next call, and has the id of the question it was made for. */
size_t dns_cache_find(struct dns_cache *cache, const uint8_t *question, size_t length,
		      int64_t position, struct when now, const uint8_t **answer);

/* Keeps ANSWER, made at POSITION, until UNTIL. POSITION is -1 for every position. Running out of memory
 * only means that it is not kept. */
void dns_cache_put(struct dns_cache *cache, const uint8_t *question, size_t length,
		   const uint8_t *answer, size_t answer_length, int64_t position,
		   struct when until);

#endif
