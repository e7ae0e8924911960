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
	bool bounded;      /* the run ends with the input that was there at its start */
	bool kube_ended;   /* all of that has been applied */
	struct when known; /* the newest that was seen */
	struct when moved; /* on the wall clock, when it came; WHEN_MIN before the first look */
};

/* Tells the gate that KNOWN was the newest at the moment NOW. */
void gate_see(struct gate *gate, struct when known, struct when now);

/* NULL: a flow that ended at END waits; otherwise the reason why it is answered
 * provisionally NOW, static text. */
const char *gate_ask(const struct gate *gate, struct when end, struct when now);

#endif
