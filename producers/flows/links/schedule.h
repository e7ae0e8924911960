/* schedule.h - when the next record of an interface is due. Pure. */
#ifndef TENURE_FLOWS_SCHEDULE_H
#define TENURE_FLOWS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

/* Zero-initialised. */
struct schedule {
	struct when next;
	int64_t interval_ns; /* up to NEXT */
	uint8_t endings;     /* how often it was said that the interface is gone */
};

/* Its next record is like a first one: others follow soon. */
void schedule_restart(struct schedule *schedule);
/* A record is made at NOW; GONE: it says that the interface is. */
void schedule_told(struct schedule *schedule, struct when now, bool gone);
/* Nothing was to be said at NOW. */
void schedule_pass(struct schedule *schedule, struct when now);
bool schedule_is_due(const struct schedule *schedule, struct when now);
/* Whether the clock that told BEFORE was set back by NOW: not only a packet has overtaken another one. */
bool schedule_is_set_back(struct when before, struct when now);

#endif
