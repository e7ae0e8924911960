/* Services: their addresses, their nodePorts, and the memberships of the addresses that others may
 * have too (docs/answers.md sections 4 and 7). */
#include "common/timeline/feed/feed.h"

#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/store/holding_state.h"
#include "common/timeline/store/slice_state.h"

static bool same_port(struct transport_port a, struct transport_port b)
{
	return a.port == b.port && a.protocol == b.protocol;
}

static bool port_listed(const struct service_object *service, struct transport_port port)
{
	for (size_t p = 0; p < service->node_ports.count; p++) {
		if (same_port(service->node_ports.list[p], port))
			return true;
	}
	return false;
}

static bool port_open(const struct holding_state *holding, struct transport_port port)
{
	for (size_t p = 0; p < holding->port_count; p++) {
		if (same_port(holding->ports[p].port, port))
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
		      const struct service_object *service, struct span name)
{
	for (size_t p = 0; p < service->node_ports.count; p++) {
		struct node_port row = {
			.protocol = service->node_ports.list[p].protocol,
			.port = service->node_ports.list[p].port,
			.opened_offset = feed->offset,
			.closed_offset = OFFSET_NEVER,
			.from = feed->received,
			.to = WHEN_MAX,
		};

		if (port_open(holding, service->node_ports.list[p]))
			continue;
		holding->ports[holding->port_count].port = service->node_ports.list[p];
		holding->ports[holding->port_count++].number = feed->cluster->next_number;
		if (cluster_open_node_port(feed->cluster, feed->store, &row, name) < 0)
			return -1;
	}
	return 0;
}

/* The memberships of the shared addresses that SERVICE shows. -1 if out of memory. */
static int list_members(const struct feed *feed, const struct service_object *service,
			struct slice_state *fresh)
{
	fresh->members = calloc(service->addresses.count + 1, sizeof(*fresh->members));
	if (fresh->members == NULL)
		return -1;
	for (size_t a = 0; a < service->addresses.count; a++) {
		const struct object_address *address = &service->addresses.list[a];

		if (address->shared)
			fresh->members[fresh->count++] =
				(struct slice_member){.ip = address->ip, .uid = feed->event->uid};
	}
	return 0;
}

/* Reads the memberships that were open before from BODY, and adds those after to NEXT. */
static int take_members(struct feed *feed, const struct service_object *service,
			struct slice_state *fresh, struct codec *body, struct text *next)
{
	struct slice_state old = {0};
	int rc = slice_state_read(feed->store, body, &old);

	if (rc == 0 && feed->event->type != KUBE_DELETED &&
	    list_members(feed, service, fresh) < 0) {
		log_error("timeline: out of memory for the addresses of a service");
		rc = -1;
	}
	if (rc == 0)
		rc = feed_members(feed, &old, fresh);
	if (rc == 0)
		slice_state_add(next, fresh);
	slice_state_free(&old);
	return rc;
}

/* Like feed_service(), with the service's name and ports in FRESH. */
static int take_service(struct feed *feed, const struct service_object *service,
			struct slice_state *fresh, struct codec *body, struct text *next)
{
	bool deleted = feed->event->type == KUBE_DELETED;
	struct holding_state holding;
	size_t more = service->addresses.count + service->node_ports.count;
	int rc = -1;

	if (holding_state_read(feed->store, body, more, &holding) < 0)
		goto out;
	holding.created = service->created;
	if (feed_holding(feed, HOLDER_SERVICE, &holding, &service->addresses) < 0 ||
	    feed_put_names(feed, HOLDER_SERVICE, &service->names, &holding.names) < 0 ||
	    close_ports(feed, &holding, deleted ? NULL : service) < 0 ||
	    (!deleted && open_ports(feed, &holding, service, fresh->service) < 0))
		goto out;
	holding_state_add(next, &holding);
	rc = take_members(feed, service, fresh, body, next);
out:
	holding_state_free(&holding);
	return rc;
}

int feed_service(struct feed *feed, const struct service_object *service, struct codec *body,
		 struct text *next)
{
	struct slice_state fresh = {0};
	struct text names;
	int rc = -1;

	text_init(&names, UINT16_MAX);
	if (feed_name_members(&names, service->names.namespace, service->names.name,
			      &service->ports, &fresh) == 0)
		rc = take_service(feed, service, &fresh, body, next);
	text_free(&names);
	slice_state_free(&fresh);
	return rc;
}

int feed_service_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next)
{
	struct holding_state holding;
	int rc = holding_state_read(feed->store, body, 0, &holding);

	if (rc == 0)
		rc = feed_holding_close(feed, HOLDER_SERVICE, uid, &holding);
	if (rc == 0)
		rc = close_ports(feed, &holding, NULL);
	if (rc == 0)
		holding_state_add(next, &holding);
	holding_state_free(&holding);
	return rc == 0 ? feed_members_absent(feed, body, next) : -1;
}
