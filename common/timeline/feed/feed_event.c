/* The records about the watch itself, and the choice between all types. */
#include "common/timeline/feed/feed.h"

static enum timeline_outcome apply_gap(struct feed *feed)
{
	const struct kube_event *event = feed->event;
	struct gap gap = {
		.resources = event->resource == KUBE_RESOURCES ? ~0u : 1u << event->resource,
		.offset = feed->offset,
		.from = event->from,
		.to = event->to,
	};

	return feed_outcome(cluster_add_gap(feed->cluster, feed->store, &gap));
}

static enum timeline_outcome apply_progress(struct feed *feed)
{
	struct when known = feed->event->known;

	if (when_before(known, feed->cluster->known) || when_before(feed->received, known)) {
		feed->progress_refused++;
		return TIMELINE_IGNORED;
	}
	return feed_outcome(cluster_add_progress(feed->cluster, feed->store, known, feed->offset));
}

static enum timeline_outcome apply_sync_begin(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;

	feed->cluster->sync[resource].begin_offset = feed->offset;
	feed->cluster->sync[resource].scope = feed->event->scope;
	if (feed->cluster->coverage[resource].begin_offset == OFFSET_NEVER)
		feed->cluster->coverage[resource].begin_offset = feed->offset;
	return feed_outcome(cluster_put(feed->cluster, feed->store));
}

enum timeline_outcome feed_event(struct feed *feed, const char **why)
{
	switch (feed->event->type) {
	case KUBE_GAP:
		return apply_gap(feed);
	case KUBE_PROGRESS:
		return apply_progress(feed);
	case KUBE_SYNC_BEGIN:
		return apply_sync_begin(feed);
	case KUBE_SYNC_END:
		return feed_sync_end(feed);
	default:
		return feed_object(feed, why);
	}
}
