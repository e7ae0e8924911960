#include "common/timeline/feed/feed.h"

#include <stdlib.h>

#include "common/program/log.h"

/* Read completely before anything changes, since reading can fail. */
union object {
	struct pod_object pod;
	struct node_object node;
	struct service_object service;
	struct slice_object slice;
	struct range_list ranges;
	struct owner_object owner;
};

/* *REFUSED: texts inside the object that are not addresses or ranges. */
static const char *read_object(const struct feed *feed, union object *out, size_t *refused)
{
	struct kube_object *object = &feed->event->object;
	const char *why;

	*refused = 0;
	switch (feed->event->resource) {
	case KUBE_PODS:
		why = object_pod(object, feed->received, &out->pod);
		*refused = out->pod.refused;
		return why;
	case KUBE_NODES:
		why = object_node(object, &out->node);
		*refused = out->node.addresses.refused + out->node.ranges.refused +
			   out->node.subnets.refused;
		return why;
	case KUBE_SERVICES:
		why = object_service(object, &out->service);
		*refused = out->service.addresses.refused + out->service.ports.refused +
			   out->service.node_ports.refused;
		return why;
	case KUBE_ENDPOINTSLICES:
		why = object_slice(object, &out->slice);
		*refused = out->slice.ports.refused;
		return why;
	case KUBE_SERVICECIDRS:
		why = object_ranges(object, &out->ranges);
		*refused = out->ranges.refused;
		return why;
	default:
		return object_owner(object, &out->owner);
	}
}

static void free_object(enum kube_resource resource, union object *object)
{
	if (resource == KUBE_NODES)
		object_node_free(&object->node);
	else if (resource == KUBE_SERVICES)
		object_service_free(&object->service);
	else if (resource == KUBE_ENDPOINTSLICES)
		object_slice_free(&object->slice);
}

static int apply_object(struct feed *feed, union object *object, struct codec *body,
			struct text *next, const char **why)
{
	switch (feed->event->resource) {
	case KUBE_PODS:
		return feed_pod(feed, &object->pod, body, next);
	case KUBE_NODES:
		return feed_node(feed, &object->node, body, next);
	case KUBE_SERVICES:
		return feed_service(feed, &object->service, body, next);
	case KUBE_ENDPOINTSLICES:
		return feed_slice(feed, &object->slice, body, next, why);
	case KUBE_SERVICECIDRS:
		return feed_service_ranges(feed, &object->ranges);
	default:
		return feed_owner(feed, &object->owner, body, next);
	}
}

static int apply_absent(struct feed *feed, enum kube_resource resource, struct span uid,
			struct codec *body, struct text *next)
{
	switch (resource) {
	case KUBE_PODS:
		return feed_pod_absent(feed, uid, body, next);
	case KUBE_NODES:
		return feed_node_absent(feed, uid, body, next);
	case KUBE_SERVICES:
		return feed_service_absent(feed, uid, body, next);
	case KUBE_ENDPOINTSLICES:
		return feed_slice_absent(feed, uid, body, next);
	default:
		text_add(next, (const char *)body->at, body->left);
		return 0;
	}
}

/* The object UID is gone. */
static int note_gone(struct feed *feed, struct span uid, const struct object_head *head)
{
	const struct ended ended = {head->latest, feed->offset};

	return retention_note_object(feed->cluster, feed->store, ended, feed->event->resource, uid);
}

/* Puts STATE as the row of the object UID. */
static int put_state(struct feed *feed, struct span uid, const struct text *state)
{
	row_key_object(feed->key, feed->cluster->id, feed->event->resource, uid);
	return store_put(feed->store, feed->key, state);
}

/* The same for an object that was deleted, outside the rows that the end of a list goes through. */
static int put_deleted(struct feed *feed, struct span uid, const struct text *state)
{
	row_key_object(feed->key, feed->cluster->id, feed->event->resource, uid);
	if (store_remove(feed->store, feed->key) < 0)
		return -1;
	row_key_deleted(feed->key, feed->cluster->id, feed->event->resource, uid);
	return store_put(feed->store, feed->key, state);
}

/* Reads the object's state into feed->state. 1 found, 0 not, -1 after logging. */
static int get_state(struct feed *feed, struct span uid)
{
	int found;

	row_key_object(feed->key, feed->cluster->id, feed->event->resource, uid);
	found = store_get(feed->store, feed->key, feed->state);
	if (found != 0)
		return found;
	row_key_deleted(feed->key, feed->cluster->id, feed->event->resource, uid);
	return store_get(feed->store, feed->key, feed->state);
}

