/* asof.h - which of an address's bindings a flow can belong to.
 *
 * docs/answers.md sections 5 and 6: the order of bindings, the four instants, and which
 * holders are possible and certain. Pure.
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
int asof_instants(const struct binding *bindings, size_t count, enum timeline_clock clock,
		  int64_t skew_ns, struct instants *instants);

/* A binding with its instants. */
struct tenure {
	struct binding binding;
	struct instants at;
	struct when reach; /* the latest possible_to of this one and all before it */
	size_t source;     /* the index of its names, for the caller */
};

/* Sorts TENURES[COUNT] by possible_from and computes the reaches. */
void asof_sort(struct tenure *tenures, size_t count);

enum asof_holders { ASOF_NONE, ASOF_ONE, ASOF_MANY };

struct asof_verdict {
	enum asof_holders holders;   /* that are possible */
	const struct tenure *tenure; /* ASOF_ONE: the holder's, with the latest possible_from */
	bool certain;                /* ASOF_ONE: one of its bindings is certain */
	bool together;               /* ASOF_MANY: two holders are certain at one instant */
};

/* Judges a flow over [START, END]. If UNCOVERED, only what is certain is possible. TENURES
 * must be sorted. */
struct asof_verdict asof_judge(const struct tenure *tenures, size_t count, struct when start,
			       struct when end, bool uncovered);

/* The two tests that asof_judge() applies to each tenure. */
bool asof_is_possible(const struct tenure *tenure, struct when start, struct when end,
		      bool uncovered);
bool asof_is_certain(const struct tenure *tenure, struct when start, struct when end);

/* A is before B, two bindings of one address (section 5). */
bool asof_is_before(const struct binding *a, const struct binding *b, enum timeline_clock clock,
		    int64_t skew_ns);

/* Whether some binding is certain at an instant of [FROM, TO]. */
bool asof_certain_within(const struct tenure *tenures, size_t count, struct when from,
			 struct when to);

#endif
