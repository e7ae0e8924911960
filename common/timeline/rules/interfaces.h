/* interfaces.h - what the interfaces of pods say of an address (docs/answers.md section 3). Pure.
 *
 * A pod's interface comes and goes with its sandbox, at instants that its node's kernel tells, and
 * its packets carry the pod's address. Which pod that is follows from Kubernetes' evidence alone.
 */
#ifndef TENURE_INTERFACES_H
#define TENURE_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/rules/asof.h"
#include "common/timeline/rules/binding.h"

/* One interface and an address that it carried, by its node's clock. */
struct interface_span {
	uint64_t uid, node, name, host;  /* hashes; HOST is its meter's, 0 for none */
	struct when first, last;         /* packets from the pod's side with this source */
	struct when any_first, any_last; /* with any of its sources, of either family */
	struct when since;               /* it was not there yet, or WHEN_MIN */
	struct when until;               /* it was gone, or WHEN_MAX */
	/* Between these no other pod's interface of the node carried it; WHEN_MAX and WHEN_MIN if that
	 * was not said. */
	struct when alone_since, alone_until;
	bool several; /* it carried two addresses of a family, so it counts for nothing */
};

bool interface_span_equal(const struct interface_span *a, const struct interface_span *b);
/* All that it tells is before HORIZON. */
bool interface_span_is_past(const struct interface_span *span, struct when horizon);
/* Two that carried one address did so at the same time. */
bool interface_spans_at_once(const struct interface_span *a, const struct interface_span *b,
			     int64_t skew_ns);
/* Two of one node, A with the earlier first packet, are surely not one interface. */
bool interface_spans_differ(const struct interface_span *a, const struct interface_span *b);

/* Sets `seen` of each of BINDINGS[COUNT], all of one address that may overlap a span, to what its
 * interfaces among SPANS[SPAN_COUNT] say. INSTANTS are theirs without that. Sorts SPANS. -1 if out of
 * memory. */
int interfaces_fit(struct binding *bindings, const struct instants *instants, size_t count,
		   struct interface_span *spans, size_t span_count,
		   const struct assumptions *assumptions);

#endif
