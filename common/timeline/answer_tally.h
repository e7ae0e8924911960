/* answer_tally.h - how many answers there were, by status and reason. Pure. */
#ifndef TENURE_ANSWER_TALLY_H
#define TENURE_ANSWER_TALLY_H

#include <stdint.h>

#define ANSWER_TALLY_REASONS 24 /* more than there are (docs/answers.md section 8) */

struct timeline_answer;

struct answer_tally {
	uint64_t known;
	struct answer_count {
		const char *status, *reason; /* static text; NULL after the last */
		uint64_t count;
	} others[ANSWER_TALLY_REASONS]; /* in the order in which they came up */
};

void answer_tally_add(struct answer_tally *tally, const struct timeline_answer *answer);

#endif
