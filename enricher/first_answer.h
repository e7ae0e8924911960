/* first_answer.h - the first answer to a flow: reads the member tenure, which tagged.h wrote, and
 * compares it with another answer. Pure.
 */
#ifndef TENURE_FIRST_ANSWER_H
#define TENURE_FIRST_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/record/fault.h"

struct first_answer {
	struct span source, destination; /* the JSON objects of the ends */
	struct span
		others; /* from there to the end of the members "nat" and "original"; may be empty */
	struct span flow; /* the JSON object that says where the flow came from */
	bool provisional;
	int64_t position; /* -1 before the first kube record */
};

/* Reads TAGS, a valid JSON object; the spans are borrowed from it. -1 with *FAULT filled unless it
 * is a first answer of these RULES. */
int first_answer_read(struct span tags, unsigned rules, struct first_answer *answer,
		      struct fault *fault);

/* Whether what was SAID of an end still holds, now that the answer is NOW: both are the same but
 * for ends of bindings that were open (docs/answers.md section 2). */
bool first_answer_holds(struct span said, struct span now);

#endif
