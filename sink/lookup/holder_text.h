/* holder_text.h - who holds an address, in words, for a terminal. Pure.
 *
 * (1) Names come from objects that anybody may have made: a byte that does not belong on a
 *     terminal becomes '?'.
 */
#ifndef TENURE_HOLDER_TEXT_H
#define TENURE_HOLDER_TEXT_H

#include "common/base/text.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/question.h"

/* Adds a NAME by (1). */
void holder_text_name(struct text *out, struct span name);

/* Adds "pod shop/web-1 (deployment web)", "node n1" or "service shop/web". */
void holder_text_add(struct text *out, const struct named_holder *holder);

/* Adds the holder, "outside the cluster" or "unknown (gap)". An answer that assumes that the
 * address sent a packet ends with ", if it sent". */
void holder_text_answer(struct text *out, const struct timeline_answer *answer);

/* Adds ", as of T" to an answer about a moment after T, up to which the cluster is known. */
void holder_text_as_of(struct text *out, const struct lookup_answer *asked);

#endif
