#include "enricher/rejections.h"

#include <inttypes.h>

#include "common/program/log.h"

void rejections_see(struct rejections *rejections, const char *topic, const struct bus_record *flow,
		    const char *why, struct when now)
{
	rejections->last = now;
	rejections->count++;
	if (rejections->said)
		return;
	rejections->said = true;
	rejections->count = 1;
	log_warn("%s: flows are rejected: that at partition %d, offset %" PRId64
		 ": %s; --rejected has each with its reason",
		 topic, flow->partition, flow->offset, why);
}

void rejections_tend(struct rejections *rejections, struct when now)
{
	if (!rejections->said || when_since(now, rejections->last) < REJECTIONS_QUIET_NS)
		return;
	rejections->said = false;
	log_info("no flow has been rejected for a minute: %" PRIu64 " were", rejections->count);
}
