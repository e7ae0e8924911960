/* node_ports.h - which service had which nodePort, and when.
 *
 * In memory; Kubernetes hands out 2,768 nodePorts unless it is told otherwise, so there
 * are as many rows as services ever had one, about 100 bytes each.
 */
#ifndef TENURE_NODE_PORTS_H
#define TENURE_NODE_PORTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/when.h"

struct node_port {
	char *service; /* namespace/name, owned */
	uint8_t protocol;
	uint16_t port;
	uint64_t opened_offset;
	uint64_t closed_offset; /* OFFSET_NEVER while it lasts */
	struct when from;
	struct when to; /* WHEN_MAX while it lasts */
};

struct node_ports {
	struct node_port *list; /* a row's number is its index */
	size_t count, capacity;
};

/* Copies SERVICE. -1 when there is no memory. */
int node_ports_add(struct node_ports *ports, const struct node_port *port, struct span service);
void node_ports_free(struct node_ports *ports);

#endif
