#include "common/timeline/feed/feed.h"

int feed_put(struct feed *feed)
{
	return store_put(feed->store, feed->key, feed->value);
}

int feed_put_version(struct feed *feed, enum row_table table, struct span name, uint64_t *hash)
{
	uint64_t is = span_hash(text_span(feed->value));

	if (is == *hash && !feed->value->failed)
		return 0;
	if (*hash != 0 &&
	    retention_note_version(feed->cluster, feed->store, feed_ended(feed), table, name) < 0)
		return -1;
	*hash = is;
	++*generations_of(feed->generations, table, name);
	row_key_version(feed->key, table, feed->cluster->id, name, feed->offset);
	return feed_put(feed);
}

int feed_put_names(struct feed *feed, enum holder_kind kind, const struct holder_names *names,
		   uint64_t *hash)
{
	struct span uid = feed->event->uid;
	uint64_t before = *hash;

	text_clear(feed->value);
	row_add_holder(feed->value, names);
	if (feed_put_version(feed, ROW_HOLDERS, uid, hash) < 0)
		return -1;
	if (*hash == before)
		return 0;
	return name_rows_put_holder(feed->cluster, feed->store, kind, names, uid) < 0
		       ? -1
		       : retention_note_owner(feed->cluster, feed->store, names->owner_uid, uid);
}

void feed_touch(struct feed *feed, const struct ip *ip)
{
	if (feed->cache != NULL) {
		address_cache_drop(feed->cache, ip);
		sole_tenures_end(feed->sole_tenures, ip, feed->offset);
	}
}

int feed_put_binding(struct feed *feed, const struct ip *ip, enum holder_kind kind, struct span uid,
		     uint64_t epoch, const struct evidence *evidence)
{
	row_key_binding(feed->key, feed->cluster->id, ip, kind, uid, epoch, feed->offset);
	text_clear(feed->value);
	row_add_evidence(feed->value, evidence);
	feed_touch(feed, ip);
	if (evidence->how != BINDING_OPEN &&
	    retention_note_address(feed->cluster, feed->store, feed_ended(feed), ip) < 0)
		return -1;
	return feed_put(feed) < 0
		       ? -1
		       : name_rows_put_address(feed->cluster, feed->store, ROW_HELD, uid, ip);
}

struct when feed_known_before(const struct feed *feed)
{
	return when_is_min(feed->gap_from) ? feed->cluster->known : feed->gap_from;
}
