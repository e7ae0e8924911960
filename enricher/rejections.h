/* rejections.h - logs that flows are rejected, and that none is any more: each once. */
#ifndef TENURE_REJECTIONS_H
#define TENURE_REJECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"

#define REJECTIONS_QUIET_NS (60 * NS_PER_SECOND) /* without one, before it is over */

/* Zero at first. */
struct rejections {
	bool said;
	uint64_t count;   /* since it was said */
	struct when last; /* when the last one was seen */
};

/* FLOW of TOPIC is rejected at NOW because of WHY, in words. */
void rejections_see(struct rejections *rejections, const char *topic, const struct bus_record *flow,
		    const char *why, struct when now);
/* Call it in every turn. */
void rejections_tend(struct rejections *rejections, struct when now);

#endif
