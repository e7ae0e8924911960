#include "common/record/flow_endpoints.h"

#include "common/base/scan.h"
#include "common/base/transport.h"

/* Rows of the table below, in its order. */
enum row {
	EVENT,
	NETWORK,
	SOURCE,
	DESTINATION,
	TENURE,
	TCP,
	TOP_ROWS,
	EVENT_START = TOP_ROWS,
	EVENT_END,
	TRANSPORT,
	SOURCE_IP,
	SOURCE_PORT,
	SOURCE_PACKETS,
	DESTINATION_IP,
	DESTINATION_PORT,
	DESTINATION_PACKETS,
	FLAGS,
	SOURCE_FLAGS,
	DESTINATION_FLAGS,
	ROWS,
};

static const struct scan_member wanted[ROWS] = {
	SCAN_MEMBER("event", EVENT_START, 2),
	SCAN_MEMBER("network", TRANSPORT, 1),
	SCAN_MEMBER("source", SOURCE_IP, 3),
	SCAN_MEMBER("destination", DESTINATION_IP, 3),
	SCAN_MEMBER("tenure", 0, 0),
	SCAN_MEMBER("tcp", FLAGS, 1),
	SCAN_MEMBER("start", 0, 0),
	SCAN_MEMBER("end", 0, 0),
	SCAN_MEMBER("transport", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("packets", 0, 0),
	SCAN_MEMBER("ip", 0, 0),
	SCAN_MEMBER("port", 0, 0),
	SCAN_MEMBER("packets", 0, 0),
	SCAN_MEMBER("flags", SOURCE_FLAGS, 2),
	SCAN_MEMBER("source", 0, 0),
	SCAN_MEMBER("destination", 0, 0),
};

static const char *const paths[ROWS] = {
	"event",          "network",          "source",
	"destination",    "tenure",           "tcp",
	"event.start",    "event.end",        "network.transport",
	"source.ip",      "source.port",      "source.packets",
	"destination.ip", "destination.port", "destination.packets",
	"tcp.flags",      "tcp.flags.source", "tcp.flags.destination",
};

static enum flow_endpoints_outcome fault_of(struct flow_endpoints_fault *fault,
					    enum flow_endpoints_outcome outcome, int row,
					    const char *detail)
{
	fault->member = row < 0 ? NULL : paths[row];
	fault->detail = detail;
	return outcome;
}

static enum flow_endpoints_outcome read_when(const struct scan *scan, int row, struct when *moment,
					     struct flow_endpoints_fault *fault)
{
	const struct scan_value *value = &scan->values[row];
	char plain[2 * WHEN_TEXT_SIZE];
	size_t length = 0;
	const char *text = scan_value_text(value, plain, sizeof(plain), &length);

	if (value->kind == SCAN_ABSENT)
		return fault_of(fault, FLOW_ENDPOINTS_MISSING_MEMBER, row,
				"an RFC 3339 time is needed");
	if (value->kind != SCAN_STRING)
		return fault_of(fault, FLOW_ENDPOINTS_WRONG_TYPE, row,
				"an RFC 3339 time in a string is needed");
	if (text == NULL || when_parse(text, length, moment) < 0)
		return fault_of(fault, FLOW_ENDPOINTS_WRONG_VALUE, row,
				"an RFC 3339 time such as 2026-11-23T08:00:02.5Z is needed");
	return FLOW_ENDPOINTS_GOOD;
}

static enum flow_endpoints_outcome read_ip(const struct scan *scan, int row, struct ip *ip,
					   struct flow_endpoints_fault *fault)
{
	const struct scan_value *value = &scan->values[row];
	char plain[2 * IP_TEXT_SIZE];
	size_t length = 0;
	const char *text = scan_value_text(value, plain, sizeof(plain), &length);

	if (value->kind == SCAN_ABSENT)
		return fault_of(fault, FLOW_ENDPOINTS_MISSING_MEMBER, row,
				"an IP address is needed");
	if (value->kind != SCAN_STRING)
		return fault_of(fault, FLOW_ENDPOINTS_WRONG_TYPE, row,
				"an IP address in a string is needed");
	if (text == NULL || ip_parse(text, length, ip) < 0)
		return fault_of(fault, FLOW_ENDPOINTS_WRONG_VALUE, row,
				"an IPv4 or IPv6 address is needed");
	return FLOW_ENDPOINTS_GOOD;
}

/* Reads the end whose ip, port and packets stand at ROW, ROW + 1 and ROW + 2. */
static enum flow_endpoints_outcome read_end(const struct scan *scan, int row,
					    struct flow_endpoint *end,
					    struct flow_endpoints_fault *fault)
{
	const struct scan_value *port = &scan->values[row + 1], *packets = &scan->values[row + 2];
	enum flow_endpoints_outcome outcome = read_ip(scan, row, &end->ip, fault);
	uint64_t number = 0;

	if (outcome != FLOW_ENDPOINTS_GOOD)
		return outcome;
	end->port = -1;
	end->sent = row == SOURCE_IP;
	if (port->kind != SCAN_ABSENT && port->kind != SCAN_NULL) {
		if (port->kind != SCAN_NUMBER)
			return fault_of(fault, FLOW_ENDPOINTS_WRONG_TYPE, row + 1,
					"a port number is needed");
		if (scan_value_unsigned(port, &number) < 0 || number > 65535)
			return fault_of(fault, FLOW_ENDPOINTS_WRONG_VALUE, row + 1,
					"a port number from 0 to 65535 is needed");
		end->port = (int32_t)number;
	}
	if (packets->kind != SCAN_ABSENT && packets->kind != SCAN_NULL) {
		if (packets->kind != SCAN_NUMBER)
			return fault_of(fault, FLOW_ENDPOINTS_WRONG_TYPE, row + 2,
					"a count of packets is needed");
		if (scan_value_unsigned(packets, &number) < 0)
			return fault_of(fault, FLOW_ENDPOINTS_WRONG_VALUE, row + 2,
					"a count of packets, a whole number, is needed");
		end->sent = number > 0;
	}
	return FLOW_ENDPOINTS_GOOD;
}

/* The protocol's number; a name that is not known here only means that no service port
 * can be matched. */
static enum flow_endpoints_outcome read_transport(const struct scan *scan, int *transport,
						  struct flow_endpoints_fault *fault)
{
	const struct scan_value *value = &scan->values[TRANSPORT];
	char plain[64];
	size_t length = 0;
	const char *text = scan_value_text(value, plain, sizeof(plain), &length);

	*transport = TRANSPORT_NONE;
	if (value->kind == SCAN_ABSENT || value->kind == SCAN_NULL)
		return FLOW_ENDPOINTS_GOOD;
	if (value->kind != SCAN_STRING)
		return fault_of(fault, FLOW_ENDPOINTS_WRONG_TYPE, TRANSPORT,
				"the protocol's name in a string is needed");
	if (text == NULL)
		return FLOW_ENDPOINTS_GOOD;
	*transport = transport_parse(text, length);
	return FLOW_ENDPOINTS_GOOD;
}

/* Did the end whose TCP flags stand at ROW send what takes a process? */
static bool spoke(const struct scan *scan, int row, int transport, const struct flow_endpoint *end)
{
	const struct scan_value *value = &scan->values[row];
	char plain[64];
	size_t length = 0;
	const char *text;

	if (!end->sent || transport != TRANSPORT_TCP)
		return end->sent && transport == TRANSPORT_UDP;
	text = value->kind == SCAN_STRING ? scan_value_text(value, plain, sizeof(plain), &length)
					  : NULL;
	return text != NULL && (tcp_flags_parse(text, length) & (TCP_SYN | TCP_PSH | TCP_FIN)) != 0;
}

static enum flow_endpoints_outcome judge(enum scan_outcome scanned, const struct scan *scan,
					 struct flow_endpoints_fault *fault)
{
	fault->at = scan->fault_at;
	switch (scanned) {
	case SCAN_GOOD:
		break;
	case SCAN_NOT_JSON:
		return fault_of(fault, FLOW_ENDPOINTS_NOT_JSON, -1,
				"one JSON object (RFC 8259, UTF-8) is needed");
	case SCAN_NOT_AN_OBJECT:
		return fault_of(fault, FLOW_ENDPOINTS_NOT_AN_OBJECT, -1,
				"one JSON object is needed");
	case SCAN_TOO_DEEP:
		return fault_of(fault, FLOW_ENDPOINTS_TOO_DEEP, -1,
				"at most 32 levels of nesting are read");
	case SCAN_TWICE:
		return fault_of(fault, FLOW_ENDPOINTS_MEMBER_TWICE, scan->member_twice,
				"a member may stand only once in its object");
	}
	if (scan->values[TENURE].kind != SCAN_ABSENT)
		return fault_of(fault, FLOW_ENDPOINTS_ALREADY_TAGGED, TENURE,
				"a flow without a tenure member is needed");
	return FLOW_ENDPOINTS_GOOD;
}

enum flow_endpoints_outcome flow_endpoints_read(const char *bytes, size_t length,
						struct flow_endpoints *ends,
						struct flow_endpoints_fault *fault)
{
	struct scan scan;
	enum flow_endpoints_outcome outcome;

	*fault = (struct flow_endpoints_fault){0};
	if (length > FLOW_ENDPOINTS_RECORD_MAX)
		return fault_of(fault, FLOW_ENDPOINTS_TOO_LARGE, -1,
				"at most 524288 bytes are read");
	outcome = judge(scan_object(bytes, length, wanted, TOP_ROWS, ROWS, &scan), &scan, fault);
	if (outcome == FLOW_ENDPOINTS_GOOD)
		outcome = read_when(&scan, EVENT_END, &ends->end, fault);
	ends->start = ends->end;
	if (outcome == FLOW_ENDPOINTS_GOOD && scan.values[EVENT_START].kind != SCAN_ABSENT)
		outcome = read_when(&scan, EVENT_START, &ends->start, fault);
	if (outcome == FLOW_ENDPOINTS_GOOD && when_before(ends->end, ends->start))
		outcome = fault_of(fault, FLOW_ENDPOINTS_WRONG_VALUE, EVENT_END,
				   "a time not before event.start is needed");
	if (outcome == FLOW_ENDPOINTS_GOOD)
		outcome = read_end(&scan, SOURCE_IP, &ends->source, fault);
	if (outcome == FLOW_ENDPOINTS_GOOD)
		outcome = read_end(&scan, DESTINATION_IP, &ends->destination, fault);
	if (outcome == FLOW_ENDPOINTS_GOOD)
		outcome = read_transport(&scan, &ends->transport, fault);
	if (outcome == FLOW_ENDPOINTS_GOOD) {
		ends->source.spoke = spoke(&scan, SOURCE_FLAGS, ends->transport, &ends->source);
		ends->destination.spoke =
			spoke(&scan, DESTINATION_FLAGS, ends->transport, &ends->destination);
	}
	ends->closing_brace = scan.closing_brace;
	ends->empty = scan.empty;
	return outcome;
}

const char *flow_endpoints_name(enum flow_endpoints_outcome outcome)
{
	static const char *const names[FLOW_ENDPOINTS_OUTCOMES] = {
		"good",         "not_json",       "not_an_object", "too_deep",    "too_large",
		"member_twice", "missing_member", "wrong_type",    "wrong_value", "already_tagged",
	};

	return names[outcome];
}
