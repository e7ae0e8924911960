#include "common/record/tagged_flow.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum presence { OPTIONAL, REQUIRED };

struct range {
	int64_t min, max;
	const char *wanted;
};

/* Sums of such counts stay in 64 bits. */
static const struct range counts = {0, INT64_C(1) << 56, "an integer from 0 to 2^56"};
static const struct range ports = {0, UINT16_MAX, "an integer from 0 to 65535"};
static const struct range partitions = {0, INT32_MAX, "an integer from 0 to 2^31 - 1"};
static const struct range offsets = {0, INT64_MAX, "an integer from 0 to 2^63 - 1"};
/* As OpenTelemetry allows, and the bucket indexes of 64-bit values at the highest scale. */
static const struct range scales = {-10, 20, "an integer from -10 to 20"};
static const struct range indexes = {-(64 << 20), 64 << 20, "an integer from -2^26 to 2^26"};

/* Keeps the first fault; what is read after it does not matter. */
struct tagged_flow_reading {
	struct json_object *base; /* the object that paths start from */
	const char *prefix;       /* of BASE in the record: "source." */
	struct fault *fault;
};

static void refuse(const struct tagged_flow_reading *r, enum fault_reason reason, const char *path,
		   const char *wanted)
{
	char member[FAULT_MEMBER_SIZE];

	if (r->fault->reason != FAULT_NONE)
		return;
	snprintf(member, sizeof(member), "%s%s", r->prefix, path);
	fault_refuse(r->fault, reason, member, wanted);
}

/* True if the value can be read; otherwise notes the fault, if it is one. */
static bool usable(const struct tagged_flow_reading *r, enum json_found found, const char *path,
		   enum presence presence, const char *wanted)
{
	if (found == JSON_FOUND)
		return r->fault->reason == FAULT_NONE;
	if (found == JSON_WRONG_TYPE)
		refuse(r, FAULT_WRONG_TYPE, path, wanted);
	else if (presence == REQUIRED)
		refuse(r, FAULT_MISSING_MEMBER, path, wanted);
	return false;
}

static void read_text(const struct tagged_flow_reading *r, const char *path, char *out, size_t size,
		      enum presence presence)
{
	const char *text;

	if (!usable(r, json_text(r->base, path, &text), path, presence, "a string"))
		return;
	if (strlen(text) >= size)
		refuse(r, FAULT_TOO_LARGE, path, "a shorter string");
	else
		memcpy(out, text, strlen(text) + 1);
}

static bool read_integer(const struct tagged_flow_reading *r, const char *path,
			 const struct range *range, int64_t *out, enum presence presence)
{
	int64_t number;

	if (!usable(r, json_i64(r->base, path, &number), path, presence, range->wanted))
		return false;
	if (number < range->min || number > range->max) {
		refuse(r, FAULT_WRONG_VALUE, path, range->wanted);
		return false;
	}
	*out = number;
	return true;
}

static bool read_count(const struct tagged_flow_reading *r, const char *path, uint64_t *out,
		       enum presence presence)
{
	int64_t number;
	bool present = read_integer(r, path, &counts, &number, presence);

	if (present)
		*out = (uint64_t)number;
	return present;
}

static void read_when(const struct tagged_flow_reading *r, const char *path, struct when *out)
{
	usable(r, json_when(r->base, path, out), path, REQUIRED,
	       "a time such as \"2026-11-23T08:00:00Z\"");
}

/* Null, as of a binding that has not ended, is as good as absent. */
static void read_optional_when(const struct tagged_flow_reading *r, const char *path,
			       struct when *out)
{
	usable(r, json_when(r->base, path, out), path, OPTIONAL,
	       "a time such as \"2026-11-23T08:00:00Z\", or null");
}

static void read_ip(const struct tagged_flow_reading *r, struct ip *out)
{
	const char *text;

	if (usable(r, json_text(r->base, "ip", &text), "ip", REQUIRED, "an IP address") &&
	    ip_parse(text, strlen(text), out) < 0)
		refuse(r, FAULT_WRONG_VALUE, "ip", "an IP address");
}