/* The record, which is not ADDED, is the first of its object: no list has shown it. */
static void note_unlisted(struct feed *feed)
{
	struct coverage *coverage = &feed->cluster->coverage[feed->event->resource];

	if (coverage->unlisted_offset == OFFSET_NEVER)
		coverage->unlisted_offset = feed->offset;
}

static bool is_older(const struct object_head *head, const struct kube_event *event)
{
	uint64_t revision = event->resource_version;

	if (event->type == KUBE_DELETED || revision == 0)
		return false;
	return head->absent ? revision < head->revision : revision <= head->revision;
}

/* What HEAD says in the present order: a revision of an earlier one counts as 0, and a deletion
 * in it is undone. */
static void forget_earlier_order(const struct feed *feed, struct object_head *head)
{
	if (head->seen_offset < feed->cluster->order[feed->event->resource].begin_offset) {
		head->revision = 0;
		head->deleted = false;
	}
}

static struct object_head read_head(const struct feed *feed, struct codec *codec)
{
	struct object_head head = object_head_read(codec);

	forget_earlier_order(feed, &head);
	return head;
}

/* A list shows an older state than was applied before, although the list itself is not older: the
 * cluster was restored, and its revisions were raised. */
static bool begins_order(const struct feed *feed, const struct object_head *head)
{
	const struct sync *sync = &feed->cluster->sync[feed->event->resource];
	uint64_t revision = feed->event->resource_version;

	return sync->begin_offset != OFFSET_NEVER && feed->event->type != KUBE_DELETED &&
	       revision != 0 && revision < head->revision && head->revision <= sync->revision;
}

static void see(struct feed *feed, struct object_head *head)
{
	head->seen_offset = feed->offset;
	feed->cluster->sync[feed->event->resource].has_objects = true;
}

/* A record that changes nothing still shows that the object exists. */
static enum timeline_outcome ignore(struct feed *feed, struct object_head *head,
				    const struct codec *body, enum timeline_outcome outcome)
{
	enum kube_resource resource = feed->event->resource;
	const struct sync *sync = &feed->cluster->sync[resource];
	struct text next;
	int rc;

	if (head->seen_offset >= feed->cluster->listing[resource].begin_offset &&
	    (sync->begin_offset == OFFSET_NEVER || head->seen_offset >= sync->begin_offset))
		return outcome;
	text_init(&next, feed->state->limit);
	see(feed, head);
	object_head_add(&next, head);
	text_add(&next, (const char *)body->at, body->left);
	rc = put_state(feed, feed->event->uid, &next);
	text_free(&next);
	return rc == 0 ? outcome : TIMELINE_BROKEN;
}

static int put_spelled(struct feed *feed, const union object *object, struct object_head *head)
{
	enum kube_resource resource = feed->event->resource;
	struct kube_object *source = &feed->event->object;
	struct spelled spelled = {.created = object_when(source, source->parts[PART_CREATED])};
	const char *why = NULL;
	int rc = -1;

	if (resource == KUBE_PODS)
		why = object_pod_spelled(source, &object->pod, &spelled);
	else if (resource == KUBE_NODES)
		why = object_node_spelled(source, &object->node, &spelled);
	if (why == NULL && !source->plain.failed)
		rc = feed_spelled(feed, &spelled, &head->spelled);
	else
		log_error("timeline: out of memory for an object");
	free(spelled.list);
	return rc;
}

static enum timeline_outcome apply_newer(struct feed *feed, struct object_head *head,
					 struct codec *body, const char **why)
{
	enum timeline_outcome outcome = TIMELINE_BROKEN;
	struct object_head before = *head;
	struct codec unchanged = *body;
	union object object;
	struct text next;
	size_t refused;

	*why = read_object(feed, &object, &refused);
	text_init(&next, feed->state->limit);
	if (*why == object_no_memory || feed->event->object.plain.failed) {
		log_error("timeline: out of memory for an object");
		goto out;
	}
	if (*why) {
		outcome = ignore(feed, &before, &unchanged, TIMELINE_UNREADABLE);
		goto out;
	}
	feed->addresses_refused += refused;
	if (feed->event->resource_version > head->revision)
		head->revision = feed->event->resource_version;
	see(feed, head);
	head->latest = when_later(head->latest, feed->received);
	head->absent = false;
	head->deleted = feed->event->type == KUBE_DELETED;
	head->namespace = feed->event->namespace;
	if (put_spelled(feed, &object, head) < 0)
		goto out;
	object_head_add(&next, head);
	if (apply_object(feed, &object, body, &next, why) < 0)
		goto out;
	if (*why) {
		outcome = ignore(feed, &before, &unchanged, TIMELINE_UNREADABLE);
		goto out;
	}
	if (body->failed) {
		store_damaged(feed->store, "the state of an object");
		goto out;
	}
	if (head->deleted && note_gone(feed, feed->event->uid, head) < 0)
		goto out;
	if ((head->deleted ? put_deleted(feed, feed->event->uid, &next)
			   : put_state(feed, feed->event->uid, &next)) == 0)
		outcome = TIMELINE_APPLIED;
out:
	text_free(&next);
	free_object(feed->event->resource, &object);
	return outcome;
}

