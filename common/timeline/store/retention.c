#include "common/timeline/store/retention.h"

#include "common/program/log.h"
#include "common/timeline/rules/horizon.h"
#include "common/timeline/store/forget.h"
#include "common/timeline/store/forget_interfaces.h"
#include "common/timeline/store/owned_rows.h"

#define ROW_LIMIT (64 * 1024)
#define ROWS_PER_SWEEP 512

/* What was noted: the first byte of the key after the horizon. */
enum noted {
	NOTED_ADDRESS = 'a',
	NOTED_CONFIRMED = 'c',
	NOTED_RUN = 'r',
	NOTED_OBJECT = 's',
	NOTED_VERSION = 'v',
};

static void begin_key(struct text *key, const struct cluster *cluster, struct when horizon,
		      enum noted kind)
{
	text_init(key, ROW_LIMIT);
	row_key_table(key, ROW_ENDED, cluster->id);
	codec_add_when(key, horizon);
	codec_add_u8(key, kind);
}

/* One that is still to come: a row is never noted where the sweep has been. */
static struct when horizon_for(const struct cluster *cluster, struct ended ended)
{
	return horizon_after(when_later(ended.received, cluster->horizon), cluster->retention_ns);
}

/* Puts the row KEY, and frees it. */
static int put(struct store *store, struct text *key, uint64_t offset)
{
	struct text value;
	int rc;

	text_init(&value, ROW_LIMIT);
	codec_add_u64(&value, offset);
	rc = store_put(store, key, &value);
	text_free(&value);
	text_free(key);
	return rc;
}

int retention_note_address(const struct cluster *cluster, struct store *store, struct ended ended,
			   const struct ip *ip)
{
	struct text key;

	if (cluster->retention_ns == 0)
		return 0;
	begin_key(&key, cluster, horizon_for(cluster, ended), NOTED_ADDRESS);
	codec_add_ip(&key, ip);
	return put(store, &key, ended.offset);
}

int retention_note_object(const struct cluster *cluster, struct store *store, struct ended ended,
			  enum kube_resource resource, struct span uid)
{
	struct text key;

	if (cluster->retention_ns == 0)
		return 0;
	begin_key(&key, cluster, horizon_for(cluster, ended), NOTED_OBJECT);
	codec_add_u8(&key, resource);
	text_add(&key, uid.data, uid.length);
	return put(store, &key, ended.offset);
}

int retention_note_version(const struct cluster *cluster, struct store *store, struct ended ended,
			   enum row_table table, struct span name)
{
	struct text key;

	if (cluster->retention_ns == 0)
		return 0;
	begin_key(&key, cluster, horizon_for(cluster, ended), NOTED_VERSION);
	codec_add_u8(&key, table);
	text_add(&key, name.data, name.length);
	return put(store, &key, ended.offset);
}

int retention_note_confirmed(const struct cluster *cluster, struct store *store, struct ended ended,
			     uint64_t sequence)
{
	struct text key;

	if (cluster->retention_ns == 0)
		return 0;
	begin_key(&key, cluster, horizon_for(cluster, ended), NOTED_CONFIRMED);
	codec_add_u64(&key, sequence);
	return put(store, &key, ended.offset);
}

int retention_note_run(const struct cluster *cluster, struct store *store, struct when before,
		       struct when latest, uint64_t run)
{
	int64_t retention_ns = cluster->retention_ns;
	struct text key;

	if (retention_ns == 0 ||
	    (!when_is_min(before) &&
	     horizon_after(before, retention_ns).ns == horizon_after(latest, retention_ns).ns))
		return 0;
	begin_key(&key, cluster, horizon_for(cluster, (struct ended){latest, 0}), NOTED_RUN);
	codec_add_u64(&key, run);
	return put(store, &key, 0);
}

int retention_note_owner(const struct cluster *cluster, struct store *store, struct span owner,
			 struct span uid)
{
	return cluster->retention_ns == 0 ? 0 : owned_rows_put(cluster, store, owner, uid);
}

static int damaged(struct store *store)
{
	return store_damaged(store, "the row of an end");
}

/* Forgets what NOTED, the rest of a key after the horizon, says of the offset ENDED. Returns as forget.h
 * does, and adds to *ROWS if it were many. */
