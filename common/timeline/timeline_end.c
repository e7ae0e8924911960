/* The end of a closed topic (docs/answers.md section 1). */
#include "common/timeline/feed/feed.h"
#include "common/timeline/judge.h"
#include "common/timeline/timeline_internal.h"

/* Ends the listings that are open at the end of the topic. */
static int end_listings(struct timeline *timeline, struct cluster *cluster)
{
	struct feed feed = {
		.store = timeline->store,
		.cluster = cluster,
		.cache = cluster == timeline->answering ? timeline->cache : NULL,
		.sole_tenures = cluster == timeline->answering ? timeline->sole_tenures : NULL,
		.generations = &timeline->generations,
		.key = &timeline->key,
		.value = &timeline->value,
		.state = &timeline->state,
		.offset = (uint64_t)(timeline->topic.next_offset - 1),
		.gap_from = WHEN_MIN,
	};

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (cluster->coverage[r].begin_offset != OFFSET_NEVER ||
		    cluster->sync[r].begin_offset == OFFSET_NEVER)
			continue;
		timeline->topic.listing_ended = true;
		if (topic_state_put(&timeline->topic, timeline->store, &timeline->key,
				    &timeline->value) < 0 ||
		    feed_end_listing(&feed, (enum kube_resource)r) < 0)
			return -1;
	}
	return 0;
}

static int close_cluster(struct timeline *timeline, struct cluster *cluster)
{
	if (end_listings(timeline, cluster) < 0)
		return -1;
	return when_is_min(timeline->options.kube_until)
		       ? feed_end_watches(cluster, (uint64_t)(timeline->topic.next_offset - 1))
		       : 0;
}

int timeline_set_closed(struct timeline *timeline, bool closed)
{
	if (closed && timeline_look(timeline) < 0)
		return -1;
	timeline->closed = closed;
	sole_tenures_clear(timeline->sole_tenures);
	for (size_t c = 0; c < timeline->cluster_count; c++) {
		cluster_drop_unstored_gaps(timeline->clusters[c]);
		if (closed && close_cluster(timeline, timeline->clusters[c]) < 0)
			return -1;
	}
	return 0;
}

bool timeline_is_closed(const struct timeline *timeline)
{
	return timeline->closed;
}

bool timeline_is_final(const struct timeline *timeline)
{
	return timeline->topic.listing_ended;
}

struct when judge_watched_to(const struct timeline *timeline, const struct binding *binding,
			     uint64_t position)
{
	enum kube_resource resource = binding->kind == HOLDER_POD    ? KUBE_PODS
				      : binding->kind == HOLDER_NODE ? KUBE_NODES
								     : KUBE_SERVICES;
	const struct cluster *cluster = timeline->answering;
	int64_t hold_ns = timeline->options.hold_ns;
	struct when to = cluster->watched_to[resource];

	if (when_is_max(to) || position < cluster->watched_offset ||
	    !when_is_max(evidence_certain_to(&binding->evidence, hold_ns)))
		return WHEN_MAX;
	return when_add(to, -hold_ns - timeline->options.skew_ns);
}
