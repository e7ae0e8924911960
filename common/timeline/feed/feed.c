#include "common/timeline/feed/feed.h"

#include "common/program/log.h"

int feed_put(struct feed *feed)
{
	return store_put(feed->store, feed->key, feed->value);
}

int feed_put_version(struct feed *feed, enum row_table table, struct span name)
{
	row_key_versions(feed->key, table, feed->cluster->id, name);
	codec_add_u64(feed->key, feed->offset);
	++*generations_of(feed->generations, table, name);
	return feed_put(feed);
}

void feed_touch(struct feed *feed, const struct ip *ip)
{
	if (feed->cache != NULL)
		address_cache_drop(feed->cache, ip);
}

int feed_put_binding(struct feed *feed, const struct ip *ip, enum holder_kind kind, struct span uid,
		     uint64_t epoch, const struct evidence *evidence)
{
	row_key_binding(feed->key, feed->cluster->id, ip, kind, uid, epoch, feed->offset);
	text_clear(feed->value);
	codec_add_evidence(feed->value, evidence);
	feed_touch(feed, ip);
	return feed_put(feed);
}
