/* members.h - the wanted members of a JSON object, found in place in one walk. Pure.
 *
 * For objects whose shape is not ours. They are read as json.h reads them:
 *
 * (1) A name may be written with escapes.
 * (2) Of equal names the last counts, and nothing of those before it does.
 */
#ifndef TENURE_MEMBERS_H
#define TENURE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/value.h"

/* A member that is wanted, and the members of it that are wanted too. A table of them ends with one
 * that has no name. */
struct member {
	const char *name;
	size_t slot;                 /* where it is put */
	const struct member *inside; /* NULL: nothing of it */
};

/* Puts each of WANTED that OBJECT has into its slot of FOUND, and makes the others absent. */
void members_find(struct value object, const struct member *wanted, struct value *found);
/* The same for the next of ITEMS, in the same walk. False after the last. */
bool members_next(struct value_cursor *items, const struct member *wanted, struct value *found);

#endif
