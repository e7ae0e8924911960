#include "common/record/flow_endpoints.h"

#include <string.h>

#include "common/base/scan.h"
#include "common/base/transport.h"

#define TENURE_NAME ",\"tenure\":"
#define TENURE_NAME_LENGTH (sizeof(TENURE_NAME) - 1)
#define NAME_SIZE 256                 /* of an unescaped one: DNS allows 253 bytes */
#define PLAIN_SIZE (2 * IP_TEXT_SIZE) /* of an unescaped text; no valid one is longer */

/* Rows of the table below, in its order. */
enum row {
	EVENT,
	NETWORK,
	SOURCE,
	DESTINATION,
	TENURE,
	FLOW,
	TCP,
	OBSERVER,
	TOP_ROWS,
	EVENT_START = TOP_ROWS,
	EVENT_END,
	TRANSPORT,
	SOURCE_IP,
	SOURCE_PORT,
	SOURCE_PACKETS,
	SOURCE_NAT,
	SOURCE_ORIGINAL,
	DESTINATION_IP,
	DESTINATION_PORT,
	DESTINATION_PACKETS,
	DESTINATION_NAT,
	DESTINATION_ORIGINAL,
	INITIATOR,
	TCP_FLAGS,
	SOURCE_FLAGS,
	SOURCE_NAT_IP,
	SOURCE_NAT_PORT,
	SOURCE_ORIGINAL_IP,
	SOURCE_ORIGINAL_PORT,
	DESTINATION_NAT_IP,
	DESTINATION_NAT_PORT,
	DESTINATION_ORIGINAL_IP,
	DESTINATION_ORIGINAL_PORT,
	HOSTNAME,
	INTERFACE,
	INTERFACE_UID,
	ROWS,
};

