/* interface_state.h - what was told of one interface of a pod, all its records together.
 *
 * (1) A record only adds: instants move outwards, so neither order nor repetition counts. But what is
 *     open is as the last one in a sequence said.
 * (2) Of each family the address that was told first is kept; with another one, the interface counts
 *     for nothing.
 */
#ifndef TENURE_INTERFACE_STATE_H
#define TENURE_INTERFACE_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/timeline/rules/interfaces.h"
#include "common/timeline/store/codec.h"

#define INTERFACE_FAMILIES 2
/* That of IP. */
size_t interface_family(const struct ip *ip);

struct interface_address {
	bool there;
	struct ip ip;
	struct when first, last;
	struct when alone_since, alone_until; /* WHEN_MAX and WHEN_MIN if they were not told */
	uint64_t
		sequence; /* in which it is open (interface_span.h); not of what one record tells */
};

struct interface_state {
	struct when since, until; /* WHEN_MIN and WHEN_MAX if they were not told */
	struct when appeared;     /* WHEN_MAX if it was not told */
	bool several;             /* it carried two addresses of a family */
	uint8_t contradicted;     /* the kinds of contradictions that were counted, a bit each */
	struct interface_address addresses[INTERFACE_FAMILIES];
};

struct interface_state interface_state_none(void);
/* It carried ADDRESS. */
void interface_state_add(struct interface_state *state, const struct interface_address *address);
/* What STATE says of the address at FAMILY; node, name and host are the caller's. */
struct interface_span interface_state_span(const struct interface_state *state, size_t family);

void interface_state_write(struct text *value, const struct interface_state *state);
bool interface_state_read(struct span value, struct interface_state *state);

#endif