enum timeline_outcome feed_object(struct feed *feed, const char **why)
{
	const struct kube_event *event = feed->event;
	const struct listing *listing = &feed->cluster->listing[event->resource];
	struct span uid = event->uid;
	struct object_head head = {0};
	struct codec body;
	int found;

	if (uid.length > UID_MAX_BYTES || event->name.length > NAME_MAX_BYTES ||
	    event->namespace.length > NAME_MAX_BYTES) {
		*why = "metadata.uid is longer than 128 bytes, or a name than 253";
		return TIMELINE_UNREADABLE;
	}
	found = get_state(feed, uid);
	if (found < 0)
		return TIMELINE_BROKEN;
	body = codec_read(text_span(feed->state));
	if (found) {
		head = read_head(feed, &body);
		if (body.failed) {
			store_damaged(feed->store, "the head of an object");
			return TIMELINE_BROKEN;
		}
	}
	if (event->type == KUBE_ADDED &&
	    feed_listed(feed, found && !head.absent && !head.deleted &&
				      head.seen_offset >= listing->begin_offset) < 0)
		return TIMELINE_BROKEN;
	if (!found && event->type != KUBE_ADDED)
		note_unlisted(feed);
	if (begins_order(feed, &head)) {
		feed_begin_order(feed, event->resource);
		forget_earlier_order(feed, &head);
	}
	if (head.deleted)
		return TIMELINE_IGNORED;
	if (found && is_older(&head, event))
		return ignore(feed, &head, &body, TIMELINE_IGNORED);
	return apply_newer(feed, &head, &body, why);
}

static bool in_scope(const struct kube_scope *scope, struct span namespace)
{
	if (scope->selective)
		return false;
	for (size_t n = 0; n < scope->namespace_count; n++) {
		if (span_equal(span_of(scope->namespaces[n]), namespace))
			return true;
	}
	return scope->namespace_count == 0;
}

/* One object's row at the end of a list. */
static int close_absent(struct feed *feed, struct span uid, struct span row)
{
	const struct sync *sync = &feed->cluster->sync[feed->event->resource];
	struct codec body = codec_read(row);
	struct object_head head = read_head(feed, &body);
	struct text next;
	int rc = -1;

	if (body.failed)
		return store_damaged(feed->store, "the head of an object");
	if (head.absent || head.seen_offset >= sync->begin_offset ||
	    head.revision > feed->event->resource_version ||
	    !in_scope(&sync->scope, head.namespace))
		return 0;
	text_init(&next, feed->state->limit);
	head.absent = true;
	head.latest = when_later(head.latest, feed->received);
	object_head_add(&next, &head);
	if (apply_absent(feed, feed->event->resource, uid, &body, &next) == 0 &&
	    note_gone(feed, uid, &head) == 0)
		rc = body.failed ? store_damaged(feed->store, "the state of an object")
				 : put_state(feed, uid, &next);
	text_free(&next);
	return rc;
}

static int close_all_absent(struct feed *feed)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, 64);
	row_key_objects(&prefix, feed->cluster->id, feed->event->resource);
	scan = store_scan_begin(feed->store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct span uid = {key.data + prefix.length, key.length - prefix.length};

		rc = close_absent(feed, uid, value);
		if (rc != 0)
			break;
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}

int feed_end_list(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;
	struct sync *sync = &feed->cluster->sync[resource];

	if (close_all_absent(feed) < 0 ||
	    (resource == KUBE_NODES && !sync->scope.selective && sync->has_objects &&
	     feed_nodes_listed(feed) < 0) ||
	    (kube_scope_is_everything(&sync->scope) &&
	     cluster_end_unread(feed->cluster, feed->store, resource, sync->begin_offset,
				feed->offset) < 0))
		return -1;
	*sync = (struct sync){.begin_offset = OFFSET_NEVER};
	return 0;
}
