/* Nodes and services hold an address from the first record that shows it to the first one
 * that does not (docs/answers.md section 4). */
#include "common/timeline/feed/feed.h"

#include "common/program/log.h"
#include "common/timeline/store/holding_state.h"

static struct held *find_held(const struct holding_state *holding, const struct ip *ip)
{
	for (size_t h = 0; h < holding->held_count; h++) {
		if (ip_compare(&holding->held[h].ip, ip) == 0)
			return &holding->held[h];
	}
	return NULL;
}

static int put_held(struct feed *feed, enum holder_kind kind, struct span uid,
		    const struct holding_state *holding, const struct held *held,
		    enum binding_end how)
{
	struct evidence evidence = evidence_none();

	evidence.how = how;
	evidence.shared = held->shared;
	evidence.gateway = held->gateway;
	/* A node has an address before that is written; its InternalIP long before, by a cloud's controller. */
	if (kind == HOLDER_NODE)
		evidence.previous_known = held->internal ? WHEN_MIN : held->lacked;
	else
		evidence.previous_to = held->lacked;
	evidence.start_time = holding->created;
	evidence.identity = held->internal ? holding->identity : 0;
	evidence.first_received = held->first_received;
	evidence.first_known = held->first_known;
	if (how != BINDING_OPEN) {
		evidence.last_running = when_later(feed_known_before(feed), holding->shown);
		evidence.ended_received = feed->received;
	}
	return feed_put_binding(feed, &held->ip, kind, uid, held->epoch, &evidence);
}

/* Known before this record, if an earlier one lacked IP. */
static struct when lacked_until(const struct feed *feed, const struct holding_state *holding,
				const struct ip *ip)
{
	return holding->seen && !ip_among(ip, holding->always, holding->always_count)
		       ? feed_known_before(feed)
		       : WHEN_MIN;
}

/* Of a record without a time of its own, the only bound is that it came after another one. */
static struct when first_received(const struct feed *feed, const struct holding_state *holding)
{
	return holding->seen && feed->received_is_last ? WHEN_MAX : feed->received;
}

static int open_addresses(struct feed *feed, enum holder_kind kind, struct holding_state *holding,
			  const struct address_list *addresses)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const struct object_address *address = &addresses->list[i];
		struct held *held = find_held(holding, &address->ip);

		if (held != NULL && held->shared == address->shared &&
		    held->gateway == address->gateway && held->internal == address->internal)
			continue;
		if (held == NULL) {
			held = &holding->held[holding->held_count++];
			*held = (struct held){
				.ip = address->ip,
				.epoch = feed->offset,
				.first_received = first_received(feed, holding),
				.first_known = feed_known_before(feed),
				.lacked = lacked_until(feed, holding, &address->ip),
			};
		}
		held->shared = address->shared;
		held->gateway = address->gateway;
		held->internal = address->internal;
		if (put_held(feed, kind, feed->event->uid, holding, held, BINDING_OPEN) < 0)
			return -1;
	}
	return 0;
}

/* Closes the addresses that are not in KEPT; all of them if it is NULL. */
static int close_addresses(struct feed *feed, enum holder_kind kind, struct span uid,
			   struct holding_state *holding, const struct address_list *kept,
			   enum binding_end how)
{
	size_t left = 0;

	for (size_t h = 0; h < holding->held_count; h++) {
		const struct held *held = &holding->held[h];

		if (kept != NULL && object_address_listed(kept, &held->ip))
			holding->held[left++] = *held;
		else if (put_held(feed, kind, uid, holding, held, how) < 0)
			return -1;
	}
	holding->held_count = left;
	return 0;
}

/* A deleted node may still be running; a deleted service is gone. */
static enum binding_end end_of(enum holder_kind kind)
{
	return kind == HOLDER_NODE ? BINDING_LOST : BINDING_REMOVED;
}

/* What every record has shown, this one too. */
static void keep_always(struct holding_state *holding, const struct address_list *addresses)
{
	size_t left = 0;

	for (size_t a = 0; !holding->seen && a < addresses->count; a++)
		holding->always[holding->always_count++] = addresses->list[a].ip;
	for (size_t a = 0; a < holding->always_count; a++) {
		if (object_address_listed(addresses, &holding->always[a]))
			holding->always[left++] = holding->always[a];
	}
	holding->always_count = left;
}

