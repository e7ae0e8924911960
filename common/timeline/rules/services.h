/* services.h - the services of an end (docs/answers.md section 7). Pure. */
#ifndef TENURE_SERVICES_H
#define TENURE_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/timeline/rules/binding.h"
#include "common/timeline/rules/membership.h"
#include "common/timeline/rules/node_ports.h"

/* A pod is in a handful of services. Of an end in more than SERVICES_MAX, that many are shown and
 * none is singled out. */
#define SERVICES_MAX 256

/* An endpoint that moves from one slice to another is in neither for up to so long. */
#define SERVICES_PAUSE_NS (5 * NS_PER_SECOND)

struct service_use {
	struct span name;     /* namespace/name */
	bool port;            /* one of its ports is the end's */
	struct span hostname; /* of its endpoint, as DNS calls that; empty if it has none */
};

/* In bytewise order, each once. */
struct services {
	struct service_use list[SERVICES_MAX];
	size_t count;
	bool cut;
	bool serves, began; /* this end, in the flow */
};

struct services_question {
	enum holder_kind kind;
	bool serves, began; /* this end, in the flow */
	int32_t port;       /* -1 for none */
	int transport;      /* IANA number, -1 for none */
	struct when start, end;
	uint64_t position;
};

/* The memberships of an address, by service, uid and opening; and which of them, in that
 * order, can be the holder's (services_of_holder()); NULL: all of them. */
struct memberships {
	const struct membership *list;
	size_t count;
	const uint32_t *which;
	size_t which_count;
};

/* Writes the indexes of the memberships that can be the holder's to WHICH, which has room for
 * ALL. Returns their number. */
size_t services_of_holder(const struct memberships *all, enum holder_kind kind, struct span uid,
			  uint32_t *which);

/* PORTS is only used for a node, and may be NULL. */
void services_find(const struct memberships *memberships, const struct node_ports *ports,
		   const struct services_question *question, struct services *services);

/* The services of an address outside, which may be any of its memberships. */
void services_find_all(const struct membership *list, size_t count,
		       const struct services_question *question, struct services *services);

/* Whether a membership of the service UID counts for the flow and has this end's port. */
bool services_shared_port(const struct membership *memberships, size_t count, struct span uid,
			  const struct services_question *question);

/* Whether a membership of SERVICE counts for the flow. */
bool services_has_member(const struct membership *memberships, size_t count, struct span service,
			 const struct services_question *question);

/* Adds ,"service":{...},"services":[...], each if there is one. */
void services_add_json(const struct services *services, struct text *out);

/* When MEMBERSHIPS[INDEX] closes as of POSITION; a pause of at most 5 s is bridged. */
struct when membership_closing(const struct membership *memberships, size_t count, size_t index,
			       uint64_t position);

#endif
