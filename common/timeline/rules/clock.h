/* clock.h - what the rules take for granted, chosen by the question. */
#ifndef TENURE_CLOCK_H
#define TENURE_CLOCK_H

#include <stdint.h>

#include "common/base/when.h"

/* The evidence that starts a tenure (docs/answers.md section 3, "raw certain_from"). */
enum timeline_clock { TIMELINE_SANDBOX, TIMELINE_STARTED, TIMELINE_ENDPOINT, TIMELINE_RECEIVED };

struct assumptions {
	enum timeline_clock clock;
	int64_t hold_ns;     /* a report reaches the topic within this time */
	int64_t skew_ns;     /* two clocks differ by no more than this */
	struct when horizon; /* what ended before it is not held any more, also if it was lost */
};

#endif
