#include "common/timeline/answer_tally.h"

#include <string.h>

#include "common/timeline/timeline.h"

void answer_tally_add(struct answer_tally *tally, const struct timeline_answer *answer)
{
	const char *status = answer->status == TIMELINE_UNKNOWN ? "unknown" : "ambiguous";

	if (answer->status == TIMELINE_KNOWN) {
		tally->known++;
		return;
	}
	for (size_t i = 0; i < ANSWER_TALLY_REASONS; i++) {
		struct answer_count *other = &tally->others[i];

		if (other->reason == NULL)
			*other = (struct answer_count){status, answer->reason, 0};
		if (strcmp(other->status, status) == 0 &&
		    strcmp(other->reason, answer->reason) == 0) {
			other->count++;
			return;
		}
	}
}
