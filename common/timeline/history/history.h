/* history.h - all rows of one address, decoded, and what is visible of them at a position.
 *
 * A history contains every version, so it serves any position. Its view is what one position
 * sees; it is kept until a position that sees something else is asked for.
 *
 * (1) A history never changes. After a record that touches the address it is stale and must
 *     be freed.
 */
#ifndef TENURE_HISTORY_H
#define TENURE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/timeline/rules/asof.h"
#include "common/timeline/rules/named_holder.h"
#include "common/timeline/store/codec.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

struct holder {
	enum holder_kind kind;
	struct span uid;
};

/* Evidence from OFFSET on. */
struct binding_version {
	uint64_t offset;
	struct evidence evidence;
};

struct binding_history {
	size_t holder;
	uint64_t epoch;
	size_t first_version, version_count;
};

#define NAMES_SOURCES 3 /* the holder, its owner, its node */

/* The names of a binding's holder, found when they are first asked for (names.h). */
struct cached_names {
	struct named_holder *holder; /* one block with what it points at; NULL until then */
	/* The same as an answer's JSON, in that block: all before the services, all after. */
	const char *json;
	uint32_t head_length, tail_length;
	/* A position outside, or another version of a source, makes it stale. */
	uint64_t from_offset, until_offset;
	const uint32_t *generation[NAMES_SOURCES]; /* NULL for none */
	uint32_t found[NAMES_SOURCES];
	uint32_t *members; /* which memberships are the holder's */
	size_t member_count;
};

/* One version of an interface that carried the address. */
struct interface_version {
	uint64_t interface, offset;
	struct interface_span span;
};

/* What is seen of an address: all its tenures, or those around a flow. */
struct address_view {
	bool there;
	bool gateways;                      /* it includes gateways */
	uint64_t from_offset, until_offset; /* the positions that it serves */
	struct tenure *tenures;
	struct cached_names *names; /* one for each tenure, by its source */
	size_t count;
	struct when since, until; /* no other tenure is possible in a flow within them */
};

/* A binding's instants as its last version has them. */
struct era {
	struct when first, last; /* the earliest and the latest; WHEN_MAX if it is open */
	struct when reach;       /* the latest LAST of this one and all before it */
	size_t binding;
};

/* The positions at which a binding changes. */
struct changing {
	uint64_t first_offset, last_offset;
	uint64_t reach; /* the greatest LAST_OFFSET of this one and all before it */
	size_t binding;
};

/* A membership of a target opened. */
struct opening {
	struct span uid;
	struct when at;
	uint64_t offset;
};

struct history {
	struct holder *holders;
	struct binding_history *bindings;
	struct binding_version *versions;
	struct membership *memberships; /* by service, uid and opening */
	struct opening *openings;       /* by uid and time, one for each membership with a uid */
	struct interface_version *interfaces; /* by interface and offset */
	size_t interface_count;
	size_t holder_count, binding_count, version_count, membership_count, opening_count;
	uint64_t *changes; /* every offset at which a view changes, in order */
	size_t change_count;
	struct text arena;         /* what the spans above point into */
	struct era *eras;          /* by FIRST, if there are many bindings; else NULL */
	struct changing *changing; /* by FIRST_OFFSET, with the eras */
	struct address_view view, around;
	struct span spelled;    /* the row of the records that spell it */
	uint64_t range_offset;  /* the first position at which the address is in a range */
	struct when range_from; /* and the earliest that it may have been in use */
	uint64_t range_generation;
	size_t bytes; /* about what it takes in memory, the names included */
};

/* Reads all rows of IP in CLUSTER. NULL after logging. */
struct history *history_load(struct store *store, uint32_t cluster, const struct ip *ip);
void history_free(struct history *history);

#endif
