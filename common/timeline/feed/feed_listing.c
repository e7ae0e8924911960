/* The lists in what `kubectl get -w` wrote, which has no SYNC records. */
#include "common/timeline/feed/feed.h"

/* kube-apiserver keeps a watch open for at least this long (--min-request-timeout). */
#define WATCH_NS (1800 * NS_PER_SECOND)

static bool is_by_kubectl(const struct feed *feed, enum kube_resource resource)
{
	return feed->cluster->coverage[resource].begin_offset == OFFSET_NEVER;
}

int feed_end_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];
	const struct kube_event end = {
		.type = KUBE_SYNC_END, .resource = resource, .resource_version = UINT64_MAX};
	struct feed last = *feed;

	if (!is_by_kubectl(feed, resource))
		return 0;
	listing->is_first = false;
	if (feed->cluster->sync[resource].begin_offset == OFFSET_NEVER)
		return 0;
	last.event = &end;
	last.received = listing->last_received;
	last.gap_from = listing->gap_from;
	if (feed_end_list(&last) < 0 ||
	    cluster_put(feed->cluster, feed->store, feed->key, feed->value) < 0)
		return -1;
	/* The next record may be of an object that the end has closed. */
	return store_commit(feed->store);
}

static int begin_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];
	struct when longest = when_add(listing->first_received, WATCH_NS);
	const struct gap gap = {
		.resources = 1u << resource,
		.offset = feed->offset,
		.from = when_not_after(longest, feed->received) ? longest : listing->first_received,
		.to = feed->received,
	};

	listing->begin_offset = feed->offset;
	listing->first_received = feed->received;
	listing->gap_from = gap.from;
	feed->cluster->sync[resource].begin_offset = feed->offset;
	return cluster_add_gap(feed->cluster, feed->store, &gap);
}

int feed_listed(struct feed *feed, bool again)
{
	enum kube_resource resource = feed->event->resource;
	struct listing *listing = &feed->cluster->listing[resource];

	if (!is_by_kubectl(feed, resource))
		return 0;
	if (again && (feed_end_listing(feed, resource) < 0 || begin_listing(feed, resource) < 0))
		return -1;
	listing->last_received = feed->received;
	return listing->is_first ? cluster_add_listed(feed->cluster, feed->store, resource,
						      feed->received, feed->offset)
				 : 0;
}
