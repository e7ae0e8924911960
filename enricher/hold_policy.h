/* hold_policy.h - decides whether a flow without a position waits or is answered early.
 *
 * A flow's position is the first PROGRESS whose known is at least --hold and --skew after the
 * flow's end. Until there is one the flow waits, but not forever: docs/answers.md section 2 says
 * when it is answered provisionally. Pure.
 */
#ifndef TENURE_HOLD_POLICY_H
#define TENURE_HOLD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

#define HOLD_POLICY_FUTURE "future_flow" /* the reason why a flow of the future is answered */

struct hold_policy {
	int64_t max_hold_ns;
	int64_t max_ahead_ns; /* by how much a flow may end after both the clock and KNOWN */
	bool bounded;         /* no kube record comes after those applied at the start */
	bool patient;         /* waits however long the kube topic makes no progress */
	struct when known;    /* at the last check */
	struct when moved;    /* when KNOWN last changed; WHEN_MIN before the first check */
	struct when seen;     /* the last check */
	bool moves;           /* KNOWN has changed from one check to another */
};

/* Reports that KNOWN is the newest at NOW. CAUGHT_UP: no kube record is left to read. KNOWN counts
 * as stalled only while it is checked: a process that was stopped, or that waited for a broker,
 * has not seen what came in the meantime. */
void hold_policy_see(struct hold_policy *policy, struct when known, bool caught_up,
		     struct when now);

/* Whether KNOWN has stood still for so long at NOW that flows are answered provisionally, unless PATIENT. */
bool hold_policy_is_stalled(const struct hold_policy *policy, struct when now);

/* Whether KNOWN, the newest at NOW, is older than max_hold_ns and has not moved since the first check: what
 * writes it may have stopped before. A flow that ends now would wait, and may be answered provisionally in the end. */
bool hold_policy_is_old(const struct hold_policy *policy, struct when known, struct when now);

/* Returns NULL if a flow that ended at END waits, otherwise the reason (static text) why it is
 * answered provisionally at NOW. */
const char *hold_policy_ask(const struct hold_policy *policy, struct when end, struct when now);

#endif
