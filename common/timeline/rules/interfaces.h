/* interfaces.h - what the interfaces of pods say of an address (docs/answers.md section 3). Pure.
 *
 * A pod's interface comes and goes with its sandbox, at instants that its node's kernel tells, and
 * its packets carry the pod's address. Which pod that is follows from Kubernetes' evidence alone.
 */
#ifndef TENURE_INTERFACES_H
#define TENURE_INTERFACES_H

#include <stddef.h>

#include "common/timeline/rules/asof.h"
#include "common/timeline/rules/binding.h"
#include "common/timeline/rules/interface_span.h"

/* Sets `seen` of each of BINDINGS[COUNT], all of one address that may overlap a span, to what its
 * interfaces among SPANS[SPAN_COUNT], which they borrow, say. INSTANTS are theirs without that. Sorts
 * SPANS. -1 if out of memory. */
int interfaces_fit(struct binding *bindings, const struct instants *instants, size_t count,
		   const struct interface_span **spans, size_t span_count,
		   const struct assumptions *assumptions);

#endif
