/* sole_tenures.h - caches who surely was the only possible holder of an address.
 *
 * Nearly every flow finds one binding possible, and that one certain; then nothing else of the
 * address matters. A sole tenure is such a finding, with the flows and the positions that it holds
 * for. An address can have several: of other times, and of other positions.
 *
 * (1) A record that touches the address at OFFSET changes nothing at the positions before it, so a
 *     sole tenure ends there (sole_tenures_end()) and keeps its other positions.
 * (2) Beyond SOLE_TENURES_MAX or SOLE_TENURES_BYTES, those not used recently are dropped.
 */
#ifndef TENURE_SOLE_TENURES_H
#define TENURE_SOLE_TENURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/timeline/history/history.h"
#include "common/timeline/history/packed_names.h"
#include "common/timeline/rules/ranges.h"
#include "common/timeline/rules/services.h"

#define SOLE_TENURES_MAX (2u * 1024 * 1024)
#define SOLE_TENURES_EACH 64 /* of one address */
#define SOLE_TENURES_BYTES (UINT64_C(512) << 20)

/* Which questions it answers. */
struct sole_range {
	struct ip ip;
	uint64_t from_offset, until_offset; /* positions, the last one excluded */
	struct when since, until;           /* every instant of the flow is in them */
	bool by_gateways; /* a gateway address: it counts only while podCIDRs are in use, */
	bool gateways;    /* and they are, or are not */
};

/* The names of the holder, and the memberships that can count: one block. */
struct sole_tenure {
	const struct packed_names *names;
	const struct membership *members;
	uint32_t member_count;
	bool by_gateways, gateways;    /* as in the range */
	uint32_t found[NAMES_SOURCES]; /* this and the next as in struct cached_names */
	const uint32_t *generation[NAMES_SOURCES];
	size_t bytes;
};

/* Copies NAMES, and of MEMBERS what can count within RANGE; without generations. The caller frees
 * it. NULL if out of memory. */
struct sole_tenure *sole_tenure_new(const struct sole_range *range,
				    const struct packed_names *names,
				    const struct memberships *members);

struct sole_tenures;

/* NULL if out of memory. */
struct sole_tenures *sole_tenures_new(void);
void sole_tenures_free(struct sole_tenures *cache);

/* That of IP at POSITION for a flow over [START, END], borrowed until the next call, or NULL.
 * Counts as a use. RANGES are the cluster's. */
const struct sole_tenure *sole_tenures_find(struct sole_tenures *cache, struct ranges *ranges,
					    const struct ip *ip, uint64_t position,
					    struct when start, struct when end);
/* Takes ownership of TENURE; the address's oldest beyond SOLE_TENURES_EACH is dropped. */
void sole_tenures_add(struct sole_tenures *cache, const struct sole_range *range,
		      struct sole_tenure *tenure);
/* Those of IP end at OFFSET (1). */
void sole_tenures_end(struct sole_tenures *cache, const struct ip *ip, uint64_t offset);
void sole_tenures_clear(struct sole_tenures *cache);

/* What it has of its limit of bytes. */
uint64_t sole_tenures_bytes(const struct sole_tenures *cache);

#endif
