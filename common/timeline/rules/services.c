#include "common/timeline/rules/services.h"

#include <string.h>

static bool same_interval(const struct membership *a, const struct membership *b)
{
	return span_equal(a->service, b->service) && span_equal(a->uid, b->uid);
}

struct when membership_closing(const struct membership *memberships, size_t count, size_t index,
			       uint64_t position)
{
	const struct membership *row = &memberships[index];
	size_t first = index;

	if (row->closed_offset > position)
		return WHEN_MAX;
	/* A received that goes back can close a membership before it opens. */
	while (first > 0 && same_interval(&memberships[first - 1], row) &&
	       when_before(row->closing, memberships[first - 1].opening))
		first--;
	for (size_t m = first; m < count && same_interval(&memberships[m], row); m++) {
		const struct membership *next = &memberships[m];

		if (when_before(when_add(row->closing, SERVICES_PAUSE_NS), next->opening))
			break;
		if (m != index && next->opened_offset <= position &&
		    when_before(row->closing, next->opening))
			return next->opening;
	}
	return row->closing;
}

static bool ports_match(struct span ports, int32_t port, int transport)
{
	const uint8_t *at = (const uint8_t *)ports.data;

	for (size_t p = 0; port >= 0 && p + 3 <= ports.length; p += 3) {
		int32_t number = at[p + 1] << 8 | at[p + 2];

		if (at[p] == transport && (number == 0 || number == port))
			return true;
	}
	return false;
}

/* Keeps the order, in which the names usually come. */
static void add(struct services *services, struct span name, struct span hostname, bool port)
{
	size_t at = services->count;

	while (at > 0 && span_compare(services->list[at - 1].name, name) > 0)
		at--;
	if (at > 0 && span_equal(services->list[at - 1].name, name)) {
		struct service_use *use = &services->list[at - 1];

		use->port = use->port || port;
		/* Of more than one, the first in bytewise order. */
		if (use->hostname.length == 0 ||
		    (hostname.length > 0 && span_compare(hostname, use->hostname) < 0))
			use->hostname = hostname;
		return;
	}
	if (services->count == SERVICES_MAX) {
		services->cut = true;
		return;
	}
	memmove(&services->list[at + 1], &services->list[at],
		(services->count - at) * sizeof(services->list[0]));
	services->list[at] = (struct service_use){.name = name, .port = port, .hostname = hostname};
	services->count++;
}

static void find_node_ports(const struct node_ports *ports,
			    const struct services_question *question, struct services *services)
{
	for (size_t p = 0; p < ports->count; p++) {
		const struct node_port *port = &ports->list[p];
		bool closed = port->closed_offset <= question->position;

		if (port->port == question->port && port->protocol == question->transport &&
		    port->opened_offset <= question->position &&
		    when_not_after(port->from, question->end) &&
		    !(closed && when_before(port->to, question->start)))
			add(services, span_of(port->service), span_of(""), true);
	}
}

size_t services_of_holder(const struct memberships *all, enum holder_kind kind, struct span uid,
			  uint32_t *which)
{
	size_t count = 0;

	for (size_t m = 0; m < all->count; m++) {
		struct span target = all->list[m].uid;

		if (kind != HOLDER_POD || target.length == 0 || span_equal(target, uid))
			which[count++] = (uint32_t)m;
	}
	return count;
}

static bool counts(const struct membership *memberships, size_t count, size_t index,
		   const struct services_question *question)
{
	const struct membership *row = &memberships[index];

	return row->opened_offset <= question->position &&
	       when_not_after(row->opening, question->end) &&
	       when_not_after(question->start,
			      membership_closing(memberships, count, index, question->position));
}

static void begin(struct services *services, const struct services_question *question)
{
	services->count = 0;
	services->cut = false;
	services->serves = question->serves;
	services->began = question->began;
}

/* Adds the service of row INDEX if that is the end's: it names the pod, or the end serves its
 * port. */
static void add_member(const struct membership *list, size_t count, size_t index,
		       const struct services_question *question, struct services *services)
{
	const struct membership *row = &list[index];
	bool port = ports_match(row->ports, question->port, question->transport);
	bool named = question->kind == HOLDER_POD && row->uid.length > 0;

	if ((named || (question->serves && port)) && counts(list, count, index, question))
		add(services, row->service, row->hostname, port);
}

void services_find(const struct memberships *memberships, const struct node_ports *ports,
		   const struct services_question *question, struct services *services)
{
	begin(services, question);
	for (size_t m = 0; memberships->which == NULL && m < memberships->count; m++)
		add_member(memberships->list, memberships->count, m, question, services);
	for (size_t w = 0; memberships->which != NULL && w < memberships->which_count; w++)
		add_member(memberships->list, memberships->count, memberships->which[w], question,
			   services);
	if (question->kind == HOLDER_NODE && question->serves && ports != NULL)
		find_node_ports(ports, question, services);
}

void services_find_all(const struct membership *list, size_t count,
		       const struct services_question *question, struct services *services)
{
	begin(services, question);
	for (size_t m = 0; m < count; m++)
		add_member(list, count, m, question, services);
}

bool services_shared_port(const struct membership *memberships, size_t count, struct span uid,
			  const struct services_question *question)
{
	for (size_t m = 0; m < count; m++) {
		if (span_equal(memberships[m].uid, uid) &&
		    ports_match(memberships[m].ports, question->port, question->transport) &&
		    counts(memberships, count, m, question))
			return true;
	}
	return false;
}

bool services_has_member(const struct membership *memberships, size_t count, struct span service,
			 const struct services_question *question)
{
	for (size_t m = 0; m < count; m++) {
		if (span_equal(memberships[m].service, service) &&
		    counts(memberships, count, m, question))
			return true;
	}
	return false;
}

/* The only service with the end's port, else, if it is proven who began, the only one. */
static const struct service_use *single(const struct services *services)
{
	const struct service_use *found = NULL;
	size_t with_port = 0;

	for (size_t s = 0; s < services->count; s++) {
		if (services->list[s].port) {
			found = &services->list[s];
			with_port++;
		}
	}
	if (services->cut)
		return NULL;
	if (with_port == 1 && !services->began)
		return found;
	return services->count == 1 && (services->serves || services->began) ? &services->list[0]
									     : NULL;
}

void services_add_json(const struct services *services, struct text *out)
{
	const struct service_use *service = single(services);

	if (services->count == 0)
		return;
	if (service != NULL) {
		const char *slash = memchr(service->name.data, '/', service->name.length);
		size_t length = slash != NULL ? (size_t)(slash - service->name.data) : 0;

		text_add_string(out, ",\"service\":{\"name\":");
		text_add_json(out, service->name.data + length + 1,
			      service->name.length - length - 1);
		text_add_string(out, ",\"namespace\":");
		text_add_json(out, service->name.data, length);
		text_add(out, "}", 1);
	}
	text_add_string(out, ",\"services\":[");
	for (size_t s = 0; s < services->count; s++) {
		if (s > 0)
			text_add(out, ",", 1);
		text_add_json(out, services->list[s].name.data, services->list[s].name.length);
	}
	text_add(out, "]", 1);
}
