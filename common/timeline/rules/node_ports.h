/* node_ports.h - which service had which nodePort, and when.
 *
 * In memory, about 110 bytes for each nodePort that a service had since the horizon; by default
 * Kubernetes has 2,768 to allocate.
 */
#ifndef TENURE_NODE_PORTS_H
#define TENURE_NODE_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/when.h"

struct node_port {
	uint64_t number; /* of its row; it rises */
	char *service;   /* namespace/name, owned */
	uint8_t protocol;
	uint16_t port;
	uint64_t opened_offset;
	uint64_t closed_offset; /* OFFSET_NEVER while open */
	struct when from;
	struct when to; /* WHEN_MAX while open */
};

struct node_ports {
	struct node_port *list;
	size_t count, capacity;
};

/* Copies SERVICE. -1 if out of memory. */
int node_ports_add(struct node_ports *ports, const struct node_port *port, struct span service);
/* The nodePort NUMBER, or NULL. */
struct node_port *node_ports_find(struct node_ports *ports, uint64_t number);
/* Whether PORT was closed before HORIZON, and every position from OFFSET on sees that. */
bool node_ports_is_past(const struct node_port *port, struct when horizon, uint64_t offset);
/* Removes those. */
void node_ports_forget(struct node_ports *ports, struct when horizon, uint64_t offset);
void node_ports_free(struct node_ports *ports);

#endif
