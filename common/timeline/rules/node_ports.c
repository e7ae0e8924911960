#include "common/timeline/rules/node_ports.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

int node_ports_add(struct node_ports *ports, const struct node_port *port, struct span service)
{
	char *copy;

	if (array_grow(&ports->list, &ports->capacity, ports->count + 1, sizeof(*ports->list)) < 0)
		return -1;
	copy = strndup(service.data, service.length);
	if (copy == NULL)
		return -1;
	ports->list[ports->count] = *port;
	ports->list[ports->count++].service = copy;
	return 0;
}

struct node_port *node_ports_find(struct node_ports *ports, uint64_t number)
{
	size_t count = array_up_to(ports->list, ports->count, sizeof(*ports->list),
				   offsetof(struct node_port, number), number);

	return count > 0 && ports->list[count - 1].number == number ? &ports->list[count - 1]
								    : NULL;
}

bool node_ports_is_past(const struct node_port *port, struct when horizon, uint64_t offset)
{
	return port->closed_offset < offset && when_before(port->to, horizon);
}

void node_ports_forget(struct node_ports *ports, struct when horizon, uint64_t offset)
{
	size_t left = 0;

	for (size_t p = 0; p < ports->count; p++) {
		if (node_ports_is_past(&ports->list[p], horizon, offset))
			free(ports->list[p].service);
		else
			ports->list[left++] = ports->list[p];
	}
	ports->count = left;
}

void node_ports_free(struct node_ports *ports)
{
	for (size_t p = 0; p < ports->count; p++)
		free(ports->list[p].service);
	free(ports->list);
	*ports = (struct node_ports){0};
}
