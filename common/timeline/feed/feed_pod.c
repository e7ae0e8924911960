#include "common/timeline/feed/feed.h"

#include "common/base/hash.h"
#include "common/program/log.h"
#include "common/timeline/store/pod_state.h"

static struct arrival arrival_of(const struct feed *feed)
{
	return (struct arrival){feed->received, feed_known_before(feed), feed->offset};
}

/* last_running is evidence only once the epoch, its sandbox or all containers have ended; before that it
 * changes with every record and nothing depends on it. */
static struct evidence shown_evidence(const struct evidence *evidence)
{
	struct evidence shown = *evidence;

	if (!evidence_is_over(&shown))
		shown.last_running = WHEN_MIN;
	return shown;
}

static int put_epoch(struct feed *feed, struct span uid, const struct epoch *epoch)
{
	struct evidence shown = shown_evidence(&epoch->evidence);

	for (size_t i = 0; i < epoch->address_count; i++) {
		if (feed_put_binding(feed, &epoch->addresses[i], HOLDER_POD, uid, epoch->number,
				     &shown) < 0)
			return -1;
	}
	return 0;
}

/* The secondary addresses, of an epoch with EVIDENCE. */
static int put_secondary(struct feed *feed, struct span uid, const struct secondaries *list,
			 const struct evidence *evidence)
{
	for (size_t s = 0; s < list->count; s++) {
		const struct secondary *one = &list->list[s];
		struct evidence own = secondary_evidence(evidence, one);

		if (feed_put_binding(feed, &one->ip, HOLDER_POD, uid, one->number, &own) < 0)
			return -1;
	}
	return 0;
}

/* What the record shows of them, or no longer. WAS: the evidence before the record. */
static int update_secondary(struct feed *feed, struct span uid, const struct pod_record *record,
			    const struct evidence *was, struct pod_state *body)
{
	const struct arrival arrival = arrival_of(feed);
	struct secondaries gone;
	size_t before = body->secondary.count;

	secondary_update(&body->secondary, record->secondary, record->secondary_count, &arrival,
			 &gone);
	for (size_t g = 0; g < gone.count; g++) {
		const struct secondary *one = &gone.list[g];
		struct evidence end = secondary_gone(was, one, &arrival);

		if (feed_put_binding(feed, &one->ip, HOLDER_POD, uid, one->number, &end) < 0)
			return -1;
	}
	if (gone.count == 0 && body->secondary.count == before)
		return 0;
	return put_secondary(feed, uid, &body->secondary, &body->fold.epoch.evidence);
}

static int put_changes(struct feed *feed, struct span uid, const struct pod_fold *before,
		       const struct pod_state *body)
{
	const struct pod_fold *after = &body->fold;
	const struct epoch *was_epoch = &before->epoch, *is_epoch = &after->epoch;
	bool begun =
		after->has_epoch && (!before->has_epoch || was_epoch->number != is_epoch->number);
	struct evidence was, is;

	if (!after->has_epoch)
		return 0;
	was = shown_evidence(&was_epoch->evidence);
	is = shown_evidence(&is_epoch->evidence);
	if (!begun && was_epoch->address_count == is_epoch->address_count &&
	    evidence_equal(&was, &is))
		return 0;
	return put_epoch(feed, uid, is_epoch) < 0
		       ? -1
		       : put_secondary(feed, uid, &body->secondary, &is_epoch->evidence);
}

/* Tells the cluster's ranges where the pod has its addresses. */
static int put_addresses(struct feed *feed, const struct pod_object *pod, uint64_t *told)
{
	const struct pod_record *record = &pod->record;
	uint64_t now = hash_bytes(HASH_START, record->addresses,
				  record->address_count * sizeof(record->addresses[0]));

	now = hash_bytes(now, record->secondary,
			 record->secondary_count * sizeof(record->secondary[0]));
	now = hash_bytes(now, &record->node, sizeof(record->node));
	now = hash_bytes(now, &record->published, sizeof(record->published));
	if (now == *told)
		return 0;
	*told = now;
	for (size_t a = 0; a < record->address_count; a++) {
		if (feed_pod_address(feed, &record->addresses[a], record->node, record->published) <
		    0)
			return -1;
	}
	for (size_t a = 0; a < record->secondary_count; a++) {
		if (feed_pod_address(feed, &record->secondary[a], record->node, false) < 0)
			return -1;
	}
	return 0;
}

