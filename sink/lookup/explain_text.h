/* explain_text.h - why an answer is what it is, in words. Pure. */
#ifndef TENURE_EXPLAIN_TEXT_H
#define TENURE_EXPLAIN_TEXT_H

#include "common/base/text.h"
#include "common/timeline/explain.h"
#include "sink/lookup/question.h"

/* Adds the QUESTION about ADDRESS, as PLACED, what the bindings, the unpublished pods, the GAPs, the
 * coverage and the ranges say about it, and the verdict. */
void explain_text_add(struct text *out, const char *address, const struct lookup_question *question,
		      const struct lookup_answer *placed, const struct explain *explain);

#endif
