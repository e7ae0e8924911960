/* possible.h - the recorded holders that a flow finds possible (docs/answers.md section 6). Pure. */
#ifndef TENURE_POSSIBLE_H
#define TENURE_POSSIBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/timeline/rules/asof.h"

/* A possible binding. */
struct possible {
	const struct tenure *tenure;
	bool certain;  /* all over the flow */
	bool port;     /* of a shared service: a port of it is this end's */
	bool left_out; /* by possible_leave_out() */
};

/* Leaves out of LIST[COUNT] what section 6 leaves out, and returns how many are left. */
size_t possible_leave_out(struct possible *list, size_t count);

enum possible_holders { POSSIBLE_NONE, POSSIBLE_ONE, POSSIBLE_MANY };

struct possible_verdict {
	enum possible_holders holders;
	const struct tenure *tenure; /* of one holder: with the latest possible_from */
	bool certain;                /* one holder, and one of its bindings is certain */
	bool together;               /* two holders are certain at one instant of the flow */
	bool lost;                   /* one was lost before the end of the flow */
	bool lost_node;              /* a node */
};

/* Judges LIST[COUNT], in the order of asof_previous(), for a flow over [START, END]. */
struct possible_verdict possible_judge(const struct possible *list, size_t count, struct when start,
				       struct when end, int64_t skew_ns);

#endif
