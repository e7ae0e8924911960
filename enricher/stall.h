/* stall.h - logs that KNOWN stands still, what becomes of flows, and its end: each once. */
#ifndef TENURE_STALL_H
#define TENURE_STALL_H

#include "enricher/hold_policy.h"

#define STALL_NS (10 * NS_PER_SECOND) /* or --max-hold, or what is usual, see stall_log() */

/* Zero at first. */
struct stall {
	bool checked, said;
	struct when known; /* at the last check */
	struct when moved; /* when it moved last, or the first check */
	struct when since; /* SAID: since when it stands still */
	int64_t usual_ns;  /* between the last two moves, unless that was a long stall */
};

/* Call it after each hold_policy_see(). KNOWN stands still after STALL_NS, but not before three times what is usual,
 * and in any case once flows are answered provisionally. A bounded run has none. */
void stall_log(struct stall *stall, const struct hold_policy *policy, struct when now);

#endif
