#include "common/record/tagged_flow.h"

#include <stdio.h>
#include <string.h>

#include "common/record/scan_reading.h"
#include "common/record/tagged_flow_requests.h"
#include "common/record/tagged_flow_rows.h"

static const struct scan_range ports = {0, UINT16_MAX, "an integer from 0 to 65535"};
static const struct scan_range partitions = {0, INT32_MAX, "an integer from 0 to 2^31 - 1"};
static const struct scan_range offsets = {0, INT64_MAX, "an integer from 0 to 2^63 - 1"};
static void read_text(struct scan_reading *r, size_t row, char *out, size_t size)
{
	scan_reading_copy(r, row, SCAN_OPTIONAL, out, size);
}

static void read_ip(struct scan_reading *r, size_t row, struct ip *out)
{
	struct span text;

	if (scan_reading_text(r, row, SCAN_REQUIRED, "an IP address", &text) &&
	    ip_parse(text.data, text.length, out) < 0)
		scan_reading_refuse(r, FAULT_WRONG_VALUE, row, "an IP address");
}

static unsigned read_tcp_flags(struct scan_reading *r, size_t row)
{
	struct span text;

	if (!scan_reading_text(r, row, SCAN_OPTIONAL, "a string of flags", &text))
		return 0;
	return tcp_flags_parse(text.data, text.length);
}

/* What the meter wrote about an end, from row IP on: address and counters. */
static void read_side(struct scan_reading *r, size_t ip, struct tagged_flow_end *end)
{
	int64_t port;

	read_ip(r, ip, &end->ip);
	if (scan_reading_integer(r, ip + 1, SCAN_OPTIONAL, &ports, &port))
		end->port = (int32_t)port;
	tagged_flow_read_count(r, ip + 2, SCAN_OPTIONAL, &end->bytes);
	end->has_packets = tagged_flow_read_count(r, ip + 3, SCAN_OPTIONAL, &end->packets);
}

static void read_workload(struct scan_reading *r, size_t tag, struct tagged_flow_end *end)
{
	for (size_t i = 0; i < TAG_WORKLOAD - TAG_DEPLOYMENT; i++) {
		const char *kind = tagged_flow_rows[tag + TAG_DEPLOYMENT + i].name;

		read_text(r, tag + TAG_DEPLOYMENT_NAME + i, end->workload, sizeof(end->workload));
		if (end->workload[0] != '\0') {
			memcpy(end->workload_kind, kind, strlen(kind) + 1);
			return;
		}
	}
	read_text(r, tag + TAG_WORKLOAD_KIND, end->workload_kind, sizeof(end->workload_kind));
	read_text(r, tag + TAG_WORKLOAD_NAME, end->workload, sizeof(end->workload));
}

static void read_services(struct scan_reading *r, size_t tag, struct tagged_flow_end *end)
{
	const char *wanted = "an array of \"namespace/name\"";
	char name[TAGGED_FLOW_LABEL_SIZE] = "", namespace[TAGGED_FLOW_LABEL_SIZE] = "";
	struct value_cursor items;
	struct value item, key;
	bool good = true;

	read_text(r, tag + TAG_SERVICE_NAME, name, sizeof(name));
	read_text(r, tag + TAG_SERVICE_NAMESPACE, namespace, sizeof(namespace));
	if (name[0] != '\0')
		snprintf(end->service, sizeof(end->service), "%s/%s", namespace, name);
	if (!scan_reading_array(r, tag + TAG_SERVICES, SCAN_OPTIONAL, wanted, &items))
		return;
	while (value_next(&items, &key, &item)) {
		struct span text = plain_text(&r->kept, item);

		if (end->service_count == TAGGED_FLOW_SERVICES_MAX) {
			scan_reading_refuse(r, FAULT_TOO_LARGE, tag + TAG_SERVICES,
					    "at most 32 services");
			return;
		}
		if (text.data == NULL || text.length >= TAGGED_FLOW_SERVICE_SIZE) {
			good = false;
			text = (struct span){"", 0};
		}
		memcpy(end->services[end->service_count], text.data, text.length);
		end->services[end->service_count++][text.length] = '\0';
	}
	if (!good)
		scan_reading_refuse(r, FAULT_WRONG_VALUE, tag + TAG_SERVICES, wanted);
}

