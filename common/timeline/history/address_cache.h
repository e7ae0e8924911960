/* address_cache.h - caches the decoded histories of addresses.
 *
 * A history is dropped when a record touches its address. Beyond ADDRESS_CACHE_ENTRIES
 * addresses or ADDRESS_CACHE_BYTES, those not used recently are dropped.
 */
#ifndef TENURE_ADDRESS_CACHE_H
#define TENURE_ADDRESS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"

struct history;
struct address_cache;

#define ADDRESS_CACHE_ENTRIES (256u * 1024)
#define ADDRESS_CACHE_BYTES (UINT64_C(128) << 20)

/* NULL if out of memory. */
struct address_cache *address_cache_new(void);
void address_cache_free(struct address_cache *cache);

/* The history of IP, or NULL. Counts as a use. */
struct history *address_cache_find(struct address_cache *cache, const struct ip *ip);
/* Takes ownership of HISTORY, of IP, which must not be in the cache. */
void address_cache_add(struct address_cache *cache, const struct ip *ip, struct history *history);
/* The history of IP is probably not asked for again: the next one that is added replaces it. */
void address_cache_leave(struct address_cache *cache, const struct ip *ip);
void address_cache_drop(struct address_cache *cache, const struct ip *ip);
void address_cache_clear(struct address_cache *cache);

/* What it has of its limit of bytes. */
uint64_t address_cache_bytes(const struct address_cache *cache);

#endif
