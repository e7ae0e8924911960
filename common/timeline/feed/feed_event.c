/* The records about the watch itself, and the choice between all types. */
#include "common/timeline/feed/feed.h"

#include <string.h>

/* tenure-kube writes it when the cluster's revisions went back. */
#define NEW_ORDER "revisions_went_back"

/* A list that comes later than this after what is known was not made by the watch before it. */
#define WATCHED_NS (60 * NS_PER_SECOND)

void feed_begin_order(struct feed *feed, enum kube_resource resource)
{
	feed->cluster->order[resource] =
		(struct revision_order){feed->event->resource_version, feed->offset};
}

static enum timeline_outcome apply_gap(struct feed *feed)
{
	const struct kube_event *event = feed->event;
	struct gap gap = {
		.resources = event->resource == KUBE_RESOURCES ? ~0u : 1u << event->resource,
		.offset = feed->offset,
		.from = event->from,
		.to = event->to,
	};

	for (unsigned int r = 0; r < KUBE_RESOURCES && strcmp(event->reason, NEW_ORDER) == 0; r++) {
		if (gap.resources & 1u << r)
			feed_begin_order(feed, (enum kube_resource)r);
	}
	return feed_outcome(cluster_add_gap(feed->cluster, feed->store, &gap));
}

static enum timeline_outcome apply_progress(struct feed *feed)
{
	struct when known = feed->event->known;

	if (when_before(known, feed->cluster->known) || when_before(feed->received, known)) {
		feed->progress_refused++;
		return TIMELINE_IGNORED;
	}
	if (cluster_add_progress(feed->cluster, feed->store, known, feed->offset) < 0)
		return TIMELINE_BROKEN;
	return feed_outcome(retention_sweep(feed->cluster, feed->store));
}

/* REVISION of an object or a SYNC of RESOURCE; 0 if it is not an integer. */
static void note_revision(struct feed *feed, enum kube_resource resource, uint64_t revision)
{
	if (revision > feed->cluster->order[resource].greatest)
		feed->cluster->order[resource].greatest = revision;
}

int feed_gap_before_list(struct feed *feed, enum kube_resource resource)
{
	const struct gap gap = {
		.resources = 1u << resource,
		.offset = feed->offset,
		.from = feed->cluster->known,
		.to = feed->received,
	};

	return !when_is_min(gap.from) && when_before(when_add(gap.from, WATCHED_NS), gap.to)
		       ? cluster_add_gap(feed->cluster, feed->store, &gap)
		       : 0;
}

static enum timeline_outcome apply_sync_begin(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;
	uint64_t revision = feed->event->resource_version;

	if (feed->event->new_epoch ||
	    (revision != 0 && revision < feed->cluster->order[resource].greatest))
		feed_begin_order(feed, resource);
	note_revision(feed, resource, revision);
	feed->cluster->sync[resource] = (struct sync){
		.begin_offset = feed->offset,
		.revision = revision,
		.scope = feed->event->scope,
	};
	if (feed->cluster->coverage[resource].begin_offset == OFFSET_NEVER) {
		feed->cluster->coverage[resource].begin_offset = feed->offset;
		if (feed->cluster->listing[resource].begin_offset == 0)
			return TIMELINE_APPLIED;
	}
	return feed_outcome(feed_gap_before_list(feed, resource));
}

static enum timeline_outcome apply_sync_end(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;
	struct coverage *coverage = &feed->cluster->coverage[resource];

	note_revision(feed, resource, feed->event->resource_version);
	if (feed->cluster->sync[resource].begin_offset == OFFSET_NEVER)
		return TIMELINE_IGNORED;
	if (coverage->end_offset == OFFSET_NEVER &&
	    kube_scope_is_everything(&feed->cluster->sync[resource].scope)) {
		coverage->end_offset = feed->offset;
		coverage->end_received = feed->received;
	}
	return feed_outcome(feed_end_list(feed));
}

/* A record of a resource, before anything else is done with it. */
static int see_resource(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;
	struct coverage *coverage = &feed->cluster->coverage[resource];

	if (coverage->first_offset == OFFSET_NEVER) {
		coverage->first_offset = feed->offset;
		coverage->by_hand = feed->event->type == KUBE_ADDED;
		feed->cluster->listing[resource].greatest_received = feed->received;
		feed->cluster->listing[resource].made = feed->received;
	}
	if (feed->listed)
		feed->cluster->listing[resource].made = WHEN_MIN;
	return feed->event->type == KUBE_ADDED ? 0 : feed_watched(feed, resource);
}

enum timeline_outcome feed_event(struct feed *feed, const char **why)
{
	if (feed->event->resource != KUBE_RESOURCES && see_resource(feed) < 0)
		return TIMELINE_BROKEN;
	switch (feed->event->type) {
	case KUBE_GAP:
		return apply_gap(feed);
	case KUBE_PROGRESS:
		return apply_progress(feed);
	case KUBE_SYNC_BEGIN:
		return apply_sync_begin(feed);
	case KUBE_SYNC_END:
		return apply_sync_end(feed);
	case KUBE_BOOKMARK:
	case KUBE_ERROR:
		return TIMELINE_IGNORED;
	default:
		note_revision(feed, feed->event->resource, feed->event->resource_version);
		return feed_object(feed, why);
	}
}
