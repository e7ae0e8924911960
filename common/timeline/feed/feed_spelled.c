/* What a Node or a pod spells: such an address is not outside the cluster. */
#include "common/timeline/feed/feed.h"

#include "common/base/hash.h"
#include "common/timeline/store/rows.h"

/* Each record that says that it was there earlier than those before it. */
static int add_address(struct feed *feed, const struct ip *ip, struct when created)
{
	struct codec codec;
	struct when earliest = WHEN_MAX;

	row_key_spelled(feed->key, feed->cluster->id, ip);
	if (store_get(feed->store, feed->key, feed->value) < 0)
		return -1;
	codec = codec_read(text_span(feed->value));
	while (codec.left > 0 && !codec.failed) {
		codec_u64(&codec);
		earliest = codec_when(&codec);
	}
	if (codec.failed)
		return store_damaged(feed->store, "a spelled address");
	if (when_not_after(earliest, created) && !when_is_max(earliest))
		return 0;
	codec_add_u64(feed->value, feed->offset);
	codec_add_when(feed->value, created);
	feed_touch(feed, ip);
	return feed_put(feed);
}

int feed_spelled(struct feed *feed, const struct spelled *spelled, uint64_t *told)
{
	uint64_t now =
		hash_bytes(HASH_START, spelled->list, spelled->count * sizeof(spelled->list[0]));

	if (now == *told)
		return 0;
	*told = now;
	for (size_t s = 0; s < spelled->count; s++) {
		const struct ip_range *range = &spelled->list[s];

		if (range->bits == 128 ? add_address(feed, &range->base, spelled->created) < 0
				       : feed_spelled_range(feed, range, spelled->created) < 0)
			return -1;
	}
	return 0;
}