static int forget(const struct cluster *cluster, struct store *store, struct codec noted,
		  uint64_t ended, int *rows)
{
	enum noted kind = (enum noted)codec_u8(&noted);
	uint64_t number;
	uint8_t of;
	struct span name;
	struct ip ip;

	switch (kind) {
	case NOTED_ADDRESS:
		ip = codec_ip(&noted);
		return codec_done(&noted) ? forget_address(cluster, store, &ip) : damaged(store);
	case NOTED_CONFIRMED:
		number = codec_u64(&noted);
		return codec_done(&noted) ? forget_confirmed(cluster, store, number, ended, rows)
					  : damaged(store);
	case NOTED_RUN:
		number = codec_u64(&noted);
		return codec_done(&noted) ? forget_run(cluster, store, number) : damaged(store);
	default:
		break;
	}
	of = codec_u8(&noted);
	name = (struct span){(const char *)noted.at, noted.left};
	if (noted.failed || (kind == NOTED_OBJECT && of >= KUBE_RESOURCES))
		return damaged(store);
	return kind == NOTED_OBJECT ? forget_object(cluster, store, (enum kube_resource)of, name)
				    : forget_versions(cluster, store, (enum row_table)of, name);
}

/* Deals with the row KEY, whose value is VALUE. */
static int sweep_row(const struct cluster *cluster, struct store *store, const struct text *key,
		     struct span value, int *rows)
{
	struct codec codec = codec_read(text_span(key)), offset = codec_read(value);
	uint64_t ended = codec_u64(&offset);
	struct codec noted;
	enum noted kind;
	struct text again;
	int rc = 1;

	codec_u8(&codec);
	codec_u32(&codec);
	codec_when(&codec);
	noted = codec;
	kind = (enum noted)codec_u8(&codec);
	if (codec.failed || !codec_done(&offset))
		return damaged(store);
	if (ended < cluster->horizon_offset || kind == NOTED_CONFIRMED)
		rc = forget(cluster, store, noted, ended, rows);
	if (rc < 0 || store_remove(store, key) < 0)
		return -1;
	if (rc == 0)
		return 0;
	begin_key(&again, cluster, horizon_after(cluster->horizon, cluster->retention_ns), kind);
	text_add(&again, (const char *)codec.at, codec.left);
	return put(store, &again, ended);
}

/* The horizon in a row's key. */
static struct when horizon_in(struct span key)
{
	struct codec codec = codec_read(key);

	codec_u8(&codec);
	codec_u32(&codec);
	return codec_when(&codec);
}

/* Deals with the next rows, after those that were dealt with before. */
static int sweep_rows(struct cluster *cluster, struct store *store, const struct text *prefix)
{
	const struct text *from = cluster->swept.length > 0 ? &cluster->swept : prefix;
	struct store_scan *scan = store_scan_begin(store, prefix, from);
	struct span key, value;
	int rc;

	for (int rows = 0; (rc = store_scan_next(scan, &key, &value)) == 1; rows++) {
		if (rows >= ROWS_PER_SWEEP || when_before(cluster->horizon, horizon_in(key)))
			break;
		text_clear(&cluster->swept);
		text_add(&cluster->swept, key.data, key.length);
		rc = cluster->swept.failed
			     ? -1
			     : sweep_row(cluster, store, &cluster->swept, value, &rows);
		if (rc < 0)
			break;
	}
	if (rc == 0 || (rc == 1 && when_before(cluster->horizon, horizon_in(key))))
		cluster->sweeping = false;
	store_scan_end(scan);
	return rc < 0 ? -1 : 0;
}

int retention_sweep(struct cluster *cluster, struct store *store)
{
	struct text prefix;
	int rc = 0;

	if (cluster->retention_ns == 0 || cluster_move_horizon(cluster, store) < 0)
		return cluster->retention_ns == 0 ? 0 : -1;
	if (when_is_min(cluster->horizon))
		return 0;
	text_init(&prefix, ROW_LIMIT);
	row_key_table(&prefix, ROW_ENDED, cluster->id);
	if (cluster->sweeping)
		rc = sweep_rows(cluster, store, &prefix);
	text_free(&prefix);
	return rc < 0 ? -1 : progress_log_drop(&cluster->progress, store, cluster->horizon_offset);
}
