/* Owners, and the ranges of the cluster. */
#include "common/timeline/feed/feed.h"

int feed_owner(struct feed *feed, const struct owner_object *owner, struct codec *body,
	       struct text *next)
{
	uint64_t hash = owner_state_read(body);

	text_clear(feed->value);
	row_add_pair(feed->value, owner->kind, owner->name);
	if (feed_put_version(feed, ROW_OWNERS, feed->event->uid, &hash) < 0)
		return -1;
	owner_state_add(next, hash);
	return 0;
}

static int add_range(struct feed *feed, enum range_kind kind, const struct ip_range *range,
		     uint64_t node, struct when from)
{
	const struct range_row row = {kind, *range, node, feed->offset, from};

	return ranges_told(&feed->cluster->ranges, &row)
		       ? 0
		       : cluster_add_range(feed->cluster, feed->store, &row);
}

static int add_ranges(struct feed *feed, enum range_kind kind, const struct range_list *ranges,
		      uint64_t node, struct when from)
{
	for (size_t r = 0; r < ranges->count; r++) {
		if (add_range(feed, kind, &ranges->list[r], node, from) < 0)
			return -1;
	}
	return 0;
}

int feed_service_ranges(struct feed *feed, const struct range_list *ranges)
{
	return add_ranges(feed, RANGE_SERVICES, ranges, 0, WHEN_MIN);
}

int feed_node_ranges(struct feed *feed, const struct node_object *node)
{
	uint64_t name = span_hash(node->names.name);

	if (add_ranges(feed, RANGE_POD_CIDR, &node->ranges, name, node->created) < 0 ||
	    add_ranges(feed, RANGE_SUBNET, &node->subnets, name, node->created) < 0)
		return -1;
	for (size_t a = 0; a < node->addresses.count; a++) {
		const struct object_address *address = &node->addresses.list[a];
		const struct ip_range one = {address->ip, 128};

		if ((address->gateway && add_range(feed, RANGE_GATEWAY, &one, 0, WHEN_MIN) < 0) ||
		    (address->internal && add_range(feed, RANGE_INTERNAL, &one, 0, WHEN_MIN) < 0))
			return -1;
	}
	return 0;
}

int feed_spelled_range(struct feed *feed, const struct ip_range *range, struct when created)
{
	return add_range(feed, RANGE_SPELLED, range, 0, created);
}

int feed_pod_address(struct feed *feed, const struct ip *ip, uint64_t node, bool own)
{
	const struct pod_address pod = {*ip, node, feed->offset, own};

	return cluster_add_pod_address(feed->cluster, feed->store, &pod);
}
