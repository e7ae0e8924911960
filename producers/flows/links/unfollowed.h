/* unfollowed.h - the pods' interfaces whose packets are not read, and what follows for links.h. Pure.
 *
 * (1) Each interface that may be a pod's, and was there at any time, is followed, keeps back what is said to be alone, or was
 *     told to struct links as a gap: one that came and went between two looks, or in lost notices, too.
 * (2) At most UNFOLLOWED_MAX are known one by one; with more, nothing is alone.
 */
#ifndef TENURE_FLOWS_UNFOLLOWED_H
#define TENURE_FLOWS_UNFOLLOWED_H

#include "producers/flows/links/link_table.h"
#include "producers/flows/links/links.h"

#define UNFOLLOWED_MAX 256

struct unfollowed_link {
	unsigned index;
	uint64_t birth;
	struct when since;
	bool passed_by; /* packets may have gone on unseen, though it was captured */
};

struct unfollowed {
	size_t count;
	struct unfollowed_link list[UNFOLLOWED_MAX];
	uint64_t births;     /* of the table, at the last look */
	struct when drained; /* all that was there by then has been looked at */
	bool lost;           /* notices were, since DRAINED */
	bool full;           /* (2) */
};

void unfollowed_init(struct unfollowed *all);
/* Looks at TABLE, in which the interfaces of the COUNT births in FOLLOWED are read. What is missing was gone by
 * UNTIL. Returns since when an interface may be there that is not read, at the earliest; WHEN_MAX: there is none. */
struct when unfollowed_look(struct unfollowed *all, const struct link_table *table,
			    const uint64_t *followed, size_t count, struct when until,
			    struct links *links);

/* The interface of INDEX and BIRTH, which was read up to SINCE, no longer is. It may be there still. */
void unfollowed_leave(struct unfollowed *all, unsigned index, uint64_t birth, struct when since);

#endif
