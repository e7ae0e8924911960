#include "common/timeline/store/topic_state.h"

#include "common/timeline/store/rows.h"

#define ROW_LIMIT 4096

struct topic_state topic_state_none(void)
{
	struct topic_state state = {
		.greatest_received = WHEN_MIN,
		.first_list = -1,
		.listed_to = WHEN_MAX,
		.unread_offset = OFFSET_NEVER,
	};

	for (int r = 0; r <= KUBE_RESOURCES; r++)
		state.last_received[r] = WHEN_MIN;
	return state;
}

static int read_row(struct store *store, struct span row, struct topic_state *state)
{
	struct codec codec = codec_read(row);

	if (codec_u32(&codec) != ROWS_FORMAT)
		return 1;
	state->next_offset = (int64_t)codec_u64(&codec);
	state->last_hash = codec_u64(&codec);
	state->first_hash = codec_u64(&codec);
	state->chain = codec_u64(&codec);
	for (int r = 0; r <= KUBE_RESOURCES; r++)
		state->last_received[r] = codec_when(&codec);
	state->greatest_received = codec_when(&codec);
	state->first_list = (int64_t)codec_u64(&codec);
	state->listed_to = codec_when(&codec);
	state->unread_offset = codec_u64(&codec);
	state->listing_ended = codec_u8(&codec) != 0;
	state->made_for.retention_ns = (int64_t)codec_u64(&codec);
	state->made_for.by_name = codec_u8(&codec) != 0;
	state->made_for.kept = codec_u64(&codec);
	state->early = codec_u64(&codec);
	state->cluster_count = codec_u32(&codec);
	if (!codec_done(&codec) || state->cluster_count > CLUSTERS_MAX + UNNAMED_CLUSTERS_MAX)
		return store_damaged(store, "the row of the topic");
	return 0;
}

/* 0: the store is empty, 1: it is not; -1 after logging. */
static int has_rows(struct store *store)
{
	struct store_scan *scan;
	struct span key, value;
	struct text all;
	int rc;

	text_init(&all, ROW_LIMIT);
	scan = store_scan_begin(store, &all, &all);
	rc = store_scan_next(scan, &key, &value);
	store_scan_end(scan);
	text_free(&all);
	return rc;
}

int topic_state_load(struct store *store, struct topic_state *state)
{
	struct text key, value;
	int rc;

	*state = topic_state_none();
	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	row_key_meta(&key);
	rc = store_get(store, &key, &value);
	if (rc == 0)
		rc = has_rows(store);
	else if (rc == 1)
		rc = read_row(store, text_span(&value), state);
	text_free(&key);
	text_free(&value);
	return rc;
}

int topic_state_put(const struct topic_state *state, struct store *store, struct text *key,
		    struct text *value)
{
	row_key_meta(key);
	text_clear(value);
	codec_add_u32(value, ROWS_FORMAT);
	codec_add_u64(value, (uint64_t)state->next_offset);
	codec_add_u64(value, state->last_hash);
	codec_add_u64(value, state->first_hash);
	codec_add_u64(value, state->chain);
	for (int r = 0; r <= KUBE_RESOURCES; r++)
		codec_add_when(value, state->last_received[r]);
	codec_add_when(value, state->greatest_received);
	codec_add_u64(value, (uint64_t)state->first_list);
	codec_add_when(value, state->listed_to);
	codec_add_u64(value, state->unread_offset);
	codec_add_u8(value, state->listing_ended);
	codec_add_u64(value, (uint64_t)state->made_for.retention_ns);
	codec_add_u8(value, state->made_for.by_name);
	codec_add_u64(value, state->made_for.kept);
	codec_add_u64(value, state->early);
	codec_add_u32(value, state->cluster_count);
	return store_put(store, key, value);
}