int feed_holding(struct feed *feed, enum holder_kind kind, struct holding_state *holding,
		 const struct address_list *addresses)
{
	struct span uid = feed->event->uid;

	if (feed->event->type == KUBE_DELETED) {
		keep_always(holding, addresses);
		return close_addresses(feed, kind, uid, holding, NULL, end_of(kind));
	}
	if (open_addresses(feed, kind, holding, addresses) < 0 ||
	    close_addresses(feed, kind, uid, holding, addresses, BINDING_REMOVED) < 0)
		return -1;
	keep_always(holding, addresses);
	holding->shown = feed->received;
	return 0;
}

/* The Node UID is there under its name, or no longer. Another one may have taken the name since. */
static int feed_node_there(struct feed *feed, struct span uid, uint64_t node, bool there)
{
	int found;

	row_key_node_there(feed->key, feed->cluster->id, node);
	if (there) {
		text_clear(feed->value);
		text_add(feed->value, uid.data, uid.length);
		return store_put(feed->store, feed->key, feed->value);
	}
	found = store_get(feed->store, feed->key, feed->value);
	if (found < 0 || (found == 1 && !span_equal(text_span(feed->value), uid)))
		return found < 0 ? -1 : 0;
	text_clear(feed->value);
	return store_put(feed->store, feed->key, feed->value) < 0
		       ? -1
		       : feed_pods_without_node(feed, node);
}

/* A Node without InternalIP may have any address that is nobody's. */
static int state_unaddressed(struct feed *feed, struct span uid, struct holding_state *holding,
			     bool unaddressed)
{
	const struct unpublished_pod row = {
		.holder = span_hash(uid),
		.machine = true,
		.opened_offset = feed->offset,
		.hidden_offset = OFFSET_NEVER,
		.from = holding->created,
		.until = WHEN_MAX,
		.dead = WHEN_MAX,
		.held_known = WHEN_MIN,
	};

	if (unaddressed == (holding->unaddressed_number != OFFSET_NEVER))
		return 0;
	if (!unaddressed) {
		uint64_t number = holding->unaddressed_number;

		holding->unaddressed_number = OFFSET_NEVER;
		return cluster_hide_unpublished(feed->cluster, feed->store, number, feed->offset);
	}
	holding->unaddressed_number = feed->cluster->next_number;
	return cluster_add_unpublished(feed->cluster, feed->store, &row);
}

static bool has_internal(const struct node_object *node)
{
	for (size_t a = 0; a < node->addresses.count; a++) {
		if (node->addresses.list[a].internal)
			return true;
	}
	return false;
}

int feed_node(struct feed *feed, const struct node_object *node, struct codec *body,
	      struct text *next)
{
	struct holding_state holding;
	int rc = -1;

	if (holding_state_read(feed->store, body, node->addresses.count, &holding) < 0)
		goto out;
	holding.created = node->created;
	holding.identity = span_hash(node->names.name);
	if (feed_node_there(feed, feed->event->uid, holding.identity,
			    feed->event->type != KUBE_DELETED) < 0)
		goto out;
	if (feed_holding(feed, HOLDER_NODE, &holding, &node->addresses) < 0 ||
	    feed_put_names(feed, HOLDER_NODE, &node->names, &holding.names) < 0)
		goto out;
	text_clear(feed->value);
	row_add_pair(feed->value, node->zone, node->region);
	if (feed_put_version(feed, ROW_NODES, node->names.name, &holding.places) < 0 ||
	    feed_node_ranges(feed, node) < 0 ||
	    state_unaddressed(feed, feed->event->uid, &holding,
			      feed->event->type != KUBE_DELETED && !has_internal(node)) < 0)
		goto out;
	holding_state_add(next, &holding);
	rc = 0;
out:
	holding_state_free(&holding);
	return rc;
}

int feed_holding_close(struct feed *feed, enum holder_kind kind, struct span uid,
		       struct holding_state *holding)
{
	return close_addresses(feed, kind, uid, holding, NULL, end_of(kind));
}

int feed_node_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next)
{
	struct holding_state holding;
	int rc = holding_state_read(feed->store, body, 0, &holding);

	if (rc == 0)
		rc = feed_holding_close(feed, HOLDER_NODE, uid, &holding);
	if (rc == 0)
		rc = feed_node_there(feed, uid, holding.identity, false);
	if (rc == 0)
		rc = state_unaddressed(feed, uid, &holding, false);
	if (rc == 0)
		holding_state_add(next, &holding);
	holding_state_free(&holding);
	return rc;
}

int feed_nodes_listed(struct feed *feed)
{
	row_key_node_there(feed->key, feed->cluster->id, 0);
	text_clear(feed->value);
	return store_put(feed->store, feed->key, feed->value) < 0 ? -1
								  : feed_pods_without_node(feed, 0);
}
