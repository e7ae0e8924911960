/* explain_text.h - why an answer is what it is, in words. Pure. */
#ifndef TENURE_EXPLAIN_TEXT_H
#define TENURE_EXPLAIN_TEXT_H

#include "common/base/text.h"
#include "common/timeline/explain.h"

/* Adds the question about ADDRESS, what the bindings, the unpublished pods, the GAPs, the
 * coverage and the ranges say about it, and the verdict. The question is about a moment: its
 * start is its end. */
void explain_text_add(struct text *out, const char *address,
		      const struct timeline_question *question, const struct explain *explain);

#endif
