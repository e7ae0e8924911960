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
	slice->protocol = transport_parse(flow->transport, strlen(flow->transport));
	slice->tcp = slice->protocol == TRANSPORT_TCP;
	slice->directed = flow->directed;
	slice->running_totals = flow->running_totals;
	slice->expects_answer = flow->directed && slice->protocol != TRANSPORT_ICMP &&
				slice->protocol != TRANSPORT_ICMPV6;
	slice->has_packets = flow->source.has_packets && flow->destination.has_packets &&
			     flow->source.packets + flow->destination.packets > 0;
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
	};
	if (flow->has_handshake) {
		slice->measures.handshake.count = 1;
		slice->measures.handshake.sum_ns = slice->measures.handshake.min_ns =
			slice->measures.handshake.max_ns = flow->handshake_ns;
	}
}

static struct durations durations_of(const struct tagged_flow_times *times)
{
	return (struct durations){times->count, times->sum_ns, times->min_ns, times->max_ns};
}

/* The turns, unless messages are counted. */
static void fill_turns(struct conversation_slice *slice, const struct tagged_flow *flow)
{
	slice->measures.requests = flow->requests;
	slice->measures.set_aside = tagged_flow_has_messages(flow);
	slice->measures.response = durations_of(&flow->response);
}

static struct conversation_buckets buckets_of(const struct tagged_flow_times *times)
{
	return (struct conversation_buckets){times->scale, times->offset, times->bucket_count};
}

static void fill_messages(struct conversation_slice *slice, const struct tagged_flow *flow)
{
	const struct tagged_flow_messages *read = &flow->messages;
	struct conversation_messages *messages = slice->messages;
	struct messages_kind *kind = &messages->kind;

	memcpy(kind->protocol, read->protocol, sizeof(kind->protocol));
	kind->from_server = read->from_destination;
	kind->counts = (struct messages_counts){
		.records = 1,
		.incomplete = read->incomplete,
		.requests = read->requests,
		.responses = read->responses,
		.retries = read->retries,
		.unanswered = read->unanswered,
		.errors = read->errors,
		.client_errors = read->client_errors,
		.turns = flow->requests,
	};
	kind->first_byte = durations_of(&read->first_byte);
	kind->last_byte = durations_of(&read->last_byte);
	messages->first_bytes = buckets_of(&read->first_byte);
	messages->last_bytes = buckets_of(&read->last_byte);
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

/* Copies the counts of TIMES to WORDS. Returns what is behind them. */
static uint64_t *copy_buckets(uint64_t *words, const struct tagged_flow_times *times)
{
	memcpy(words, times->buckets, times->bucket_count * sizeof(words[0]));
	return words + times->bucket_count;
}

/* The words that hold the histograms of FLOW, and its messages. */
static size_t words_of(const struct tagged_flow *flow)
{
	_Static_assert(sizeof(struct conversation_messages) % sizeof(uint64_t) == 0,
		       "messages are whole words");

	if (!tagged_flow_counts_messages(flow))
		return flow->response.bucket_count;
	return flow->messages.first_byte.bucket_count + flow->messages.last_byte.bucket_count +
	       sizeof(struct conversation_messages) / sizeof(uint64_t);
}

struct conversation_slice *conversation_slice_new(const struct tagged_flow *flow, int32_t client,
						  int32_t server)
{
	const struct tagged_flow_end *destination = &flow->destination;
	size_t hostname = strlen(flow->observer) + 1, interface = strlen(flow->interface) + 1;
	size_t words = destination->service_count + words_of(flow);
	struct conversation_slice *slice =
		calloc(1, sizeof(*slice) + words * sizeof(slice->words[0]) + hostname + interface);
	uint64_t *next;

	if (slice == NULL)
		return NULL;
	slice->client = client;
	slice->server = server;
	slice->service_count = destination->service_count;
	for (size_t i = 0; i < slice->service_count; i++)
		slice->words[i] = service_hash(destination->services[i]);
	fill_identity(slice, flow);
	fill_measures(slice, flow);
	next = slice->words + slice->service_count;
	if (tagged_flow_counts_messages(flow)) {
		next = copy_buckets(next, &flow->messages.first_byte);
		next = copy_buckets(next, &flow->messages.last_byte);
		slice->messages = (struct conversation_messages *)next;
		fill_messages(slice, flow);
	} else {
		copy_buckets(next, &flow->response);
		slice->response = buckets_of(&flow->response);
		fill_turns(slice, flow);
	}
	slice->observer_text = (char *)(slice->words + words);
	memcpy(slice->observer_text, flow->observer, hostname);
	memcpy(slice->observer_text + hostname, flow->interface, interface);
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
	return slice->observer_text;
}