static int add_statement(struct feed *feed, struct span uid, const struct unpublished *one)
{
	const struct unpublished_pod row = {
		.holder = span_hash(uid),
		.opened_offset = feed->offset,
		.hidden_offset = OFFSET_NEVER,
		.node = one->node,
		.released = one->released,
		.from = one->from,
		.until = one->until,
		.dead = one->dead,
		.held_known = one->held_known,
	};

	return cluster_add_unpublished(feed->cluster, feed->store, &row);
}

/* A statement that changed is hidden from here on, and replaced by another one. */
static int put_unpublished(struct feed *feed, struct span uid, const struct unpublished *before,
			   struct pod_state *body)
{
	const struct unpublished *after = &body->fold.unpublished;

	if (body->fold.before.there && add_statement(feed, uid, &body->fold.before) < 0)
		return -1;

	if (before->there == after->there &&
	    (!after->there ||
	     (before->from.ns == after->from.ns && before->until.ns == after->until.ns &&
	      before->dead.ns == after->dead.ns && before->held_known.ns == after->held_known.ns &&
	      before->released == after->released && before->node == after->node)))
		return 0;
	if (before->there && cluster_hide_unpublished(feed->cluster, feed->store,
						      body->unpublished_number, feed->offset) < 0)
		return -1;
	body->unpublished_number = OFFSET_NEVER;
	if (!after->there)
		return 0;
	body->unpublished_number = feed->cluster->next_number;
	return add_statement(feed, uid, after);
}

/* Whether a Node of this name is there, by its row. LISTED: a whole list would have shown it. 1, 0,
 * or -1 after logging. */
static int node_is_there(struct feed *feed, uint64_t node, bool listed)
{
	int found;

	row_key_node_there(feed->key, feed->cluster->id, node);
	found = store_get(feed->store, feed->key, feed->value);
	if (found == 1)
		return feed->value->length > 0;
	return found < 0 ? -1 : !listed;
}

static int are_nodes_listed(struct feed *feed)
{
	row_key_node_there(feed->key, feed->cluster->id, 0);
	return store_get(feed->store, feed->key, feed->value);
}

/* An annotation that a pod was created with is that of the pod that it is a copy of. */
static void drop_copied(struct pod_object *pod, struct pod_state *body)
{
	struct pod_record *record = &pod->record;
	unsigned good = 0;
	size_t left = 0;

	for (size_t a = 0; a < POD_ANNOTATIONS_MAX; a++) {
		if (pod->accepted && pod->annotations[a] != body->stale[a])
			good |= 1u << a;
		if (!pod->accepted && pod->annotations[a] != 0)
			body->stale[a] = pod->annotations[a];
	}
	if (!pod->annotated)
		return;
	for (size_t a = 0; a < record->address_count; a++) {
		if (pod->annotated_by[a] & good)
			record->addresses[left++] = record->addresses[a];
	}
	record->address_count = left;
	if (left == 0)
		record->secondary_count = 0;
}

/* Folds the record into BODY, and puts the epochs. */
static int put_epochs(struct feed *feed, struct span uid, struct pod_record *record,
		      struct pod_state *body)
{
	const struct pod_fold before = body->fold;
	const struct arrival arrival = arrival_of(feed);
	bool open = before.has_epoch && before.epoch.evidence.how == BINDING_OPEN, begun;
	struct epoch ended;

	if (pod_fold_record(&body->fold, record, feed->event->type == KUBE_DELETED, &arrival,
			    &ended) &&
	    open &&
	    (put_epoch(feed, uid, &ended) < 0 ||
	     put_secondary(feed, uid, &body->secondary, &ended.evidence) < 0))
		return -1;
	begun = body->fold.has_epoch &&
		(!before.has_epoch || before.epoch.number != body->fold.epoch.number);
	if (begun)
		body->secondary.count = 0;
	if (put_changes(feed, uid, &before, body) < 0)
		return -1;
	return record->address_count > 0 && (begun || open)
		       ? update_secondary(feed, uid, record, &before.epoch.evidence, body)
		       : 0;
}

