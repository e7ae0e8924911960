/* sole.h - answers about an end whose only possible holder is certain, from the cache of those. */
#ifndef TENURE_SOLE_H
#define TENURE_SOLE_H

#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/timeline_internal.h"

/* Answers QUESTION if history/sole_tenures.h has what it needs; the answer is the same as without
 * it. */
bool sole_answer(struct timeline *timeline, const struct timeline_question *question,
		 struct timeline_answer *answer);
/* Caches what JUDGEMENT found about QUESTION, with the NAMES of its holder, if that is a sole tenure.
 * Without memory nothing is cached. */
void sole_keep(struct timeline *timeline, const struct timeline_question *question,
	       const struct judgement *judgement, const struct cached_names *names);

#endif
