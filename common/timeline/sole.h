/* sole.h - the only possible holder of an end, if it is certain, from the cache of those. */
#ifndef TENURE_SOLE_H
#define TENURE_SOLE_H

#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/timeline_internal.h"

/* The holder of a known end. */
struct known_holder {
	bool certain;
	const struct named_holder *holder;
	struct span head_json, tail_json; /* as in struct timeline_answer */
	struct memberships memberships;   /* those that can be its own */
};

/* Finds who surely is the holder if history/sole_tenures.h has it. *KNOWN is borrowed until the next
 * question or record; it is what the address's history would give. */
bool sole_find(struct timeline *timeline, const struct timeline_question *question,
	       struct known_holder *known);
/* Caches what JUDGEMENT found about QUESTION, with the NAMES of its holder, if that is a sole tenure.
 * Without memory nothing is cached. */
void sole_keep(struct timeline *timeline, const struct timeline_question *question,
	       const struct judgement *judgement, const struct cached_names *names);

#endif
