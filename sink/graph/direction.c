#include "sink/graph/direction.h"

#include "sink/graph/end.h"

/* How much the tag of END says that it serves (2). */
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
	struct tagged_flow_times *response = &flow->response;

	flow->requests = 0;
	response->count = response->sum_ns = response->min_ns = response->max_ns = 0;
	response->bucket_count = 0;
}

static void exchange_ends(struct tagged_flow *flow)
{
	struct tagged_flow_end source = flow->source;

	flow->source = flow->destination;
	flow->destination = source;
	flow->messages.from_destination = !flow->messages.from_destination;
	drop_requests(flow);
}

void direction_find(struct tagged_flow *flow, bool outside_addresses)
{
	int order = serves(&flow->source) - serves(&flow->destination);

	if (flow->directed)
		return;
	if (tagged_flow_has_messages(flow))
		order = flow->messages.from_destination ? 1 : -1;
	flow->directed = order != 0;
	if (!flow->directed) {
		drop_requests(flow);
		order = compare_ends(flow, outside_addresses);
	}
	if (order > 0)
		exchange_ends(flow);
}