/* The index in NAMES, which ends with NULL, of the text at ROW; -1 after noting a fault. */
static int read_choice(struct scan_reading *r, size_t row, const char *const *names,
		       const char *wanted)
{
	struct span text;

	if (!scan_reading_text(r, row, SCAN_REQUIRED, wanted, &text))
		return -1;
	for (int i = 0; names[i] != NULL; i++) {
		if (span_equal(text, span_of(names[i])))
			return i;
	}
	scan_reading_refuse(r, FAULT_WRONG_VALUE, row, wanted);
	return -1;
}

/* What the enricher wrote about an end: who held the address. */
static void read_tag(struct scan_reading *r, size_t tag, struct tagged_flow_end *end)
{
	static const char *const statuses[] = {"known", "unknown", "ambiguous", NULL};
	static const char *const kinds[] = {"pod", "node", "service", "outside", NULL};
	int status = read_choice(r, tag + TAG_STATUS, statuses, "known, unknown or ambiguous");

	if (status < 0)
		return;
	end->status = (enum tagged_flow_status)status;
	if (end->status != TAGGED_FLOW_KNOWN) {
		scan_reading_copy(r, tag + TAG_REASON, SCAN_REQUIRED, end->reason,
				  sizeof(end->reason));
		return;
	}

	int kind = read_choice(r, tag + TAG_KIND, kinds, "pod, node, service or outside");

	if (kind < 0)
		return;
	end->kind = (enum tagged_flow_kind)(kind + TAGGED_FLOW_POD);
	read_text(r, tag + TAG_CLUSTER_NAME, end->cluster, sizeof(end->cluster));
	read_text(r, tag + TAG_NAMESPACE_NAME, end->namespace, sizeof(end->namespace));
	read_text(r, tag + TAG_POD_NAME, end->pod, sizeof(end->pod));
	read_text(r, tag + (end->kind == TAGGED_FLOW_NODE ? TAG_NODE_UID : TAG_POD_UID), end->uid,
		  sizeof(end->uid));
	read_text(r, tag + TAG_NODE_NAME, end->node, sizeof(end->node));
	read_workload(r, tag, end);
	read_services(r, tag, end);
	read_text(r, tag + TAG_ZONE, end->zone, sizeof(end->zone));
	scan_reading_when(r, tag + TAG_BINDING_START, SCAN_OPTIONAL, &end->bound_from);
	scan_reading_when(r, tag + TAG_BINDING_END, SCAN_OPTIONAL, &end->bound_to);
}

static void read_ends(struct scan_reading *r, struct tagged_flow *flow)
{
	if (scan_reading_object(r, ROW_SOURCE, SCAN_REQUIRED)) {
		read_side(r, ROW_SOURCE_IP, &flow->source);
		if (scan_reading_object(r, ROW_TENURE_SOURCE, SCAN_REQUIRED))
			read_tag(r, ROW_SOURCE_TAG, &flow->source);
	}
	if (scan_reading_object(r, ROW_DESTINATION, SCAN_REQUIRED)) {
		read_side(r, ROW_DESTINATION_IP, &flow->destination);
		if (scan_reading_object(r, ROW_TENURE_DESTINATION, SCAN_REQUIRED))
			read_tag(r, ROW_DESTINATION_TAG, &flow->destination);
	}
}

static void read_tcp(struct scan_reading *r, struct tagged_flow *flow)
{
	flow->source.tcp_flags = read_tcp_flags(r, ROW_SOURCE_FLAGS);
	flow->destination.tcp_flags = read_tcp_flags(r, ROW_DESTINATION_FLAGS);
	tagged_flow_read_count(r, ROW_SOURCE_RETRANSMISSIONS, SCAN_OPTIONAL,
			       &flow->source.retransmissions);
	tagged_flow_read_count(r, ROW_DESTINATION_RETRANSMISSIONS, SCAN_OPTIONAL,
			       &flow->destination.retransmissions);
	flow->has_handshake =
		tagged_flow_read_count(r, ROW_HANDSHAKE_RTT, SCAN_OPTIONAL, &flow->handshake_ns);
}

/* Where the untagged flow is, and which answer this is. */
static void read_place(struct scan_reading *r, struct tagged_flow *flow)
{
	int64_t number = 0;

	read_text(r, ROW_PLACE_TOPIC, flow->topic, sizeof(flow->topic));
	if (scan_reading_integer(r, ROW_PLACE_PARTITION, SCAN_REQUIRED, &partitions, &number))
		flow->partition = (int32_t)number;
	scan_reading_integer(r, ROW_PLACE_OFFSET, SCAN_REQUIRED, &offsets, &flow->offset);
	tagged_flow_read_count(r, ROW_REVISION, SCAN_OPTIONAL, &flow->revision);
	scan_reading_boolean(r, ROW_PROVISIONAL, SCAN_OPTIONAL, &flow->provisional);
}

