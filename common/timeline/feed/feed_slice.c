/* EndpointSlices: which service lists which address (docs/answers.md section 7). */
#include "common/timeline/feed/feed.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/hash.h"
#include "common/program/log.h"
#include "common/timeline/rules/services.h"
#include "common/timeline/store/slice_state.h"

static int member_order(const void *a, const void *b)
{
	const struct slice_member *one = a, *other = b;
	int order = ip_compare(&one->ip, &other->ip);

	return order != 0 ? order : span_compare(one->uid, other->uid);
}

/* The same, and members that differ in their hostname only. */
static int sort_order(const void *a, const void *b)
{
	const struct slice_member *one = a, *other = b;
	int order = member_order(one, other);

	return order != 0 ? order : span_compare(one->hostname, other->hostname);
}

static int put_member(struct feed *feed, const struct slice_state *body,
		      const struct slice_member *member, bool closes)
{
	struct membership row = {
		.service = body->service,
		.uid = member->uid,
		.hostname = member->hostname,
		.ports = body->ports,
		.opening = member->opening,
		.closing = closes ? feed->received : WHEN_MAX,
		.opened_offset = member->opened_offset,
		.closed_offset = closes ? feed->offset : OFFSET_NEVER,
	};
	/* A later membership may still bridge the pause. */
	const struct ended ended = {
		when_add(when_later(member->opening, feed->received), SERVICES_PAUSE_NS),
		feed->offset,
	};

	row_key_membership(feed->key, feed->cluster->id, &member->ip, member->opened_offset,
			   member->number);
	text_clear(feed->value);
	row_add_membership(feed->value, &row);
	feed_touch(feed, &member->ip);
	if (closes && retention_note_address(feed->cluster, feed->store, ended, &member->ip) < 0)
		return -1;
	if (feed_put(feed) < 0)
		return -1;
	return name_rows_put_address(feed->cluster, feed->store, ROW_MEMBERS_OF, body->service,
				     &member->ip);
}

/* The endpoints of a slice, found in one walk. */
struct endpoint {
	struct value parts[ENDPOINT_PARTS];
};
struct endpoints {
	struct endpoint *list;
	size_t count, capacity;
};

/* ITEMS is absent if there are none. -1 if out of memory. */
static int find_endpoints(struct value items, struct endpoints *out)
{
	struct value_cursor cursor = object_items(items);

	for (;; out->count++) {
		if (array_grow(&out->list, &out->capacity, out->count + 1, sizeof(*out->list)) < 0)
			return -1;
		if (!object_next_endpoint(&cursor, out->list[out->count].parts))
			return 0;
	}
}

/* A hash of all that the members of a slice follow from. */
static uint64_t hash_listing(const struct slice_state *names, const struct endpoints *endpoints)
{
	uint64_t hash = hash_quick(HASH_START, names->service.data,
				   names->service.length + names->ports.length);

	for (size_t e = 0; e < endpoints->count; e++) {
		const struct value *parts = endpoints->list[e].parts;
		const struct value *addresses = &parts[ENDPOINT_ADDRESSES],
				   *uid = &parts[ENDPOINT_UID],
				   *hostname = &parts[ENDPOINT_HOSTNAME];

		hash = hash_quick(hash, addresses->bytes, addresses->length);
		hash = hash_quick(hash, uid->bytes, uid->length);
		if (hostname->length > 0)
			hash = hash_quick(hash, hostname->bytes, hostname->length);
	}
	return hash != 0 ? hash : 1;
}

/* Adds the members in ENDPOINTS. -1 if out of memory. */
static int list_members(struct kube_object *object, const struct endpoints *endpoints,
			struct slice_state *body, uint64_t *refused, const char **why)
{
	struct address_list addresses = {.count = 0};
	size_t capacity = 0;
	int rc = -1;

	for (size_t e = 0; e < endpoints->count; e++) {
		struct span uid, hostname;

		*why = object_endpoint(object, endpoints->list[e].parts, &addresses, &uid,
				       &hostname);
		if (*why) {
			rc = *why == object_no_memory ? -1 : 0;
			goto out;
		}
		if (array_grow(&body->members, &capacity, body->count + addresses.count,
			       sizeof(*body->members)) < 0)
			goto out;
		for (size_t a = 0; a < addresses.count; a++)
			body->members[body->count++] = (struct slice_member){
				.ip = addresses.list[a].ip, .uid = uid, .hostname = hostname};
		*refused += addresses.refused;
	}
	rc = object->plain.failed ? -1 : 0;
out:
	free(addresses.list);
	return rc;
}

/* Sorts the members of BODY, each once, with the first of its hostnames. */
static void sort_members(struct slice_state *body)
{
	size_t kept = 0;

	if (body->count > 1)
		qsort(body->members, body->count, sizeof(*body->members), sort_order);
	for (size_t m = 0; m < body->count; m++) {
		if (kept == 0 || member_order(&body->members[kept - 1], &body->members[m]) != 0)
			body->members[kept++] = body->members[m];
	}
	body->count = kept;
}

/* Both are sorted: what is only in OLD closes, what is only in FRESH opens; so does what has another
 * hostname. CHANGED: the service or the ports have changed, so nothing counts as being in both. */
