#include "sink/graph/conversation/conversation_slice.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

/* A hash that is never 0, because 0 means none. */
static uint64_t name_hash(const char *first, const char *second)
{
	uint64_t hash = hash_text(hash_text(HASH_START, first), second);

	return hash == 0 ? 1 : hash;
}

static uint64_t holder_hash(const struct tagged_flow_end *end)
{
	if (end->status != TAGGED_FLOW_KNOWN || end->kind == TAGGED_FLOW_OUTSIDE)
		return 0;
	if (end->uid[0] != '\0')
		return name_hash("uid", end->uid);
	return name_hash(end->namespace, end->kind == TAGGED_FLOW_NODE ? end->node : end->pod);
}

static uint64_t service_hash(const char *service)
{
	return name_hash("service", service);
}

static void fill_measures(struct conversation_slice *slice, const struct tagged_flow *flow)
{
	const struct tagged_flow_response *response = &flow->response;

	slice->protocol = transport_parse(flow->transport, strlen(flow->transport));
	slice->tcp = slice->protocol == TRANSPORT_TCP;
	slice->directed = flow->directed;
	slice->running_totals = flow->running_totals;
	slice->expects_answer = flow->directed && slice->protocol != TRANSPORT_ICMP &&
				slice->protocol != TRANSPORT_ICMPV6;
	slice->has_packets = flow->source.has_packets && flow->destination.has_packets;
	slice->source_flags = flow->source.tcp_flags;
	slice->destination_flags = flow->destination.tcp_flags;
	slice->measures = (struct measures){
		.provisional = flow->provisional,
		.source_bytes = flow->source.bytes,
		.destination_bytes = flow->destination.bytes,
		.source_packets = flow->source.packets,
		.destination_packets = flow->destination.packets,
		.retransmissions_sent = flow->source.retransmissions,
		.retransmissions_received = flow->destination.retransmissions,
		.requests = flow->requests,
		.response_count = response->count,
		.response_sum_ns = response->sum_ns,
		.response_min_ns = response->min_ns,
		.response_max_ns = response->max_ns,
	};
	if (flow->has_handshake) {
		slice->measures.handshake_count = 1;
		slice->measures.handshake_sum_ns = slice->measures.handshake_min_ns =
			slice->measures.handshake_max_ns = flow->handshake_ns;
	}
	slice->scale = response->scale;
	slice->first_bucket = response->offset;
}

static void fill_identity(struct conversation_slice *slice, const struct tagged_flow *flow)
{
	const struct tagged_flow_end *source = &flow->source, *destination = &flow->destination;

	slice->topic = hash_text(HASH_START, flow->topic);
	slice->partition = flow->partition;
	slice->offset = flow->offset;
	slice->revision = flow->revision;
	slice->start = flow->start;
	slice->end = flow->end;
	slice->server_ip = destination->ip;
	slice->server_port = destination->port;
	if (source->cluster[0] != '\0')
		slice->cluster = name_hash("cluster", source->cluster);
	else if (destination->cluster[0] != '\0')
		slice->cluster = name_hash("cluster", destination->cluster);
	slice->holder = holder_hash(source);
	if (destination->service[0] != '\0' && destination->kind != TAGGED_FLOW_POD)
		slice->service = service_hash(destination->service);
	if (slice->service != 0)
		slice->stage = destination->kind == TAGGED_FLOW_SERVICE ? CONVERSATION_AT_SERVICE
									: CONVERSATION_AT_NODE_PORT;
	slice->observer = hash_bytes(name_hash(flow->observer, flow->interface),
				     &flow->interface_id, sizeof(flow->interface_id));
	slice->flow = flow->flow_id[0] != '\0'
			      ? hash_text(slice->observer, flow->flow_id)
			      : hash_bytes(hash_bytes(slice->topic, &slice->partition,
						      sizeof(slice->partition)),
					   &slice->offset, sizeof(slice->offset));
	/* The flow.id of a record with flow.final may be that of its endpoints alone. */
	if (flow->running_totals)
		slice->flow = hash_bytes(slice->flow, &flow->start, sizeof(flow->start));
	slice->at_client = source->node[0] != '\0' && strcmp(source->node, flow->observer) == 0;
}

struct conversation_slice *conversation_slice_new(const struct tagged_flow *flow, int32_t client,
						  int32_t server)
{
	const struct tagged_flow_end *destination = &flow->destination;
	size_t hostname = strlen(flow->observer) + 1, interface = strlen(flow->interface) + 1;
	size_t words = destination->service_count + flow->response.bucket_count;
	struct conversation_slice *slice =
		calloc(1, sizeof(*slice) + words * sizeof(slice->words[0]) + hostname + interface);

	if (slice == NULL)
		return NULL;
	slice->client = client;
	slice->server = server;
	slice->service_count = destination->service_count;
	slice->bucket_count = flow->response.bucket_count;
	for (size_t i = 0; i < slice->service_count; i++)
		slice->words[i] = service_hash(destination->services[i]);
	memcpy(slice->words + slice->service_count, flow->response.buckets,
	       slice->bucket_count * sizeof(slice->words[0]));

	char *text = (char *)(slice->words + words);

	memcpy(text, flow->observer, hostname);
	memcpy(text + hostname, flow->interface, interface);
	fill_identity(slice, flow);
	fill_measures(slice, flow);
	return slice;
}

void conversation_slice_carry(struct conversation_slice *slice,
			      const struct conversation_carry *carry)
{
	slice->source_flags |= carry->source_flags;
	slice->destination_flags |= carry->destination_flags;
	slice->answered = carry->answered;
	slice->certain = carry->counted;
}

void conversation_slice_free(struct conversation_slice *slice)
{
	free(slice);
}

const uint64_t *conversation_slice_buckets(const struct conversation_slice *slice)
{
	return slice->words + slice->service_count;
}

const char *conversation_slice_observer(const struct conversation_slice *slice)
{
	return (const char *)(slice->words + slice->service_count + slice->bucket_count);
}
