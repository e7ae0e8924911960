/* A record of an interface: it makes no cluster be there, and what it contradicts is counted. */
#include "common/timeline/feed/feed.h"
#include "common/timeline/timeline_internal.h"

enum timeline_outcome timeline_apply_interface(struct timeline *timeline, struct feed *feed,
					       const char **why)
{
	struct interface_object object;
	enum timeline_outcome outcome = feed_read_interface(feed, &object, why);

	timeline->stats.addresses_refused += feed->addresses_refused;
	if (outcome != TIMELINE_APPLIED)
		return outcome;
	if (timeline_cluster_of_interface(timeline, feed->event->cluster, &feed->cluster) < 0)
		return TIMELINE_BROKEN;
	if (feed->cluster == NULL)
		return TIMELINE_IGNORED;
	if (feed->cluster == timeline->answering) {
		feed->cache = timeline->cache;
		feed->sole_tenures = timeline->sole_tenures;
	}
	outcome = feed_interface(feed, &object);
	if (outcome == TIMELINE_APPLIED &&
	    cluster_put(feed->cluster, timeline->store, 0, &timeline->key, &timeline->value) < 0)
		return TIMELINE_BROKEN;
	return outcome;
}
