#include "enricher/rejections.h"

#include <inttypes.h>

#include "common/program/log.h"

void rejections_see(struct episode *rejections, const char *topic, const struct bus_record *flow,
		    const struct fault *fault, struct when now)
{
	char why[FAULT_WORDS_SIZE];

	if (!episode_begins(rejections, now))
		return;
	fault_words(fault, why);
	log_warn("%s: flows are rejected: that at partition %d, offset %" PRId64
		 ": %s; --rejected has each with its reason",
		 topic, flow->partition, flow->offset, why);
}

void rejections_tend(struct episode *rejections, struct when now)
{
	if (episode_ends(rejections, now))
		log_info("no flow has been rejected for a minute: %" PRIu64 " were",
			 rejections->count);
}
