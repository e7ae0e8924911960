/* future_flows.h - logs that flows end in the future, whose clock is wrong, and its end: each once. */
#ifndef TENURE_FUTURE_FLOWS_H
#define TENURE_FUTURE_FLOWS_H

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "enricher/episode.h"

/* FLOW of TOPIC is answered provisionally at NOW, because it ends at END (hold_policy_ask(), "future_flow"). */
void future_flows_see(struct episode *future, const char *topic, const struct bus_record *flow,
		      struct when end, struct when now);
/* Call it in every turn. */
void future_flows_tend(struct episode *future, struct when now);

#endif
