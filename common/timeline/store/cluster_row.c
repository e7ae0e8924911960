#include "common/timeline/store/cluster_row.h"

#include <string.h>

static void add_sync(struct text *value, const struct sync *sync)
{
	codec_add_u64(value, sync->begin_offset);
	codec_add_u64(value, sync->revision);
	codec_add_u8(value, sync->has_objects);
	codec_add_u8(value, sync->scope.selective);
	codec_add_u8(value, (unsigned)sync->scope.namespace_count);
	for (size_t n = 0; n < sync->scope.namespace_count; n++)
		codec_add_span(value, span_of(sync->scope.namespaces[n]));
}

void cluster_row_add_resource(struct text *value, const struct cluster *cluster, int resource)
{
	const struct coverage *coverage = &cluster->coverage[resource];
	const struct revision_order *order = &cluster->order[resource];
	const struct listing *listing = &cluster->listing[resource];

	codec_add_u64(value, coverage->first_offset);
	codec_add_u8(value, coverage->by_hand);
	codec_add_u64(value, coverage->unlisted_offset);
	codec_add_u64(value, coverage->begin_offset);
	codec_add_u64(value, coverage->end_offset);
	codec_add_when(value, coverage->end_received);
	codec_add_u64(value, order->greatest);
	codec_add_u64(value, order->begin_offset);
	codec_add_u8(value, listing->is_first);
	codec_add_u64(value, listing->begin_offset);
	codec_add_when(value, listing->greatest_received);
	codec_add_when(value, listing->made);
	codec_add_when(value, listing->before_received);
	codec_add_when(value, listing->before_made);
	add_sync(value, &cluster->sync[resource]);
}

void cluster_row_add(struct text *value, const struct cluster *cluster)
{
	codec_add_span(value, span_of(cluster->name));
	codec_add_u8(value, cluster->named);
	codec_add_when(value, cluster->known);
	codec_add_u64(value, cluster->coverage[0].progress_offset);
	codec_add_when(value, cluster->horizon);
	codec_add_u64(value, cluster->horizon_offset);
	codec_add_u64(value, cluster->next_number);
	codec_add_u64(value, cluster->ranges.used_offset);
	codec_add_u64(value, cluster->ranges.own_used_offset);
}

static bool read_sync(struct codec *codec, struct sync *sync)
{
	sync->begin_offset = codec_u64(codec);
	sync->revision = codec_u64(codec);
	sync->has_objects = codec_u8(codec) != 0;
	sync->scope.selective = codec_u8(codec) != 0;
	sync->scope.namespace_count = codec_u8(codec);
	if (sync->scope.namespace_count > KUBE_NAMESPACES_MAX)
		return false;
	for (size_t n = 0; n < sync->scope.namespace_count; n++) {
		struct span name = codec_span(codec);

		if (name.length >= KUBE_NAMESPACE_SIZE)
			return false;
		memcpy(sync->scope.namespaces[n], name.data, name.length);
		sync->scope.namespaces[n][name.length] = '\0';
	}
	return true;
}

bool cluster_row_read_resource(struct cluster *cluster, int resource, struct span row)
{
	struct codec codec = codec_read(row);
	struct coverage *coverage = &cluster->coverage[resource];
	struct revision_order *order = &cluster->order[resource];
	struct listing *listing = &cluster->listing[resource];

	coverage->first_offset = codec_u64(&codec);
	coverage->by_hand = codec_u8(&codec) != 0;
	coverage->unlisted_offset = codec_u64(&codec);
	coverage->begin_offset = codec_u64(&codec);
	coverage->end_offset = codec_u64(&codec);
	coverage->end_received = codec_when(&codec);
	order->greatest = codec_u64(&codec);
	order->begin_offset = codec_u64(&codec);
	listing->is_first = codec_u8(&codec) != 0;
	listing->begin_offset = codec_u64(&codec);
	listing->greatest_received = codec_when(&codec);
	listing->made = codec_when(&codec);
	listing->before_received = codec_when(&codec);
	listing->before_made = codec_when(&codec);
	return read_sync(&codec, &cluster->sync[resource]) && codec_done(&codec);
}

bool cluster_row_read(struct cluster *cluster, struct span row)
{
	struct codec codec = codec_read(row);
	struct span name = codec_span(&codec);
	uint64_t progress_offset;

	if (name.length >= sizeof(cluster->name))
		return false;
	memcpy(cluster->name, name.data, name.length);
	cluster->name[name.length] = '\0';
	cluster->named = codec_u8(&codec) != 0;
	cluster->known = codec_when(&codec);
	progress_offset = codec_u64(&codec);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		cluster->coverage[r].progress_offset = progress_offset;
	cluster_set_horizon(cluster, codec_when(&codec));
	cluster->horizon_offset = codec_u64(&codec);
	cluster->next_number = codec_u64(&codec);
	cluster->ranges.used_offset = codec_u64(&codec);
	cluster->ranges.own_used_offset = codec_u64(&codec);
	return codec_done(&codec);
}
