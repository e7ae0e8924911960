/* future_flows.h - logs that flows end in the future, whose clock is wrong, and its end: each once. */
#ifndef TENURE_FUTURE_FLOWS_H
#define TENURE_FUTURE_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"

#define FUTURE_FLOWS_QUIET_NS (60 * NS_PER_SECOND) /* without one, before it is over */

/* Zero at first. */
struct future_flows {
	bool said;
	uint64_t count;   /* since it was said */
	struct when last; /* when the last one was seen */
};

/* FLOW of TOPIC is answered provisionally at NOW, because it ends at END (hold_policy_ask(), "future_flow"). */
void future_flows_see(struct future_flows *future, const char *topic, const struct bus_record *flow,
		      struct when end, struct when now);
/* Call it in every turn. */
void future_flows_tend(struct future_flows *future, struct when now);

#endif
