/* alone.h - over what time an address was on no other interface of the node, as far as is known. Pure.
 *
 * What an interface may have carried are the addresses that were seen on it, from first to last, and what it carried
 * while its packets were missed. It has one address of a family for its whole life, so what was missed is
 * of no other one. And while an address is on one interface, from its first to its last packet, no other gets it. An interface that
 * is gone had its address up to the end, although its packets had ended: what was sent to it until then was not for the next one.
 */
#ifndef TENURE_FLOWS_ALONE_H
#define TENURE_FLOWS_ALONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/links/links.h"

/* Of interfaces that are gone. With more, the one that ended first is forgotten. */
#define ALONE_PAST_MAX 512

/* From SINCE to UNTIL packets may have been missed; WHEN_MAX and WHEN_MIN: none were. */
struct alone_missed {
	struct when since;
	struct when until;
	bool any; /* of any address, whatever was seen */
};

#define ALONE_NONE_MISSED ((struct alone_missed){WHEN_MAX, WHEN_MIN, false})

/* More may have been missed, from SINCE to UNTIL. */
void alone_miss(struct alone_missed *missed, struct when since, struct when until);

/* What another interface may have carried. */
struct alone_other {
	const struct link_address *addresses;
	size_t count;
	struct when gone; /* it was by then; WHEN_MAX: it may be there */
	struct alone_missed missed;
};

/* Narrows over what ADDRESS was alone, which is its alone_since and alone_until. */
void alone_narrow(struct link_address *address, const struct alone_other *other);

/* The same of one that is gone. */
struct alone_gone {
	struct link_address addresses[LINKS_ADDRESSES_MAX];
	uint8_t count;
	struct when gone;
	struct alone_missed missed;
};

struct alone_past {
	size_t count;
	struct alone_gone list[ALONE_PAST_MAX];
};

/* What all those in PAST may have carried narrows ADDRESS, of which nothing is known if it was not alone at its first packet. */
void alone_finish(struct link_address *address, const struct alone_past *past);

/* Adds OTHER. Returns true if another one, *FORGOTTEN, has made room. */
bool alone_past_add(struct alone_past *past, const struct alone_other *other,
		    struct alone_gone *forgotten);
struct alone_other alone_other_of(const struct alone_gone *gone);
/* When it may have carried something, or had an address, last; WHEN_MIN: never. */
struct when alone_end(const struct alone_other *other);

#endif