static unsigned read_tcp_flags(const struct tagged_flow_reading *r, const char *path)
{
	const char *text;

	if (!usable(r, json_text(r->base, path, &text), path, OPTIONAL, "a string of flags"))
		return 0;
	return tcp_flags_parse(text, strlen(text));
}

/* What the meter wrote about an end: address and counters. */
static void read_side(const struct tagged_flow_reading *r, struct tagged_flow_end *end)
{
	int64_t port;

	read_ip(r, &end->ip);
	end->port = -1;
	end->bound_from = WHEN_MIN;
	end->bound_to = WHEN_MAX;
	if (read_integer(r, "port", &ports, &port, OPTIONAL))
		end->port = (int32_t)port;
	read_count(r, "bytes", &end->bytes, OPTIONAL);
	end->has_packets = read_count(r, "packets", &end->packets, OPTIONAL);
}

static void read_workload(const struct tagged_flow_reading *r, struct tagged_flow_end *end)
{
	static const char *const kinds[] = {
		"deployment", "statefulset",          "daemonset", "cronjob", "job",
		"replicaset", "replicationcontroller"};
	char path[TAGGED_FLOW_LABEL_SIZE];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(path, sizeof(path), "k8s.%s.name", kinds[i]);
		read_text(r, path, end->workload, sizeof(end->workload), OPTIONAL);
		if (end->workload[0] != '\0') {
			memcpy(end->workload_kind, kinds[i], strlen(kinds[i]) + 1);
			return;
		}
	}
	read_text(r, "k8s.workload.kind", end->workload_kind, sizeof(end->workload_kind), OPTIONAL);
	read_text(r, "k8s.workload.name", end->workload, sizeof(end->workload), OPTIONAL);
}

static void read_services(const struct tagged_flow_reading *r, struct tagged_flow_end *end)
{
	struct json_object *array;
	char name[TAGGED_FLOW_LABEL_SIZE] = "", namespace[TAGGED_FLOW_LABEL_SIZE] = "";

	read_text(r, "service.name", name, sizeof(name), OPTIONAL);
	read_text(r, "service.namespace", namespace, sizeof(namespace), OPTIONAL);
	if (name[0] != '\0')
		snprintf(end->service, sizeof(end->service), "%s/%s", namespace, name);
	if (!usable(r, json_array(r->base, "services", &array), "services", OPTIONAL,
		    "an array of \"namespace/name\""))
		return;
	if (json_length(array) > TAGGED_FLOW_SERVICES_MAX) {
		refuse(r, FAULT_TOO_LARGE, "services", "at most 32 services");
		return;
	}
	for (size_t i = 0; i < json_length(array); i++) {
		const char *text;

		if (json_text(json_element(array, i), "", &text) != JSON_FOUND ||
		    strlen(text) >= sizeof(end->services[i])) {
			refuse(r, FAULT_WRONG_VALUE, "services", "an array of \"namespace/name\"");
			return;
		}
		memcpy(end->services[i], text, strlen(text) + 1);
		end->service_count++;
	}
}

/* The index in NAMES, which ends with NULL, of the text at PATH; -1 after noting a fault. */
static int read_choice(const struct tagged_flow_reading *r, const char *path,
		       const char *const *names, const char *wanted)
{
	const char *text;

	if (!usable(r, json_text(r->base, path, &text), path, REQUIRED, wanted))
		return -1;
	for (int i = 0; names[i] != NULL; i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
	}
	refuse(r, FAULT_WRONG_VALUE, path, wanted);
	return -1;
}

