#include "common/timeline/answer_tally.h"

#include <string.h>

#include "common/timeline/timeline.h"

void answer_tally_add(struct answer_tally *tally, const struct timeline_answer *answer)
{
	const char *status = answer->status == TIMELINE_UNKNOWN ? "unknown" : "ambiguous";
	const char *reason = answer->reason != NULL ? answer->reason : "";

	if (answer->status == TIMELINE_KNOWN) {
		tally->known++;
		return;
	}
	for (size_t i = 0; i < ANSWER_TALLY_REASONS; i++) {
		struct answer_count *other = &tally->others[i];

		if (other->reason == NULL)
			*other = (struct answer_count){status, reason, 0};
		if (strcmp(other->status, status) == 0 && strcmp(other->reason, reason) == 0) {
			other->count++;
			return;
		}
	}
}
