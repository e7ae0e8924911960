#include "tests/unit/sink/graph/flow.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/transport.h"
#include "sink/graph/end.h"

void flow_pod(struct tagged_flow_end *end, const char *name, const char *node, const char *service)
{
	end->status = TAGGED_FLOW_KNOWN;
	end->kind = TAGGED_FLOW_POD;
	snprintf(end->namespace, sizeof(end->namespace), "shop");
	snprintf(end->pod, sizeof(end->pod), "%s", name);
	snprintf(end->uid, sizeof(end->uid), "uid-%s", name);
	snprintf(end->node, sizeof(end->node), "%s", node);
	end->service_count = 0;
	end->service[0] = '\0';
	if (service == NULL)
		return;
	snprintf(end->service, sizeof(end->service), "%s", service);
	snprintf(end->services[0], sizeof(end->services[0]), "%s", service);
	end->service_count = 1;
}

void flow_service(struct tagged_flow_end *end, const char *service)
{
	*end = (struct tagged_flow_end){.ip = end->ip,
					.port = end->port,
					.bytes = end->bytes,
					.packets = end->packets,
					.has_packets = end->has_packets};
	end->kind = TAGGED_FLOW_SERVICE;
	snprintf(end->service, sizeof(end->service), "%s", service);
	snprintf(end->services[0], sizeof(end->services[0]), "%s", service);
	end->service_count = 1;
}

void flow_unknown(struct tagged_flow_end *end, const char *reason)
{
	end->status = TAGGED_FLOW_UNKNOWN;
	end->kind = TAGGED_FLOW_NO_KIND;
	snprintf(end->reason, sizeof(end->reason), "%s", reason);
}

void flow_address(struct tagged_flow_end *end, const char *ip, int port)
{
	ip_parse(ip, strlen(ip), &end->ip);
	end->port = port;
}

struct node flow_node(const struct tagged_flow_end *end, bool outside_addresses,
		      enum node_level level)
{
	char packed[END_SIZE];
	size_t length = end_pack(end, outside_addresses, packed);

	return node_of((struct span){packed, length}, level);
}

void flow_make(struct tagged_flow *flow, int64_t offset, double from, double to, const char *host,
	       const char *interface)
{
	*flow = (struct tagged_flow){.revision = 1, .offset = offset, .directed = true};
	flow->start.ns = (int64_t)(from * 1e9);
	flow->end.ns = (int64_t)(to * 1e9);
	snprintf(flow->transport, sizeof(flow->transport), "tcp");
	snprintf(flow->topic, sizeof(flow->topic), "tenure.flows");
	snprintf(flow->flow_id, sizeof(flow->flow_id), "%016" PRIx64, (uint64_t)offset);
	snprintf(flow->observer, sizeof(flow->observer), "%s", host);
	snprintf(flow->interface, sizeof(flow->interface), "%s", interface);
	flow_address(&flow->source, "10.0.0.1", 40000);
	flow_address(&flow->destination, "10.0.0.2", 8080);
	flow_pod(&flow->source, "client", "n1", "shop/client");
	flow_pod(&flow->destination, "web-1", "n2", "shop/web");
	flow->source.bytes = 100;
	flow->destination.bytes = 1000;
	flow->source.packets = flow->destination.packets = 5;
	flow->source.has_packets = flow->destination.has_packets = true;
	flow->source.tcp_flags = flow->destination.tcp_flags = TCP_SYN | TCP_ACK | TCP_FIN;
}

struct conversation_slice *flow_slice(int64_t seconds, int32_t client, int32_t server)
{
	static struct tagged_flow flow;
	struct conversation_slice *slice;

	flow_make(&flow, seconds, (double)seconds - 0.5, (double)seconds, "n1", "veth1");
	flow.requests = 1;
	flow.response.count = 1;
	flow.response.sum_ns = flow.response.min_ns = flow.response.max_ns = 1000000;
	flow.response.scale = 3;
	flow.response.offset = 159;
	flow.response.bucket_count = 1;
	flow.response.buckets[0] = 1;
	slice = conversation_slice_new(&flow, client, server);
	if (slice != NULL) {
		slice->counted = true;
		slice->measures.flows = 1;
	}
	return slice;
}
