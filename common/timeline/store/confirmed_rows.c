#include "common/timeline/store/confirmed_rows.h"

#include "common/timeline/store/rows.h"

#define KEY_LIMIT 64

static void make_key(struct text *key, const struct cluster *cluster, uint64_t sequence,
		     uint64_t offset)
{
	row_key_numbered(key, ROW_CONFIRMED, cluster->id, sequence);
	codec_add_u64(key, ~offset); /* a scan begins with the last one */
}

int confirmed_rows_put(const struct cluster *cluster, struct store *store, uint64_t sequence,
		       uint64_t offset, struct when at)
{
	struct text key, value;
	int rc;

	text_init(&key, KEY_LIMIT);
	text_init(&value, KEY_LIMIT);
	make_key(&key, cluster, sequence, offset);
	codec_add_when(&value, at);
	rc = store_put(store, &key, &value);
	text_free(&key);
	text_free(&value);
	return rc;
}

/* The rows of SEQUENCE up to OFFSET, the last one first. */
static struct store_scan *begin(const struct cluster *cluster, struct store *store,
				uint64_t sequence, uint64_t offset)
{
	struct store_scan *scan;
	struct text prefix, from;

	text_init(&prefix, KEY_LIMIT);
	text_init(&from, KEY_LIMIT);
	row_key_numbered(&prefix, ROW_CONFIRMED, cluster->id, sequence);
	make_key(&from, cluster, sequence, offset);
	scan = store_scan_begin(store, &prefix, &from);
	text_free(&prefix);
	text_free(&from);
	return scan;
}

int confirmed_rows_find(const struct cluster *cluster, struct store *store, uint64_t sequence,
			uint64_t position, struct when *at)
{
	struct store_scan *scan = begin(cluster, store, sequence, position);
	struct span key, value;
	struct codec codec;
	int rc = store_scan_next(scan, &key, &value);

	*at = WHEN_MIN;
	if (rc == 1) {
		codec = codec_read(value);
		*at = codec_when(&codec);
		rc = codec_done(&codec) ? 0 : store_damaged(store, "a row of a meter");
	}
	store_scan_end(scan);
	return rc;
}

int confirmed_rows_forget(const struct cluster *cluster, struct store *store, uint64_t sequence,
			  uint64_t offset)
{
	struct store_scan *scan = begin(cluster, store, sequence, offset);
	struct span found, value;
	struct text key;
	int rc, count = 0;

	text_init(&key, KEY_LIMIT);
	while ((rc = store_scan_next(scan, &found, &value)) == 1) {
		text_clear(&key);
		text_add(&key, found.data, found.length);
		rc = store_remove(store, &key);
		if (rc < 0)
			break;
		count++;
	}
	store_scan_end(scan);
	text_free(&key);
	return rc < 0 ? -1 : count;
}
