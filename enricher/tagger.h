/* tagger.h - makes the outcome of one flow: its record with the timeline's answers for both
 * ends, a correction of such a record, or the record of its rejection.
 *
 * (1) The same record, position and timeline give the same bytes.
 */
#ifndef TENURE_TAGGER_H
#define TENURE_TAGGER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/bus/bus.h"
#include "common/record/flow_endpoints.h"
#include "common/timeline/answer_tally.h"
#include "common/timeline/timeline.h"
#include "enricher/first_answer.h"
#include "enricher/tagged.h"

struct tagger_stats {
	uint64_t tagged;
	uint64_t provisional;
	uint64_t corrected, confirmed;      /* by tagger_revise() */
	uint64_t known, unknown, ambiguous; /* ends */
	struct answer_tally ends;           /* the same */
	uint64_t rejected[FAULT_REASONS];
};

struct tagger {
	struct timeline *timeline;   /* borrowed */
	const char *topic;           /* of the records that are read; borrowed */
	struct tagged_common common; /* of the last flow that was tagged */
	struct text common_json;     /* of COMMON; empty before the first flow */
	struct text record;          /* the last outcome */
	struct tagger_stats stats;
};

void tagger_init(struct tagger *tagger, struct timeline *timeline, const char *topic);
void tagger_clear(struct tagger *tagger);

/* Writes FLOW, whose ends are ENDS, with its tags as of POSITION to tagger->record.
 * PROVISIONAL is the reason, or NULL. -1 after logging, if the store or memory failed. */
int tagger_tag(struct tagger *tagger, const struct bus_record *flow,
	       const struct flow_endpoints *ends, const struct timeline_position *position,
	       const char *provisional);

/* Asks again about FLOW, a tagged record whose answer is FIRST, as of POSITION. 1: the correction is
 * in tagger->record. 0: the first answer was final and still holds. -1 as above. */
int tagger_revise(struct tagger *tagger, const struct bus_record *flow,
		  const struct flow_endpoints *ends, const struct first_answer *first,
		  const struct timeline_position *position);

/* Writes the rejection of FLOW, which was refused with FAULT, to tagger->record. -1 after
 * logging. */
int tagger_reject(struct tagger *tagger, const struct bus_record *flow, const struct fault *fault);

#endif
