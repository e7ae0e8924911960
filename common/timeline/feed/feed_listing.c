/* The lists in what `kubectl get -w` wrote, which has no SYNC records. */
#include "common/timeline/feed/feed.h"

/* kube-apiserver keeps a watch open for at least this long (--min-request-timeout). */
#define WATCH_NS (1800 * NS_PER_SECOND)

static bool is_by_kubectl(const struct feed *feed, enum kube_resource resource)
{
	return feed->cluster->coverage[resource].begin_offset == OFFSET_NEVER;
}

/* When the watch that wrote the listing before ended at the earliest. */
static struct when watch_end(const struct listing *listing)
{
	struct when shortest = when_add(listing->before_first, WATCH_NS);

	return when_not_after(shortest, listing->greatest_received)
		       ? when_later(shortest, listing->before_received)
		       : listing->before_received;
}

int feed_end_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];
	const struct kube_event end = {
		.type = KUBE_SYNC_END, .resource = resource, .resource_version = UINT64_MAX};
	const struct gap gap = {
		.resources = 1u << resource,
		.offset = feed->offset,
		.from = watch_end(listing),
		.to = listing->greatest_received,
	};
	struct feed last = *feed;

	if (!is_by_kubectl(feed, resource))
		return 0;
	listing->is_first = false;
	if (feed->cluster->sync[resource].begin_offset == OFFSET_NEVER)
		return 0;
	last.event = &end;
	last.received = gap.to;
	last.gap_from = gap.from;
	if (cluster_add_gap(feed->cluster, feed->store, &gap) < 0 || feed_end_list(&last) < 0 ||
	    cluster_put(feed->cluster, feed->store, 1u << resource, feed->key, feed->value) < 0)
		return -1;
	/* The next record may be of an object that the end has closed. */
	return store_commit(feed->store);
}

static void begin_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];

	listing->begin_offset = feed->offset;
	listing->before_received = listing->greatest_received;
	listing->before_first = listing->first_received;
	listing->greatest_received = feed->received;
	listing->first_received = feed->received;
	feed->cluster->sync[resource].begin_offset = feed->offset;
}

int feed_listed(struct feed *feed, bool again)
{
	enum kube_resource resource = feed->event->resource;
	struct listing *listing = &feed->cluster->listing[resource];

	if (!is_by_kubectl(feed, resource))
		return 0;
	if (again) {
		if (feed_end_listing(feed, resource) < 0)
			return -1;
		begin_listing(feed, resource);
	}
	if (listing->is_first || feed->cluster->sync[resource].begin_offset != OFFSET_NEVER)
		listing->greatest_received = when_later(listing->greatest_received, feed->received);
	return listing->is_first ? cluster_add_listed(feed->cluster, feed->store, resource,
						      feed->received, feed->offset)
				 : 0;
}