/* What the enricher wrote about an end: who held the address. */
static void read_tag(const struct tagged_flow_reading *r, struct tagged_flow_end *end)
{
	static const char *const statuses[] = {"known", "unknown", "ambiguous", NULL};
	static const char *const kinds[] = {"pod", "node", "service", "outside", NULL};
	int status = read_choice(r, "status", statuses, "known, unknown or ambiguous");

	if (status < 0)
		return;
	end->status = (enum tagged_flow_status)status;
	if (end->status != TAGGED_FLOW_KNOWN) {
		read_text(r, "reason", end->reason, sizeof(end->reason), REQUIRED);
		return;
	}

	int kind = read_choice(r, "kind", kinds, "pod, node, service or outside");

	if (kind < 0)
		return;
	end->kind = (enum tagged_flow_kind)(kind + TAGGED_FLOW_POD);
	read_text(r, "k8s.cluster.name", end->cluster, sizeof(end->cluster), OPTIONAL);
	read_text(r, "k8s.namespace.name", end->namespace, sizeof(end->namespace), OPTIONAL);
	read_text(r, "k8s.pod.name", end->pod, sizeof(end->pod), OPTIONAL);
	read_text(r, end->kind == TAGGED_FLOW_NODE ? "k8s.node.uid" : "k8s.pod.uid", end->uid,
		  sizeof(end->uid), OPTIONAL);
	read_text(r, "k8s.node.name", end->node, sizeof(end->node), OPTIONAL);
	read_text(r, "cloud.availability_zone", end->zone, sizeof(end->zone), OPTIONAL);
	read_optional_when(r, "binding.start", &end->bound_from);
	read_optional_when(r, "binding.end", &end->bound_to);
	read_workload(r, end);
	read_services(r, end);
}

static void read_histogram(const struct tagged_flow_reading *r,
			   struct tagged_flow_response *response)
{
	const char *path = "requests.response_time.histogram.counts";
	struct json_object *array;
	int64_t scale = 0, offset = 0;

	if (!usable(r, json_array(r->base, path, &array), path, REQUIRED, "an array of integers") ||
	    !read_integer(r, "requests.response_time.histogram.scale", &scales, &scale, REQUIRED) ||
	    !read_integer(r, "requests.response_time.histogram.offset", &indexes, &offset,
			  REQUIRED))
		return;
	if (json_length(array) > TAGGED_FLOW_BUCKETS_MAX) {
		refuse(r, FAULT_TOO_LARGE, path, "at most 512 buckets");
		return;
	}
	response->scale = (int)scale;
	response->offset = (int32_t)offset;
	response->bucket_count = json_length(array);
	for (size_t i = 0; i < response->bucket_count; i++) {
		int64_t count;

		if (json_i64(json_element(array, i), "", &count) != JSON_FOUND ||
		    count < counts.min || count > counts.max) {
			refuse(r, FAULT_WRONG_VALUE, path, "an array of integers from 0");
			return;
		}
		response->buckets[i] = (uint64_t)count;
	}
}

/* Whether the object at PATH is there. */
static bool has_object(const struct tagged_flow_reading *r, const char *path)
{
	struct json_object *object;

	return usable(r, json_object_at(r->base, path, &object), path, OPTIONAL, "an object");
}

static void read_requests(const struct tagged_flow_reading *r, struct tagged_flow *flow)
{
	struct tagged_flow_response *response = &flow->response;

	read_count(r, "requests.count", &flow->requests, OPTIONAL);
	if (!has_object(r, "requests.response_time"))
		return;
	read_count(r, "requests.response_time.count", &response->count, REQUIRED);
	read_count(r, "requests.response_time.sum", &response->sum_ns, REQUIRED);
	read_count(r, "requests.response_time.min", &response->min_ns, REQUIRED);
	read_count(r, "requests.response_time.max", &response->max_ns, REQUIRED);
	if (has_object(r, "requests.response_time.histogram"))
		read_histogram(r, response);
}

/* One end: SIDE ("source") by the meter and TAG ("tenure.source") by the enricher. */
static void read_end(const struct tagged_flow_reading *r, const char *side, const char *tag,
		     struct tagged_flow_end *end)
{
	char prefix[32];
	struct tagged_flow_reading inner = {NULL, prefix, r->fault};

	if (!usable(r, json_object_at(r->base, side, &inner.base), side, REQUIRED, "an object"))
		return;
	snprintf(prefix, sizeof(prefix), "%s.", side);
	read_side(&inner, end);
	if (!usable(r, json_object_at(r->base, tag, &inner.base), tag, REQUIRED, "an object"))
		return;
	snprintf(prefix, sizeof(prefix), "%s.", tag);
	read_tag(&inner, end);
}

