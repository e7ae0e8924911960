/* hold_policy.h - what a flow without a position does: wait, or be answered before its time.
 *
 * A flow's position is the first PROGRESS whose known is a hold past the flow's end. While
 * there is none the flow waits, but not for ever: docs/answers.md section 2 says when it is
 * answered provisionally. Pure.
 */
#ifndef TENURE_HOLD_POLICY_H
#define TENURE_HOLD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

struct hold_policy {
	int64_t max_hold_ns;
	bool bounded;      /* the kube records at its start, all applied, are all there are */
	struct when known; /* the newest that was seen */
	struct when moved; /* since when it stands still; WHEN_MIN before the first look */
	struct when seen;  /* the last look */
};

/* Tells the policy that KNOWN was the newest at the moment NOW; CAUGHT_UP: there was no
 * record left to read. KNOWN stands still only while it is looked at: a process that was
 * stopped, or that waited for a broker, has not seen what came meanwhile. */
void hold_policy_see(struct hold_policy *policy, struct when known, bool caught_up,
		     struct when now);

/* NULL: a flow that ended at END waits; otherwise the reason why it is answered
 * provisionally NOW, static text. */
const char *hold_policy_ask(const struct hold_policy *policy, struct when end, struct when now);

#endif