static const struct scan_member wanted[ROWS] = {
	SCAN_MEMBER("event", EVENT_START, 2),
	SCAN_MEMBER("network", TRANSPORT, 1),
	SCAN_MEMBER("source", SOURCE_IP, 5),
	SCAN_MEMBER("destination", DESTINATION_IP, 5),
	SCAN_MEMBER("tenure", 0, 0),
	SCAN_MEMBER("flow", INITIATOR, 1),
	SCAN_MEMBER("tcp", TCP_FLAGS, 1),
	SCAN_MEMBER("observer", HOSTNAME, 2),
	SCAN_MEMBER("start", 0, 0),
	SCAN_MEMBER("end", 0, 0),
	SCAN_MEMBER("transport", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("packets", 0, 0),
	SCAN_MEMBER("nat", SOURCE_NAT_IP, 2),
	SCAN_MEMBER("original", SOURCE_ORIGINAL_IP, 2),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("packets", 0, 0),
	SCAN_MEMBER("nat", DESTINATION_NAT_IP, 2),
	SCAN_MEMBER("original", DESTINATION_ORIGINAL_IP, 2),
	SCAN_MEMBER("initiator", 0, 0),
	SCAN_MEMBER("flags", SOURCE_FLAGS, 1),
	SCAN_MEMBER("source", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("hostname", 0, 0),
	SCAN_MEMBER("interface", INTERFACE_UID, 1),
	SCAN_MEMBER("uid", 0, 0),
};

static const char *const paths[ROWS] = {
	"event",
	"network",
	"source",
	"destination",
	"tenure",
	"flow",
	"tcp",
	"observer",
	"event.start",
	"event.end",
	"network.transport",
	"source.ip",
	"source.port",
	"source.packets",
	"source.nat",
	"source.original",
	"destination.ip",
	"destination.port",
	"destination.packets",
	"destination.nat",
	"destination.original",
	"flow.initiator",
	"tcp.flags",
	"tcp.flags.source",
	"source.nat.ip",
	"source.nat.port",
	"source.original.ip",
	"source.original.port",
	"destination.nat.ip",
	"destination.nat.port",
	"destination.original.ip",
	"destination.original.port",
	"observer.hostname",
	"observer.interface",
	"observer.interface.uid",
};

static int refuse(struct fault *fault, enum fault_reason reason, int row, const char *detail)
{
	return fault_refuse(fault, reason, row < 0 ? "" : paths[row], detail);
}

/* The details of a text that is absent, of another type, or not the text that is needed. */
struct text_needed {
	const char *absent, *type, *value;
};

static const struct text_needed time_needed = {
	"an RFC 3339 time is needed",
	"an RFC 3339 time in a string is needed",
	"an RFC 3339 time such as 2026-11-23T08:00:02.5Z is needed",
};
static const struct text_needed ip_needed = {
	"an IP address is needed",
	"an IP address in a string is needed",
	"an IPv4 or IPv6 address is needed",
};

/* Finds the text at ROW, or its unescaped form in PLAIN. */
static int read_text(const struct scan *scan, int row, const struct text_needed *needed,
		     char plain[static PLAIN_SIZE], struct span *text, struct fault *fault)
{
	const struct scan_value *value = &scan->values[row];

	if (value->kind == SCAN_ABSENT)
		return refuse(fault, FAULT_MISSING_MEMBER, row, needed->absent);
	if (value->kind != SCAN_STRING)
		return refuse(fault, FAULT_WRONG_TYPE, row, needed->type);
	text->data = scan_value_text(value, plain, PLAIN_SIZE, &text->length);
	return text->data != NULL ? 0 : refuse(fault, FAULT_WRONG_VALUE, row, needed->value);
}

static int read_when(const struct scan *scan, int row, struct when *moment, struct fault *fault)
{
	char plain[PLAIN_SIZE];
	struct span text;

	if (read_text(scan, row, &time_needed, plain, &text, fault) < 0)
		return -1;
	return when_parse(text.data, text.length, moment) == 0
		       ? 0
		       : refuse(fault, FAULT_WRONG_VALUE, row, time_needed.value);
}

static int read_ip(const struct scan *scan, int row, struct ip *ip, struct fault *fault)
{
	char plain[PLAIN_SIZE];
	struct span text;

	if (read_text(scan, row, &ip_needed, plain, &text, fault) < 0)
		return -1;
	return ip_parse(text.data, text.length, ip) == 0
		       ? 0
		       : refuse(fault, FAULT_WRONG_VALUE, row, ip_needed.value);
}

static bool is_given(const struct scan_value *value)
{
	return value->kind != SCAN_ABSENT && value->kind != SCAN_NULL;
}

/* Reads the end whose ip, port and packets are at ROW, ROW + 1 and ROW + 2. */
static int read_end(const struct scan *scan, int row, struct flow_endpoint *end,
		    struct fault *fault)
{
	const struct scan_value *port = &scan->values[row + 1], *packets = &scan->values[row + 2];
	uint64_t number = 0;

	if (read_ip(scan, row, &end->ip, fault) < 0)
		return -1;
	end->port = -1;
	end->sent = row == SOURCE_IP;
	if (is_given(port)) {
		if (port->kind != SCAN_NUMBER)
			return refuse(fault, FAULT_WRONG_TYPE, row + 1, "a port number is needed");
		if (scan_value_unsigned(port, &number) < 0 || number > 65535)
			return refuse(fault, FAULT_WRONG_VALUE, row + 1,
				      "a port number from 0 to 65535 is needed");
		end->port = (int32_t)number;
	}
	if (is_given(packets)) {
		if (packets->kind != SCAN_NUMBER)
			return refuse(fault, FAULT_WRONG_TYPE, row + 2,
				      "a count of packets is needed");
		if (scan_value_unsigned(packets, &number) < 0)
			return refuse(fault, FAULT_WRONG_VALUE, row + 2,
				      "a count of packets, a whole number, is needed");
		end->sent = number > 0;
	}
	return 0;
}

/* Reads the end whose ip and port are at ROW and ROW + 1, and which SIDE was or became. One that is
 * not as it should be is left out: it is no reason to reject the flow. */
static bool read_other(const struct scan *scan, int row, const struct flow_endpoint *side,
		       struct flow_endpoint *other)
{
	const struct scan_value *port = &scan->values[row + 1];
	struct fault ignored;
	uint64_t number = 0;

	if (read_ip(scan, row, &other->ip, &ignored) < 0)
		return false;
	if (is_given(port) &&
	    (port->kind != SCAN_NUMBER || scan_value_unsigned(port, &number) < 0 || number > 65535))
		return false;
	other->port = is_given(port) ? (int32_t)number : -1;
	other->sent = side->sent;
	return true;
}

static void read_others(const struct scan *scan, struct flow_endpoints *ends)
{
	static const int rows[FLOW_OTHERS] = {
		[FLOW_SOURCE_NAT] = SOURCE_NAT_IP,
		[FLOW_DESTINATION_NAT] = DESTINATION_NAT_IP,
		[FLOW_SOURCE_ORIGINAL] = SOURCE_ORIGINAL_IP,
		[FLOW_DESTINATION_ORIGINAL] = DESTINATION_ORIGINAL_IP,
	};

	for (int i = 0; i < FLOW_OTHERS; i++) {
		bool is_source = i == FLOW_SOURCE_NAT || i == FLOW_SOURCE_ORIGINAL;

		ends->has_other[i] =
			read_other(scan, rows[i], is_source ? &ends->source : &ends->destination,
				   &ends->others[i]);
	}
}

/* The protocol's number. An unknown name only means that no service port can be matched. */
static int read_transport(const struct scan *scan, int *transport, struct fault *fault)
{
	const struct scan_value *value = &scan->values[TRANSPORT];
	char plain[PLAIN_SIZE];
	size_t length = 0;
	const char *text = scan_value_text(value, plain, sizeof(plain), &length);

	if (is_given(value) && value->kind != SCAN_STRING)
		return refuse(fault, FAULT_WRONG_TYPE, TRANSPORT,
			      "the protocol's name in a string is needed");
	*transport = text != NULL ? transport_parse(text, length) : TRANSPORT_NONE;
	return 0;
}

/* Whether it is proven that the source began. In ECS it is only the sender. */
static bool source_began(const struct scan *scan)
{
	bool said = scan->values[INITIATOR].kind != SCAN_ABSENT;
	const struct scan_value *value = &scan->values[said ? INITIATOR : SOURCE_FLAGS];
	char plain[PLAIN_SIZE];
	struct span text;

	text.data = scan_value_text(value, plain, sizeof(plain), &text.length);
	if (text.data == NULL)
		return false;
	return said ? span_equal(text, span_of("syn"))
		    : memchr(text.data, 'S', text.length) != NULL;
}

/* span_hash() of a text; 0 if it is none. */
static uint64_t read_name_hash(const struct scan_value *value)
{
	char plain[NAME_SIZE];
	struct span text;

	text.data = scan_value_text(value, plain, sizeof(plain), &text.length);
	return text.data != NULL ? span_hash(text) : 0;
}

/* Scans the record BYTES[LENGTH]. */
static int scan_record(const char *bytes, size_t length, struct scan *scan, struct fault *fault)
{
	switch (scan_object(bytes, length, wanted, TOP_ROWS, ROWS, scan)) {
	case SCAN_GOOD:
		break;
	case SCAN_NOT_JSON:
		fault->at = scan->fault_at;
		return refuse(fault, FAULT_NOT_JSON, -1,
			      "one JSON object (RFC 8259, UTF-8) is needed");
	case SCAN_NOT_AN_OBJECT:
		return refuse(fault, FAULT_NOT_AN_OBJECT, -1, "one JSON object is needed");
	case SCAN_TOO_DEEP:
		return refuse(fault, FAULT_TOO_DEEP, -1, "at most 32 levels of nesting are read");
	case SCAN_TWICE:
		return refuse(fault, FAULT_MEMBER_TWICE, scan->member_twice,
			      "a member may stand only once in its object");
	}
	return 0;
}

static int read_members(const struct scan *scan, struct flow_endpoints *ends, struct fault *fault)
{
	struct flow_endpoints read = {.closing_brace = scan->closing_brace, .empty = scan->empty};

	if (read_when(scan, EVENT_END, &read.end, fault) < 0)
		return -1;
	read.start = read.end;
	if (scan->values[EVENT_START].kind != SCAN_ABSENT &&
	    read_when(scan, EVENT_START, &read.start, fault) < 0)
		return -1;
	if (when_before(read.end, read.start))
		return refuse(fault, FAULT_WRONG_VALUE, EVENT_END,
			      "a time not before event.start is needed");
	if (read_end(scan, SOURCE_IP, &read.source, fault) < 0 ||
	    read_end(scan, DESTINATION_IP, &read.destination, fault) < 0 ||
	    read_transport(scan, &read.transport, fault) < 0)
		return -1;
	read_others(scan, &read);
	read.source_began = source_began(scan);
	read.observer = read_name_hash(&scan->values[HOSTNAME]);
	read.interface = read_name_hash(&scan->values[INTERFACE_UID]);
	*ends = read;
	return 0;
}

int flow_endpoints_read(const char *bytes, size_t length, struct flow_endpoints *ends,
			struct fault *fault)
{
	struct scan scan;

	if (length > FLOW_ENDPOINTS_RECORD_MAX)
		return refuse(fault, FAULT_TOO_LARGE, -1, "at most 524288 bytes are read");
	if (scan_record(bytes, length, &scan, fault) < 0)
		return -1;
	if (scan.values[TENURE].kind != SCAN_ABSENT)
		return refuse(fault, FAULT_ALREADY_TAGGED, TENURE,
			      "a flow without a tenure member is needed");
	return read_members(&scan, ends, fault);
}

/* Finds the object tenure of the record BYTES, which must be where the enricher puts it. */
static int find_tags(const char *bytes, const struct scan *scan, struct span *tags,
		     struct fault *fault)
{
	const struct scan_value *value = &scan->values[TENURE];
	const char *end = bytes + scan->closing_brace;

	if (value->kind == SCAN_ABSENT)
		return refuse(fault, FAULT_NOT_TAGGED, TENURE,
			      "a flow that tenure-enrich has tagged is needed");
	if (value->kind == SCAN_OBJECT && value->text - bytes >= (ptrdiff_t)TENURE_NAME_LENGTH &&
	    memcmp(value->text - TENURE_NAME_LENGTH, TENURE_NAME, TENURE_NAME_LENGTH) == 0) {
		*tags = (struct span){value->text, (size_t)(end - value->text)};
		if (scan_first_object(tags->data, tags->length) == tags->length)
			return 0;
	}
	return refuse(
		fault, FAULT_FOREIGN_TAGS, TENURE,
		"an object at the end of the record, with no white space around it, is needed");
}

int flow_endpoints_read_tagged(const char *bytes, size_t length, struct flow_endpoints *ends,
			       struct span *tags, struct fault *fault)
{
	struct span found;
	struct scan scan;

	if (length > 2 * FLOW_ENDPOINTS_RECORD_MAX)
		return refuse(fault, FAULT_TOO_LARGE, -1, "at most 1048576 bytes are read");
	if (scan_record(bytes, length, &scan, fault) < 0 ||
	    find_tags(bytes, &scan, &found, fault) < 0)
		return -1;
	scan.closing_brace = (size_t)(found.data - bytes) - TENURE_NAME_LENGTH;
	if (read_members(&scan, ends, fault) < 0)
		return -1;
	*tags = found;
	return 0;
}