static int put_difference(struct feed *feed, const struct slice_state *old,
			  struct slice_state *fresh, bool changed)
{
	uint32_t number = 0;
	size_t o = 0, n = 0;

	while (o < old->count || n < fresh->count) {
		int order = o == old->count ? 1
			    : n == fresh->count
				    ? -1
				    : member_order(&old->members[o], &fresh->members[n]);

		if (order == 0 && !changed &&
		    span_equal(old->members[o].hostname, fresh->members[n].hostname)) {
			fresh->members[n++] = old->members[o++];
			continue;
		}
		if (order <= 0 && put_member(feed, old, &old->members[o++], true) < 0)
			return -1;
		if (order < 0)
			continue;
		fresh->members[n].opening = feed->received;
		fresh->members[n].opened_offset = feed->offset;
		fresh->members[n].number = number++;
		if (put_member(feed, fresh, &fresh->members[n++], false) < 0)
			return -1;
	}
	return 0;
}

int feed_members(struct feed *feed, const struct slice_state *old, struct slice_state *fresh)
{
	sort_members(fresh);
	return put_difference(feed, old, fresh,
			      !span_equal(old->service, fresh->service) ||
				      !span_equal(old->ports, fresh->ports));
}

int feed_name_members(struct text *names, struct span namespace, struct span name,
		      const struct port_list *ports, struct slice_state *body)
{
	size_t length;

	text_add(names, namespace.data, namespace.length);
	text_add(names, "/", 1);
	text_add(names, name.data, name.length);
	length = names->length;
	for (size_t p = 0; p < ports->count; p++)
		row_add_port(names, ports->list[p]);
	if (names->failed) {
		log_error("timeline: out of memory for the ports of a service");
		return -1;
	}
	body->service = (struct span){names->data, length};
	body->ports = (struct span){names->data + length, names->length - length};
	return 0;
}

/* Replaces the row of the members of the slice UID by FRESH, which has only what it lists; the
 * memberships that differ are closed and opened. */
static int put_members(struct feed *feed, struct span uid, struct slice_state *fresh)
{
	struct slice_state old = {0};
	struct text row, next;
	struct codec codec;
	int rc = -1;

	text_init(&row, feed->state->limit);
	text_init(&next, feed->state->limit);
	row_key_members(feed->key, feed->cluster->id, uid);
	if (store_get(feed->store, feed->key, &row) < 0)
		goto out;
	codec = codec_read(text_span(&row));
	if (slice_state_read(feed->store, &codec, &old) < 0 || feed_members(feed, &old, fresh) < 0)
		goto out;
	slice_state_add(&next, fresh);
	row_key_members(feed->key, feed->cluster->id, uid);
	rc = fresh->count > 0 ? store_put(feed->store, feed->key, &next)
			      : store_remove(feed->store, feed->key);
out:
	text_free(&row);
	text_free(&next);
	slice_state_free(&old);
	return rc;
}

/* Like feed_slice(), with the service's name and ports in FRESH. */
static int take_slice(struct feed *feed, const struct slice_object *slice,
		      struct slice_state *fresh, struct slice_listing *listing, const char **why)
{
	bool lists = feed->event->type != KUBE_DELETED && slice->service.length > 0;
	struct endpoints endpoints = {.count = 0};
	int rc = lists ? find_endpoints(slice->endpoints, &endpoints) : 0;
	uint64_t hash = hash_listing(fresh, &endpoints);
	bool changed = hash != listing->hash;

	if (rc == 0 && changed) {
		listing->hash = hash;
		listing->refused = 0;
		rc = list_members(&feed->event->object, &endpoints, fresh, &listing->refused, why);
	}
	free(endpoints.list);
	if (rc < 0) {
		log_error("timeline: out of memory for a slice");
		return -1;
	}
	if (*why != NULL)
		return 0;
	feed->addresses_refused += listing->refused;
	return changed ? put_members(feed, feed->event->uid, fresh) : 0;
}

int feed_slice(struct feed *feed, const struct slice_object *slice, struct codec *body,
	       struct text *next, const char **why)
{
	struct slice_listing listing = slice_listing_read(body);
	struct slice_state fresh = {0};
	struct text names;
	int rc = -1;

	text_init(&names, UINT16_MAX);
	if (feed_name_members(&names, feed->event->namespace, slice->service, &slice->ports,
			      &fresh) == 0)
		rc = take_slice(feed, slice, &fresh, &listing, why);
	slice_listing_add(next, &listing);
	text_free(&names);
	slice_state_free(&fresh);
	return rc;
}

int feed_slice_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next)
{
	struct slice_state none = {.service = span_of(""), .ports = span_of("")};
	struct slice_listing listing = slice_listing_read(body);

	if (listing.hash == 0)
		return 0;
	listing = (struct slice_listing){0};
	slice_listing_add(next, &listing);
	return put_members(feed, uid, &none);
}

int feed_members_absent(struct feed *feed, struct codec *body, struct text *next)
{
	struct slice_state old = {0}, none = {.service = span_of(""), .ports = span_of("")};
	int rc = slice_state_read(feed->store, body, &old);

	if (rc == 0)
		rc = feed_members(feed, &old, &none);
	slice_state_add(next, &none);
	slice_state_free(&old);
	return rc;
}
