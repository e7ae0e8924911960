/* contradictions.h - what interfaces of pods say that cannot be (docs/answers.md section 3). Pure.
 *
 * (1) One is found only if no later record can explain it: an epoch that is open counts at the beginning
 *     that it surely has, and no longer.
 */
#ifndef TENURE_CONTRADICTIONS_H
#define TENURE_CONTRADICTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/timeline/rules/binding.h"
#include "common/timeline/rules/interfaces.h"

enum contradiction {
	CONTRADICTION_TWO_ADDRESSES,
	CONTRADICTION_TWO_INTERFACES,
	CONTRADICTION_TWO_PODS,
	CONTRADICTION_SECOND_INTERFACE,
	CONTRADICTIONS,
};

struct contradictions {
	unsigned kinds; /* one bit each */
	/* Numbers of bindings: the two of TWO_PODS, and the one of SECOND_INTERFACE. */
	size_t pods[2], owner;
};

/* Whether to look at an interface with the record that makes BEFORE of it AFTER: few times, because it
 * reads all that is known of the address. BEFORE is NULL for the first record of the address. */
bool contradictions_due(const struct interface_span *before, const struct interface_span *after);

/* What SPAN contradicts of OTHERS[OTHER_COUNT], the other interfaces that carried the address, and BINDINGS[COUNT],
 * all bindings of it. */
struct contradictions contradictions_find(const struct interface_span *span,
					  const struct interface_span *others, size_t other_count,
					  const struct binding *bindings, size_t count,
					  const struct assumptions *assumptions);

/* "two_addresses" and so on; static. */
const char *contradiction_name(enum contradiction kind);

#endif
