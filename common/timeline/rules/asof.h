/* asof.h - which of an address's bindings a flow can belong to.
 *
 * docs/answers.md section 5: the order of bindings and the four instants. Pure.
 *
 * (1) A binding's instants depend only on the other bindings of the address and on the
 *     options, so they are computed once for all questions about the same bindings.
 */
#ifndef TENURE_ASOF_H
#define TENURE_ASOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/rules/binding.h"

/* Already widened and narrowed by the skew. */
struct instants {
	struct when possible_from, certain_from, certain_to, possible_to;
};

/* Computes the instants of BINDINGS[COUNT], the bindings of one address, those of one holder
 * side by side. Each is compared with those that it overlaps in time, and with all of them
 * while it is open. -1 if out of memory. */
int asof_instants(const struct binding *bindings, size_t count,
		  const struct assumptions *assumptions, struct instants *instants);

/* A binding with its instants. */
struct tenure {
	struct binding binding;
	struct instants at;
	struct when reach; /* the latest possible_to of this one and all before it */
	size_t source;     /* the index of its names, for the caller */
};

/* Sorts TENURES[COUNT] by possible_from and computes the reaches. */
void asof_sort(struct tenure *tenures, size_t count);

bool asof_is_possible(const struct tenure *tenure, struct when start, struct when end);
bool asof_is_certain(const struct tenure *tenure, struct when start, struct when end);

/* The last of TENURES[COUNT], which must be sorted, before number *AT that is possible in a flow
 * over [START, END]; NULL if there is none. *AT becomes its number. To begin with, *AT is COUNT. */
const struct tenure *asof_previous(const struct tenure *tenures, size_t *at, struct when start,
				   struct when end);

/* A is before B, two bindings of one address (section 5). */
bool asof_is_before(const struct binding *a, const struct binding *b,
		    const struct assumptions *assumptions);

/* An instant up to which all is accounted for: SKEW_NS before the latest one, surely before MOMENT,
 * at which some binding is certain by the clock that says so. WHEN_MIN if there is none. */
struct when asof_settled(const struct tenure *tenures, size_t count, struct when moment,
			 int64_t skew_ns);

/* The first instant from MOMENT on at which some binding is certain; WHEN_MAX if there is none. */
struct when asof_next(const struct tenure *tenures, size_t count, struct when moment);

#endif
