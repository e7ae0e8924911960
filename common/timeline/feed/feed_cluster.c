/* Owners, and the ranges of the cluster. */
#include "common/timeline/feed/feed.h"

int feed_owner(struct feed *feed, const struct owner_object *owner, struct codec *body,
	       struct text *next)
{
	uint64_t hash = owner_state_read(body);

	text_clear(feed->value);
	row_add_pair(feed->value, owner->kind, owner->name);
	if (feed_put_version(feed, ROW_OWNERS, span_of(feed->event->uid), &hash) < 0)
		return -1;
	owner_state_add(next, hash);
	return 0;
}

int feed_service_ranges(struct feed *feed, const struct range_list *ranges)
{
	for (size_t r = 0; r < ranges->count; r++) {
		struct range_row row = {
			.range = ranges->list[r],
			.told_offset = feed->offset,
			.used_offset = feed->offset,
		};

		if (!ranges_told(&feed->cluster->ranges, &row.range, 0) &&
		    cluster_add_range(feed->cluster, feed->store, &row) < 0)
			return -1;
	}
	return 0;
}

/* Whether a pod of NODE has had a binding in RANGE. 1 yes, 0 no, -1 after logging. */
static int range_is_used(struct feed *feed, const struct ip_range *range, uint64_t node)
{
	struct text *prefix = feed->key, *from = feed->value;
	struct span key, value;
	struct store_scan *scan;
	int rc, used = 0;

	row_key_addresses(prefix, feed->cluster->id);
	row_key_address(from, feed->cluster->id, &range->base);
	scan = store_scan_begin(feed->store, prefix, from);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct binding_key binding;
		struct evidence evidence;
		struct ip ip;

		if (!row_address(key, &ip) || !ip_in_range(&ip, range))
			break;
		used = row_binding_key(key, &binding) && binding.kind == HOLDER_POD &&
		       row_evidence(value, &evidence) && evidence.node == node;
		if (used)
			break;
	}
	store_scan_end(scan);
	return rc < 0 ? -1 : used;
}

int feed_node_ranges(struct feed *feed, const struct node_object *node)
{
	uint64_t name = span_hash(node->names.name);

	for (size_t r = 0; r < node->ranges.count; r++) {
		struct range_row row = {
			.range = node->ranges.list[r],
			.node = name,
			.told_offset = feed->offset,
			.used_offset = OFFSET_NEVER,
		};
		int used;

		if (ranges_told(&feed->cluster->ranges, &row.range, name))
			continue;
		used = range_is_used(feed, &row.range, name);
		if (used < 0)
			return -1;
		if (used)
			row.used_offset = feed->offset;
		if (cluster_add_range(feed->cluster, feed->store, &row) < 0)
			return -1;
	}
	return 0;
}

int feed_range_use(struct feed *feed, const struct ip *ip, uint64_t node)
{
	const struct ranges *ranges = &feed->cluster->ranges;

	for (size_t r = 0; node && r < ranges->count; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->node == node && row->used_offset == OFFSET_NEVER &&
		    ip_in_range(ip, &row->range) &&
		    cluster_use_range(feed->cluster, feed->store, r, feed->offset) < 0)
			return -1;
	}
	return 0;
}