static void read_coordinates(const struct tagged_flow_reading *r, struct tagged_flow *flow)
{
	int64_t number = 0;
	bool truth;

	read_text(r, "tenure.flow.topic", flow->topic, sizeof(flow->topic), OPTIONAL);
	if (read_integer(r, "tenure.flow.partition", &partitions, &number, REQUIRED))
		flow->partition = (int32_t)number;
	read_integer(r, "tenure.flow.offset", &offsets, &flow->offset, REQUIRED);
	flow->revision = 1;
	read_count(r, "tenure.revision", &flow->revision, OPTIONAL);
	if (usable(r, json_boolean(r->base, "tenure.provisional", &truth), "tenure.provisional",
		   OPTIONAL, "true or false"))
		flow->provisional = truth;
}

/* Who began is proven by the meter or, in a record that does not say, by a SYN of the source
 * (docs/answers.md, section 7). Who sent the first packet that was seen is not a proof. */
static void read_initiator(const struct tagged_flow_reading *r, struct tagged_flow *flow)
{
	char initiator[TAGGED_FLOW_LABEL_SIZE] = "";

	read_text(r, "flow.initiator", initiator, sizeof(initiator), OPTIONAL);
	if (initiator[0] == '\0')
		flow->directed = flow->source.tcp_flags & TCP_SYN;
	else
		flow->directed =
			strcmp(initiator, "syn") == 0 || strcmp(initiator, "icmp_type") == 0;
}

static void read_flow(const struct tagged_flow_reading *r, struct tagged_flow *flow)
{
	bool is_final;

	read_when(r, "event.start", &flow->start);
	read_when(r, "event.end", &flow->end);
	if (r->fault->reason == FAULT_NONE && when_before(flow->end, flow->start))
		refuse(r, FAULT_WRONG_VALUE, "event.end", "a time not before event.start");
	read_text(r, "network.transport", flow->transport, sizeof(flow->transport), OPTIONAL);
	read_end(r, "source", "tenure.source", &flow->source);
	read_end(r, "destination", "tenure.destination", &flow->destination);
	flow->source.tcp_flags = read_tcp_flags(r, "tcp.flags.source");
	flow->destination.tcp_flags = read_tcp_flags(r, "tcp.flags.destination");
	read_count(r, "tcp.retransmissions.source", &flow->source.retransmissions, OPTIONAL);
	read_count(r, "tcp.retransmissions.destination", &flow->destination.retransmissions,
		   OPTIONAL);
	flow->has_handshake = read_count(r, "tcp.handshake.rtt", &flow->handshake_ns, OPTIONAL);
	read_requests(r, flow);
	read_text(r, "flow.id", flow->flow_id, sizeof(flow->flow_id), OPTIONAL);
	read_count(r, "flow.slice", &flow->slice, OPTIONAL);
	flow->running_totals = usable(r, json_boolean(r->base, "flow.final", &is_final),
				      "flow.final", OPTIONAL, "true or false");
	read_initiator(r, flow);
	read_text(r, "observer.hostname", flow->observer, sizeof(flow->observer), OPTIONAL);
	read_text(r, "observer.interface.name", flow->interface, sizeof(flow->interface), OPTIONAL);
	read_count(r, "observer.interface.id", &flow->interface_id, OPTIONAL);
	read_coordinates(r, flow);
}

int tagged_flow_parse(const char *bytes, size_t length, struct tagged_flow *flow,
		      struct fault *fault)
{
	enum scan_outcome outcome;
	struct json_object *object, *tree = json_parse(bytes, length, &outcome);
	const struct tagged_flow_reading r = {tree, "", fault};

	*fault = (struct fault){0};
	*flow = (struct tagged_flow){0};
	if (outcome == SCAN_TOO_DEEP)
		refuse(&r, FAULT_TOO_LARGE, "", "objects and arrays nested at most 32 deep");
	else if (tree == NULL)
		refuse(&r, FAULT_NOT_JSON, "", "one JSON object (RFC 8259)");
	else if (json_object_at(tree, "", &object) != JSON_FOUND)
		refuse(&r, FAULT_NOT_AN_OBJECT, "", "a JSON object");
	else
		read_flow(&r, flow);
	json_free(tree);
	return fault->reason == FAULT_NONE ? 0 : -1;
}
