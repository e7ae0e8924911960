#include "common/timeline/keeper.h"

#include "common/log.h"

int keeper_put(struct timeline *timeline)
{
	if (timeline->key.failed || timeline->value.failed) {
		log_error("timeline: no memory for a row");
		return -1;
	}
	store_put(timeline->store, (struct span){timeline->key.data, timeline->key.length},
		  (struct span){timeline->value.data, timeline->value.length});
	return 0;
}

uint32_t *keeper_generation(struct timeline *timeline, enum row_table table, struct span name)
{
	return &timeline->generations[(span_hash(name) + (uint64_t)table) % GENERATIONS];
}

int keeper_put_version(struct feed *feed, enum row_table table, struct span name)
{
	struct timeline *timeline = feed->timeline;

	row_key_versions(&timeline->key, table, feed->world->id, name);
	codec_add_u64(&timeline->key, feed->offset);
	++*keeper_generation(timeline, table, name);
	return keeper_put(timeline);
}

void keeper_touch(struct feed *feed, const struct ip *ip)
{
	if (feed->world == feed->timeline->answering)
		address_cache_drop(feed->timeline->cache, ip);
}

int keeper_put_binding(struct feed *feed, const struct ip *ip, enum holder_kind kind,
		       struct span uid, uint64_t epoch, const struct evidence *evidence)
{
	struct timeline *timeline = feed->timeline;

	row_key_binding(&timeline->key, feed->world->id, ip, kind, uid, epoch, feed->offset);
	text_clear(&timeline->value);
	codec_add_evidence(&timeline->value, evidence);
	keeper_touch(feed, ip);
	return keeper_put(timeline);
}
