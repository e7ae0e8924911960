/* gate.h - what a flow without a position does: wait, or be answered before its time.
 *
 * A flow's position is the first PROGRESS whose known is a hold past the flow's end.  While
 * there is none the flow waits, but not for ever: docs/answers.md section 2 says when it is
 * answered provisionally.  Pure.
 */
#ifndef TENURE_GATE_H
#define TENURE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/when.h"

struct gate {
	int64_t max_hold_ns;
	bool bounded;      /* the kube records at its start, all applied, are all there are */
	struct when known; /* the newest that was seen */
	struct when moved; /* since when it stands still; WHEN_MIN before the first look */
	struct when seen;  /* the last look */
};

/* Tells the gate that KNOWN was the newest at the moment NOW; CAUGHT_UP: there was no
 * record left to read.  KNOWN stands still only while it is looked at: a process that was
 * stopped, or that waited for a broker, has not seen what came meanwhile. */
void gate_see(struct gate *gate, struct when known, bool caught_up, struct when now);

/* NULL: a flow that ended at END waits; otherwise the reason why it is answered
 * provisionally NOW, static text. */
const char *gate_ask(const struct gate *gate, struct when end, struct when now);

#endif
