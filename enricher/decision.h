/* decision.h - what to do with the next record of a partition, now.
 *
 * A flow is tagged at its position, or before it, provisionally, if hold_policy.h says so. With
 * --revise a record is a tagged flow: it is asked about again at a later position, and never
 * provisionally.
 */
#ifndef TENURE_DECISION_H
#define TENURE_DECISION_H

#include "common/bus/bus.h"
#include "common/record/flow_endpoints.h"
#include "common/timeline/timeline.h"
#include "enricher/first_answer.h"
#include "enricher/hold_policy.h"
#include "enricher/run_options.h"

enum decision_action {
	DECISION_TAG,
	DECISION_REVISE,
	DECISION_REJECT,
	DECISION_SKIP,  /* it ended outside [since, until) */
	DECISION_LEAVE, /* it cannot be revised */
	DECISION_WAIT,
	DECISION_FAIL, /* logged */
};

/* The action, and what is needed to do it. */
struct decision {
	enum decision_action action;
	struct flow_endpoints ends;
	struct first_answer first;         /* of REVISE */
	struct fault fault;                /* of REJECT */
	struct timeline_position position; /* of TAG and REVISE */
	const char *why; /* of TAG: why it is provisional, or NULL; of LEAVE; static text */
};

/* Decides about RECORD at NOW. What DECISION points to is borrowed from it. */
void decision_make(struct timeline *timeline, const struct run_options *options,
		   const struct hold_policy *policy, const struct bus_record *record,
		   struct when now, struct decision *decision);

#endif
