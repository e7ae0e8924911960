#include "common/timeline/store/forget.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/rules/services.h"
#include "common/timeline/store/forget_interfaces.h"
#include "common/timeline/store/name_rows.h"
#include "common/timeline/store/object_state.h"
#include "common/timeline/store/owned_rows.h"

#define ROW_LIMIT (64 * 1024)

/* One binding: the rows of all of its versions. */
struct tenancy {
	uint64_t uid, epoch; /* UID is a hash */
	enum holder_kind kind;
	struct when begun; /* at the earliest, by any version */
	struct when ended; /* by its last version */
	bool gateway, shared;
	bool over; /* or all of it is terminated */
	bool past; /* the horizon, by its last version */
};

struct tenancies {
	struct tenancy *list;
	size_t count, capacity;
};

static bool starts_another(const struct tenancies *all, const struct binding_key *key)
{
	const struct tenancy *last;

	if (all->count == 0)
		return true;
	last = &all->list[all->count - 1];
	return last->kind != key->kind || last->epoch != key->epoch ||
	       last->uid != span_hash(key->uid);
}

static int add_row(const struct cluster *cluster, struct store *store, struct span row,
		   struct span value, struct tenancies *all)
{
	struct binding_key key;
	struct evidence evidence;
	struct tenancy *one;

	if (!row_binding_key(row, &key) || !row_evidence(value, &evidence))
		return store_damaged(store, "a row of an address");
	if (starts_another(all, &key)) {
		if (array_grow(&all->list, &all->capacity, all->count + 1, sizeof(*all->list)) <
		    0) {
			log_error("timeline: out of memory for the history of an address");
			return -1;
		}
		all->list[all->count++] = (struct tenancy){
			.uid = span_hash(key.uid),
			.epoch = key.epoch,
			.kind = key.kind,
			.begun = WHEN_MAX,
		};
	}
	one = &all->list[all->count - 1];
	one->begun =
		when_earlier(one->begun, when_later(evidence.start_time, evidence.previous_to));
	one->ended = evidence.ended_received;
	one->over = one->over || evidence_is_over(&evidence);
	one->shared = evidence.shared;
	one->gateway = evidence.gateway;
	one->past = evidence_is_past(&evidence, cluster->horizon) &&
		    key.offset < cluster->horizon_offset;
	return 0;
}

/* What ended after one that is not past began may be what shows that this one is over, so it stays. True if
 * one ended since the horizon. */
static bool keep_later(struct tenancies *all)
{
	struct when begun = WHEN_MAX;
	bool ended = false;

	for (size_t t = 0; t < all->count; t++) {
		const struct tenancy *one = &all->list[t];

		ended = ended || (one->over && !one->past);
		if (!one->past && !one->shared)
			begun = when_earlier(begun, one->begun);
	}
	for (size_t t = 0; t < all->count; t++) {
		struct tenancy *one = &all->list[t];

		one->past = one->past && when_before(one->ended, begun);
	}
	return ended;
}

/* The last one that is past, of those that are gateways or are not, stays. */
static void keep_last(struct tenancies *all, bool gateway)
{
	struct tenancy *last = NULL;

	for (size_t t = 0; t < all->count; t++) {
		struct tenancy *one = &all->list[t];

		if (one->past && one->gateway == gateway &&
		    (last == NULL || when_not_after(last->ended, one->ended)))
			last = one;
	}
	if (last != NULL)
		last->past = false;
}

static bool is_of_holder(const struct membership *row, const struct tenancies *all)
{
	uint64_t uid = span_hash(row->uid);
	size_t t = 0;

	while (t < all->count && (all->list[t].past || all->list[t].uid != uid))
		t++;
	return t < all->count;
}

static bool is_past_membership(const struct cluster *cluster, const struct membership *row)
{
	struct when last = when_later(row->opening, row->closing);

	return row->closed_offset < cluster->horizon_offset &&
	       when_before(when_add(last, SERVICES_PAUSE_NS), cluster->horizon);
}

