/* candidates.h - who may have held an address, when the answer is not known. */
#ifndef TENURE_CANDIDATES_H
#define TENURE_CANDIDATES_H

#include "common/timeline/judge.h"

/* Fills ANSWER's candidates from JUDGEMENT. -1 after logging. */
int candidates_find(struct timeline *timeline, const struct judgement *judgement,
		    const struct timeline_question *question, struct timeline_answer *answer);

/* Adds ,"candidates":[...] if there are any. */
void candidates_add_json(const struct timeline_answer *answer, struct text *out);

#endif
