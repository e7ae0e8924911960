/* Nodes and services hold an address from the first record that shows it to the first one
 * that does not (docs/answers.md section 4). */
#include "common/timeline/feed/feed.h"

#include "common/program/log.h"
#include "common/timeline/store/holding_state.h"

static bool held_already(const struct holding_state *holding, const struct ip *ip)
{
	for (size_t h = 0; h < holding->held_count; h++) {
		if (ip_compare(&holding->held[h].ip, ip) == 0)
			return true;
	}
	return false;
}

static int put_held(struct feed *feed, enum holder_kind kind, struct span uid,
		    const struct holding_state *holding, const struct held *held,
		    enum binding_end how)
{
	struct evidence evidence = evidence_none();

	evidence.how = how;
	evidence.start_time = holding->created;
	evidence.identity = holding->identity;
	evidence.first_received = held->first_received;
	evidence.first_known = held->first_known;
	if (how != BINDING_OPEN) {
		evidence.last_running = when_later(feed_known_before(feed), holding->shown);
		evidence.ended_received = feed->received;
	}
	return feed_put_binding(feed, &held->ip, kind, uid, held->epoch, &evidence);
}

static int open_addresses(struct feed *feed, enum holder_kind kind, struct holding_state *holding,
			  const struct address_list *addresses)
{
	for (size_t i = 0; i < addresses->count; i++) {
		struct held *held = &holding->held[holding->held_count];

		if (held_already(holding, &addresses->list[i]))
			continue;
		*held = (struct held){addresses->list[i], feed->offset, feed->received,
				      feed_known_before(feed)};
		holding->held_count++;
		if (put_held(feed, kind, span_of(feed->event->uid), holding, held, BINDING_OPEN) <
		    0)
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

		if (kept != NULL && ip_among(&held->ip, kept->list, kept->count))
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

static int take_addresses(struct feed *feed, enum holder_kind kind, struct holding_state *holding,
			  const struct address_list *addresses)
{
	struct span uid = span_of(feed->event->uid);

	if (feed->event->type == KUBE_DELETED)
		return close_addresses(feed, kind, uid, holding, NULL, end_of(kind));
	if (open_addresses(feed, kind, holding, addresses) < 0 ||
	    close_addresses(feed, kind, uid, holding, addresses, BINDING_REMOVED) < 0)
		return -1;
	holding->shown = feed->received;
	return 0;
}

/* A Node of this name is there, or no longer. */
static int feed_node_there(struct feed *feed, uint64_t node, bool there)
{
	row_key_node_there(feed->key, feed->cluster->id, node);
	text_clear(feed->value);
	if (there)
		return store_put(feed->store, feed->key, feed->value);
	return store_remove(feed->store, feed->key) < 0 ? -1 : feed_pods_without_node(feed);
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
	if (feed_node_there(feed, holding.identity, feed->event->type != KUBE_DELETED) < 0)
		goto out;
	if (take_addresses(feed, HOLDER_NODE, &holding, &node->addresses) < 0 ||
	    feed_put_names(feed, &node->names, &holding.names) < 0)
		goto out;
	text_clear(feed->value);
	row_add_pair(feed->value, node->zone, node->region);
	if (feed_put_version(feed, ROW_NODES, node->names.name, &holding.places) < 0 ||
	    feed_node_ranges(feed, node) < 0)
		goto out;
	holding_state_add(next, &holding);
	rc = 0;
out:
	holding_state_free(&holding);
	return rc;
}

static bool port_listed(const struct service_object *service, struct transport_port port)
{
	for (size_t p = 0; p < service->node_port_count; p++) {
		if (service->node_ports[p].port == port.port &&
		    service->node_ports[p].protocol == port.protocol)
			return true;
	}
	return false;
}

static bool port_open(const struct holding_state *holding, struct transport_port port)
{
	for (size_t p = 0; p < holding->port_count; p++) {
		if (holding->ports[p].port.port == port.port &&
		    holding->ports[p].port.protocol == port.protocol)
			return true;
	}
	return false;
}

/* Closes the nodePorts that SERVICE does not show; all of them if it is NULL. */
static int close_ports(struct feed *feed, struct holding_state *holding,
		       const struct service_object *service)
{
	size_t left = 0;

	for (size_t p = 0; p < holding->port_count; p++) {
		const struct open_port *port = &holding->ports[p];

		if (service != NULL && port_listed(service, port->port))
			holding->ports[left++] = *port;
		else if (cluster_close_node_port(feed->cluster, feed->store, port->number,
						 feed->received, feed->offset) < 0)
			return -1;
	}
	holding->port_count = left;
	return 0;
}

static int open_ports(struct feed *feed, struct holding_state *holding,
		      const struct service_object *service)
{
	struct text *name = feed->value;

	text_clear(name);
	text_add(name, service->names.namespace.data, service->names.namespace.length);
	text_add(name, "/", 1);
	text_add(name, service->names.name.data, service->names.name.length);
	if (name->failed) {
		log_error("timeline: out of memory for the nodePorts of a service");
		return -1;
	}
	for (size_t p = 0; p < service->node_port_count; p++) {
		struct node_port row = {
			.protocol = service->node_ports[p].protocol,
			.port = service->node_ports[p].port,
			.opened_offset = feed->offset,
			.closed_offset = OFFSET_NEVER,
			.from = feed->received,
			.to = WHEN_MAX,
		};

		if (port_open(holding, service->node_ports[p]))
			continue;
		holding->ports[holding->port_count].port = service->node_ports[p];
		holding->ports[holding->port_count++].number = feed->cluster->node_ports.count;
		if (cluster_open_node_port(feed->cluster, feed->store, &row, text_span(name)) < 0)
			return -1;
	}
	return 0;
}

int feed_service(struct feed *feed, const struct service_object *service, struct codec *body,
		 struct text *next)
{
	bool deleted = feed->event->type == KUBE_DELETED;
	struct holding_state holding;
	size_t more = service->addresses.count + service->node_port_count;
	int rc = -1;

	if (holding_state_read(feed->store, body, more, &holding) < 0)
		goto out;
	holding.created = service->created;
	if (take_addresses(feed, HOLDER_SERVICE, &holding, &service->addresses) < 0 ||
	    feed_put_names(feed, &service->names, &holding.names) < 0 ||
	    close_ports(feed, &holding, deleted ? NULL : service) < 0 ||
	    (!deleted && open_ports(feed, &holding, service) < 0))
		goto out;
	holding_state_add(next, &holding);
	rc = 0;
out:
	holding_state_free(&holding);
	return rc;
}

int feed_holding_absent(struct feed *feed, enum holder_kind kind, struct span uid,
			struct codec *body, struct text *next)
{
	struct holding_state holding;
	int rc = holding_state_read(feed->store, body, 0, &holding);

	if (rc == 0)
		rc = close_addresses(feed, kind, uid, &holding, NULL, end_of(kind));
	if (rc == 0 && kind == HOLDER_NODE)
		rc = feed_node_there(feed, holding.identity, false);
	if (rc == 0)
		rc = close_ports(feed, &holding, NULL);
	if (rc == 0)
		holding_state_add(next, &holding);
	holding_state_free(&holding);
	return rc;
}

int feed_nodes_listed(struct feed *feed)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int any;

	/* A list without nodes does not show them: pods run somewhere. */
	text_init(&prefix, 64);
	row_key_node_there(&prefix, feed->cluster->id, 0);
	prefix.length -= sizeof(uint64_t);
	scan = store_scan_begin(feed->store, &prefix, &prefix);
	any = store_scan_next(scan, &key, &value);
	store_scan_end(scan);
	text_free(&prefix);
	if (any != 1)
		return any;
	row_key_node_there(feed->key, feed->cluster->id, 0);
	text_clear(feed->value);
	return store_put(feed->store, feed->key, feed->value) < 0 ? -1
								  : feed_pods_without_node(feed);
}