static int read_bindings(const struct cluster *cluster, struct store *store,
			 const struct text *prefix, struct tenancies *all)
{
	struct store_scan *scan = store_scan_begin(store, prefix, prefix);
	struct span key, value;
	int rc;

	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		if (row_address_kind(key) == 'b' && add_row(cluster, store, key, value, all) < 0) {
			rc = -1;
			break;
		}
	}
	store_scan_end(scan);
	return rc;
}

static int remove_row(struct store *store, struct span row)
{
	struct text key;
	int rc;

	text_init(&key, ROW_LIMIT);
	text_add(&key, row.data, row.length);
	rc = store_remove(store, &key);
	text_free(&key);
	return rc;
}

/* Whether the row is to be removed; *AT is the number of the binding before. -1 after logging. */
static int is_past_row(const struct cluster *cluster, struct store *store, struct span row,
		       struct span value, const struct tenancies *all, size_t *at)
{
	struct binding_key key;
	struct membership membership;

	switch (row_address_kind(row)) {
	case 'b':
		row_binding_key(row, &key);
		while (all->list[*at].kind != key.kind || all->list[*at].epoch != key.epoch ||
		       all->list[*at].uid != span_hash(key.uid))
			++*at;
		return all->list[*at].past;
	case 'm':
		if (!row_membership(value, &membership))
			return store_damaged(store, "a row of an address");
		return is_past_membership(cluster, &membership) && !is_of_holder(&membership, all);
	default:
		return 0;
	}
}

static int forget_row(const struct cluster *cluster, struct store *store, struct span row,
		      struct span value)
{
	return remove_row(store, row) < 0 ? -1 : name_rows_remove(cluster, store, row, value);
}

/* Calls DEAL with each row that is past, or with each that is not. */
static int each_row(const struct cluster *cluster, struct store *store, const struct text *prefix,
		    const struct tenancies *all, bool past,
		    int (*deal)(const struct cluster *, struct store *, struct span, struct span))
{
	struct store_scan *scan = store_scan_begin(store, prefix, prefix);
	struct span key, value;
	size_t at = 0;
	int rc;

	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		rc = is_past_row(cluster, store, key, value, all, &at);
		if (rc < 0 || (rc == past && deal(cluster, store, key, value) < 0)) {
			rc = -1;
			break;
		}
	}
	store_scan_end(scan);
	return rc;
}

int forget_address(const struct cluster *cluster, struct store *store, const struct ip *ip)
{
	struct tenancies all = {0};
	struct text prefix;
	int rc;

	text_init(&prefix, ROW_LIMIT);
	row_key_address(&prefix, cluster->id, ip);
	rc = read_bindings(cluster, store, &prefix, &all);
	/* An interface may say when it did. */
	if (rc == 0 && !keep_later(&all))
		rc = forget_interfaces(cluster, store, ip);
	if (rc < 0)
		goto out;
	keep_last(&all, false);
	keep_last(&all, true);
	rc = each_row(cluster, store, &prefix, &all, true, forget_row);
	/* Another row of the same name may stay. */
	if (rc == 0 && cluster->by_name)
		rc = each_row(cluster, store, &prefix, &all, false, name_rows_put);
out:
	text_free(&prefix);
	free(all.list);
	return rc;
}

/* Removes the rows that the names in VALUE led to: that of the holder UID, and of a pod's owner. */
static int remove_named(const struct cluster *cluster, struct store *store, enum holder_kind kind,
			struct span uid, struct span value)
{
	struct holder_names names;

	if (!row_holder(value, &names))
		return store_damaged(store, "the names of a holder");
	if (owned_rows_remove(cluster, store, names.owner_uid, uid) < 0)
		return -1;
	return name_rows_remove_holder(cluster, store, kind, &names, uid);
}

static enum holder_kind kind_of(enum kube_resource resource)
{
	return resource == KUBE_PODS    ? HOLDER_POD
	       : resource == KUBE_NODES ? HOLDER_NODE
					: HOLDER_SERVICE;
}

