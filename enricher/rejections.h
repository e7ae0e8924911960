/* rejections.h - logs that flows are rejected, and that none is any more: each once. */
#ifndef TENURE_REJECTIONS_H
#define TENURE_REJECTIONS_H

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/record/fault.h"
#include "enricher/episode.h"

/* FLOW of TOPIC is rejected at NOW because of FAULT. */
void rejections_see(struct episode *rejections, const char *topic, const struct bus_record *flow,
		    const struct fault *fault, struct when now);
/* Call it in every turn. */
void rejections_tend(struct episode *rejections, struct when now);

#endif
