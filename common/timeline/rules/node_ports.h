/* node_ports.h - which service had which nodePort, and when.
 *
 * In memory, about 100 bytes for each nodePort that a service ever had; by default Kubernetes
 * has 2,768 to allocate.
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
	uint64_t closed_offset; /* OFFSET_NEVER while open */
	struct when from;
	struct when to; /* WHEN_MAX while open */
};

struct node_ports {
	struct node_port *list; /* a row's number is its index */
	size_t count, capacity;
};

/* Copies SERVICE. -1 if out of memory. */
int node_ports_add(struct node_ports *ports, const struct node_port *port, struct span service);
void node_ports_free(struct node_ports *ports);

#endif
