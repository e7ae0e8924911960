#include "sink/graph/direction.h"

#include "sink/graph/end.h"

/* How much the tag of END says that it serves (1). */
static int serves(const struct tagged_flow_end *end)
{
	if (end->kind == TAGGED_FLOW_SERVICE)
		return 2;
	return end->service[0] != '\0' ? 1 : 0;
}

static int compare_ends(const struct tagged_flow *flow, bool outside_addresses)
{
	const struct tagged_flow_end *a = &flow->source, *b = &flow->destination;
	char x[END_SIZE], y[END_SIZE];
	int order = span_compare((struct span){x, end_pack(a, outside_addresses, x)},
				 (struct span){y, end_pack(b, outside_addresses, y)});

	if (order == 0)
		order = ip_compare(&a->ip, &b->ip);
	return order != 0 ? order : a->port - b->port;
}

static void drop_requests(struct tagged_flow *flow)
{
	flow->requests = 0;
	flow->response = (struct tagged_flow_response){0};
}

void direction_find(struct tagged_flow *flow, bool outside_addresses)
{
	int order = serves(&flow->source) - serves(&flow->destination);

	if (flow->directed)
		return;
	flow->directed = order != 0;
	if (!flow->directed) {
		drop_requests(flow);
		order = compare_ends(flow, outside_addresses);
	}
	if (order > 0) {
		struct tagged_flow_end source = flow->source;

		drop_requests(flow);
		flow->source = flow->destination;
		flow->destination = source;
	}
}