/* Removes every version of UID, an object of RESOURCE, in TABLE. */
static int remove_versions(const struct cluster *cluster, struct store *store, enum row_table table,
			   enum kube_resource resource, struct span uid)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, ROW_LIMIT);
	row_key_versions(&prefix, table, cluster->id, uid);
	scan = store_scan_begin(store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		if ((table == ROW_HOLDERS &&
		     remove_named(cluster, store, kind_of(resource), uid, value) < 0) ||
		    remove_row(store, key) < 0) {
			rc = -1;
			break;
		}
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}

/* Reads the object's state into VALUE, and its key into KEY. 1 found, 0 not, -1 after logging. */
static int get_state(const struct cluster *cluster, struct store *store,
		     enum kube_resource resource, struct span uid, struct text *key,
		     struct text *value)
{
	int found;

	row_key_object(key, cluster->id, resource, uid);
	found = store_get(store, key, value);
	if (found != 0)
		return found;
	row_key_deleted(key, cluster->id, resource, uid);
	return store_get(store, key, value);
}

int forget_object(const struct cluster *cluster, struct store *store, enum kube_resource resource,
		  struct span uid)
{
	struct text key, value;
	struct object_head head;
	struct codec codec;
	bool owner;
	int rc;

	text_init(&key, ROW_LIMIT);
	text_init(&value, STATE_LIMIT);
	rc = get_state(cluster, store, resource, uid, &key, &value);
	if (rc <= 0)
		goto out;
	codec = codec_read(text_span(&value));
	head = object_head_read(&codec);
	rc = codec.failed ? store_damaged(store, "the head of an object") : 0;
	if (rc < 0 || !(head.deleted || head.absent) ||
	    when_not_after(cluster->horizon, head.latest))
		goto out;
	owner = resource == KUBE_REPLICASETS || resource == KUBE_JOBS;
	rc = owner ? owned_rows_found(cluster, store, uid) : 0;
	if (rc == 0)
		rc = store_remove(store, &key);
	if (rc == 0)
		rc = remove_versions(cluster, store, owner ? ROW_OWNERS : ROW_HOLDERS, resource,
				     uid);
out:
	text_free(&key);
	text_free(&value);
	return rc;
}

/* The row of a version, and the owner that it names; an empty key is none. */
struct version {
	struct text key, owner;
};

static int read_version(struct store *store, enum row_table table, struct span key,
			struct span value, struct version *version)
{
	struct holder_names names = {0};

	if (table == ROW_HOLDERS && !row_holder(value, &names))
		return store_damaged(store, "the names of a holder");
	text_clear(&version->key);
	text_clear(&version->owner);
	text_add(&version->key, key.data, key.length);
	text_add(&version->owner, names.owner_uid.data, names.owner_uid.length);
	if (!version->key.failed && !version->owner.failed)
		return 0;
	log_error("timeline: out of memory for the names of a holder");
	return -1;
}

/* One that stays may name the owner of one that was removed. */
static int keep_or_remove(const struct cluster *cluster, struct store *store, struct span name,
			  const struct version *version, bool keep)
{
	struct span owner = text_span(&version->owner);

	if (version->key.length == 0)
		return 0;
	if (keep)
		return owned_rows_put(cluster, store, owner, name);
	return owned_rows_remove(cluster, store, owner, name) < 0
		       ? -1
		       : store_remove(store, &version->key);
}

int forget_versions(const struct cluster *cluster, struct store *store, enum row_table table,
		    struct span name)
{
	struct version last;
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, ROW_LIMIT);
	text_init(&last.key, ROW_LIMIT);
	text_init(&last.owner, ROW_LIMIT);
	row_key_versions(&prefix, table, cluster->id, name);
	scan = store_scan_begin(store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct codec offset = codec_read(
			(struct span){key.data + prefix.length, key.length - prefix.length});
		/* The first position sees the last one. */
		bool keep = codec_u64(&offset) > cluster->horizon_offset;

		if (keep_or_remove(cluster, store, name, &last, keep) < 0 ||
		    read_version(store, table, key, value, &last) < 0) {
			rc = -1;
			break;
		}
	}
	if (rc == 0)
		rc = keep_or_remove(cluster, store, name, &last, true);
	store_scan_end(scan);
	text_free(&prefix);
	text_free(&last.key);
	text_free(&last.owner);
	return rc;
}