/* Adds the labels and annotations that are kept to the names of POD. -1 after logging. */
static int keep_values(struct feed *feed, struct pod_object *pod)
{
	struct kube_object *object = &feed->event->object;

	if (feed->labels->count + feed->annotations->count == 0)
		return 0;
	object_kept(object, object->parts[PART_LABELS], feed->labels, feed->labels_json,
		    &feed->values_refused);
	object_kept(object, object->parts[PART_ANNOTATIONS], feed->annotations,
		    feed->annotations_json, &feed->values_refused);
	if (feed->labels_json->failed || feed->annotations_json->failed || object->plain.failed) {
		log_error("timeline: out of memory for the labels of a pod");
		return -1;
	}
	pod->names.labels = text_span(feed->labels_json);
	pod->names.annotations = text_span(feed->annotations_json);
	return 0;
}

int feed_pod(struct feed *feed, struct pod_object *pod, struct codec *codec, struct text *next)
{
	struct span uid = feed->event->uid;
	struct pod_state body = pod_state_read(codec);
	struct unpublished before = body.fold.unpublished;
	int listed, there;

	if (pod->host_network) {
		pod_state_add(next, &body);
		return 0;
	}
	listed = are_nodes_listed(feed);
	there = listed < 0 || pod->record.node == 0
			? 1
			: node_is_there(feed, pod->record.node, listed == 1);
	if (listed < 0 || there < 0)
		return -1;
	pod->record.node_gone = there == 0;
	drop_copied(pod, &body);
	if (put_epochs(feed, uid, &pod->record, &body) < 0 ||
	    put_unpublished(feed, uid, &before, &body) < 0 ||
	    put_addresses(feed, pod, &body.addresses) < 0 || keep_values(feed, pod) < 0 ||
	    feed_put_names(feed, HOLDER_POD, &pod->names, &body.names) < 0)
		return -1;
	pod_state_add(next, &body);
	return 0;
}

int feed_pod_absent(struct feed *feed, struct span uid, struct codec *codec, struct text *next)
{
	struct pod_state body = pod_state_read(codec);
	struct pod_fold before = body.fold;
	struct arrival arrival = arrival_of(feed);

	pod_fold_absent(&body.fold, &arrival);
	if (put_changes(feed, uid, &before, &body) < 0 ||
	    put_unpublished(feed, uid, &before.unpublished, &body) < 0)
		return -1;
	pod_state_add(next, &body);
	return 0;
}

/* One pod's row. GONE: the Node that went away with this record, which the store still shows; 0:
 * those that a whole list of nodes did not show. */
static int lose_if_gone(struct feed *feed, uint64_t gone, struct span uid, struct span row)
{
	struct arrival arrival = arrival_of(feed);
	struct codec codec = codec_read(row);
	struct object_head head = object_head_read(&codec);
	struct pod_state body = pod_state_read(&codec);
	struct pod_fold before = body.fold;
	uint64_t node = body.fold.epoch.evidence.node;
	struct text next;
	int rc = -1, there;

	if (codec.failed)
		return store_damaged(feed->store, "the state of a pod");
	if (!body.fold.has_epoch || body.fold.epoch.evidence.how != BINDING_OPEN || node == 0)
		return 0;
	there = gone != 0 ? node != gone : node_is_there(feed, node, true);
	if (there != 0)
		return there < 0 ? -1 : 0;
	pod_fold_node_gone(&body.fold, &arrival);
	head.latest = when_later(head.latest, feed->received);
	text_init(&next, feed->state->limit);
	if (put_changes(feed, uid, &before, &body) == 0 &&
	    put_unpublished(feed, uid, &before.unpublished, &body) == 0) {
		object_head_add(&next, &head);
		pod_state_add(&next, &body);
		row_key_object(feed->key, feed->cluster->id, KUBE_PODS, uid);
		rc = store_put(feed->store, feed->key, &next);
	}
	text_free(&next);
	return rc;
}

int feed_pods_without_node(struct feed *feed, uint64_t gone)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, 64);
	row_key_objects(&prefix, feed->cluster->id, KUBE_PODS);
	scan = store_scan_begin(feed->store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct span uid = {key.data + prefix.length, key.length - prefix.length};

		rc = lose_if_gone(feed, gone, uid, value);
		if (rc != 0)
			break;
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}
