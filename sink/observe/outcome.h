/* outcome.h - what became of a flow, as far as its one record shows. Pure. */
#ifndef TENURE_OUTCOME_H
#define TENURE_OUTCOME_H

#include "common/record/tagged_flow.h"

enum outcome {
	OUTCOME_NOT_SAID,  /* the record has no counters */
	OUTCOME_ANSWERED,  /* the source is known to have begun, and the destination sent */
	OUTCOME_BOTH_WAYS, /* both sent, and who began is not known */
	OUTCOME_ONE_WAY, /* only the source sent, and no answer was due or it came in another slice */
	OUTCOME_UNANSWERED, /* the source began, and nothing came back */
	OUTCOME_REFUSED,    /* a SYN was answered by RST, never by SYN */
	OUTCOME_RESET,      /* RST from either side, later */
};

enum outcome outcome_of(const struct tagged_flow *flow);
/* "answered", "both ways"; "-" if the record does not say. */
const char *outcome_name(enum outcome outcome);

#endif
