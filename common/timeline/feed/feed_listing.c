/* The lists in what `kubectl get -w` wrote, which has no SYNC records. */
#include "common/timeline/feed/feed.h"

/* kube-apiserver keeps a watch open for at least this long (--min-request-timeout). */
#define WATCH_NS (1800 * NS_PER_SECOND)

static bool is_by_kubectl(const struct feed *feed, enum kube_resource resource)
{
	return feed->cluster->coverage[resource].begin_offset == OFFSET_NEVER;
}

/* When a watch that was made at MADE or later, the last record of which was received at LAST, ended at the
 * earliest. */
static struct when watch_end(struct when made, struct when last)
{
	return when_later(last, when_add(made, WATCH_NS));
}

/* The end of the watch before LISTING. */
static struct when watch_end_before(const struct listing *listing)
{
	struct when end = watch_end(listing->before_made, listing->before_received);

	return when_not_after(end, listing->greatest_received) ? end : listing->before_received;
}

int feed_end_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];
	struct kube_event end = {
		.type = KUBE_SYNC_END, .resource = resource, .resource_version = UINT64_MAX};
	const struct gap gap = {
		.resources = 1u << resource,
		.offset = feed->offset,
		.from = watch_end_before(listing),
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

int feed_watched(struct feed *feed, enum kube_resource resource)
{
	struct when *greatest = &feed->cluster->listing[resource].greatest_received;

	if (feed_end_listing(feed, resource) < 0)
		return -1;
	*greatest = when_later(*greatest, feed->received);
	return 0;
}

int feed_end_watches(struct cluster *cluster, uint64_t offset)
{
	struct when made = WHEN_MIN; /* all were listed together, before which of them changed */

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (cluster->coverage[r].begin_offset != OFFSET_NEVER)
			return 0;
		made = when_later(made, cluster->listing[r].made);
	}
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct listing *listing = &cluster->listing[r];
		bool list = when_is_min(listing->made); /* which is no watch */
		const struct gap gap = {
			.resources = 1u << r,
			.offset = offset,
			.from = list ? listing->greatest_received
				     : watch_end(made, listing->greatest_received),
			.to = WHEN_MAX,
		};

		if (cluster->coverage[r].first_offset == OFFSET_NEVER)
			continue;
		if (cluster_add_unstored_gap(cluster, &gap) < 0)
			return -1;
		if (!list)
			cluster->watched_to[r] = gap.from;
	}
	cluster->watched_offset = offset;
	return 0;
}

/* A pod that was just created has no address: one that was ADDED with it was listed. */
static bool is_listed(const struct feed *feed)
{
	return feed->event->resource == KUBE_PODS && object_pod_is_published(&feed->event->object);
}

/* Whether the ADDED of a new object begins another listing. */
static bool is_next_listing(const struct feed *feed, const struct listing *listing)
{
	return !listing->is_first &&
	       feed->cluster->sync[feed->event->resource].begin_offset == OFFSET_NEVER &&
	       is_listed(feed);
}

static int begin_listing(struct feed *feed, enum kube_resource resource)
{
	struct listing *listing = &feed->cluster->listing[resource];
	int rc = listing->begin_offset == 0 ? 0 : feed_gap_before_list(feed, resource);

	listing->begin_offset = feed->offset;
	listing->before_received = listing->greatest_received;
	listing->before_made = listing->made;
	listing->greatest_received = feed->received;
	listing->made = feed->received;
	feed->cluster->sync[resource] = (struct sync){.begin_offset = feed->offset};
	return rc;
}

int feed_listed(struct feed *feed, bool again)
{
	enum kube_resource resource = feed->event->resource;
	struct listing *listing = &feed->cluster->listing[resource];

	if (!is_by_kubectl(feed, resource))
		return 0;
	if (again || is_next_listing(feed, listing)) {
		if (feed_end_listing(feed, resource) < 0 || begin_listing(feed, resource) < 0)
			return -1;
	}
	listing->greatest_received = when_later(listing->greatest_received, feed->received);
	if (!when_is_min(listing->made) && is_listed(feed))
		listing->made = when_later(listing->made, feed->received);
	return listing->is_first ? cluster_add_listed(feed->cluster, feed->store, resource,
						      feed->received, feed->offset)
				 : 0;
}