/* Who began is proven by the meter or, in a record that does not say, by a SYN of the source
 * (docs/answers.md, section 7). Who sent the first packet that was seen is not a proof. */
static void read_initiator(struct scan_reading *r, struct tagged_flow *flow)
{
	char initiator[TAGGED_FLOW_LABEL_SIZE] = "";

	read_text(r, ROW_FLOW_INITIATOR, initiator, sizeof(initiator));
	if (initiator[0] == '\0')
		flow->directed = flow->source.tcp_flags & TCP_SYN;
	else
		flow->directed =
			strcmp(initiator, "syn") == 0 || strcmp(initiator, "icmp_type") == 0;
}

static void read_flow(struct scan_reading *r, struct tagged_flow *flow)
{
	bool is_final;

	scan_reading_when(r, ROW_START, SCAN_REQUIRED, &flow->start);
	scan_reading_when(r, ROW_END, SCAN_REQUIRED, &flow->end);
	if (r->fault->reason == FAULT_NONE && when_before(flow->end, flow->start))
		scan_reading_refuse(r, FAULT_WRONG_VALUE, ROW_END, "a time not before event.start");
	read_text(r, ROW_TRANSPORT, flow->transport, sizeof(flow->transport));
	read_ends(r, flow);
	read_tcp(r, flow);
	tagged_flow_read_requests(r, flow);
	read_text(r, ROW_FLOW_ID, flow->flow_id, sizeof(flow->flow_id));
	tagged_flow_read_count(r, ROW_FLOW_SLICE, SCAN_OPTIONAL, &flow->slice);
	flow->running_totals = scan_reading_boolean(r, ROW_FLOW_FINAL, SCAN_OPTIONAL, &is_final);
	read_initiator(r, flow);
	read_text(r, ROW_FLOW_END_REASON, flow->end_reason, sizeof(flow->end_reason));
	/* The meter stopped looking: an answer may have come later. */
	if (strcmp(flow->end_reason, "forced_end") == 0 ||
	    strcmp(flow->end_reason, "lack_of_resources") == 0)
		flow->messages.unanswered = 0;
	read_text(r, ROW_HOSTNAME, flow->observer, sizeof(flow->observer));
	read_text(r, ROW_INTERFACE_NAME, flow->interface, sizeof(flow->interface));
	tagged_flow_read_count(r, ROW_INTERFACE_ID, SCAN_OPTIONAL, &flow->interface_id);
	read_place(r, flow);
}

/* Makes everything absent. Most of the struct is room for names, which is left as it is. */
static void clear_end(struct tagged_flow_end *end)
{
	end->port = -1;
	end->bytes = end->packets = end->retransmissions = 0;
	end->has_packets = false;
	end->tcp_flags = 0;
	end->bound_from = WHEN_MIN;
	end->bound_to = WHEN_MAX;
	end->status = TAGGED_FLOW_KNOWN;
	end->kind = TAGGED_FLOW_NO_KIND;
	end->reason[0] = end->cluster[0] = end->namespace[0] = end->pod[0] = end->uid[0] = '\0';
	end->node[0] = end->zone[0] = end->workload_kind[0] = end->workload[0] = '\0';
	end->service[0] = '\0';
	end->service_count = 0;
}

static void clear(struct tagged_flow *flow)
{
	clear_end(&flow->source);
	clear_end(&flow->destination);
	tagged_flow_clear_requests(flow);
	flow->transport[0] = flow->flow_id[0] = flow->end_reason[0] = '\0';
	flow->observer[0] = flow->interface[0] = flow->topic[0] = '\0';
	flow->slice = flow->interface_id = 0;
	flow->provisional = false;
	flow->revision = 1;
}

int tagged_flow_parse(const char *bytes, size_t length, struct tagged_flow *flow,
		      struct fault *fault)
{
	struct scan_reading r;

	clear(flow);
	scan_reading_init(&r, bytes, length, tagged_flow_rows, ROW_TOP_ROWS, TAGGED_FLOW_ROWS,
			  fault);
	if (fault->reason == FAULT_NONE)
		read_flow(&r, flow);
	scan_reading_clear(&r);
	return fault->reason == FAULT_NONE ? 0 : -1;
}
