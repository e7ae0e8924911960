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

void node_ports_free(struct node_ports *ports)
{
	for (size_t p = 0; p < ports->count; p++)
		free(ports->list[p].service);
	free(ports->list);
	*ports = (struct node_ports){0};
}
