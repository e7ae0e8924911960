#include "producers/flows/flow_l7.h"

#include <stdbool.h>
#include <stddef.h>

static const char *const protocols[FLOW_L7_PROTOCOLS] = {
	[FLOW_L7_HTTP] = "http",
	[FLOW_L7_HTTP2] = "http2",
	[FLOW_L7_GRPC] = "grpc",
	[FLOW_L7_DNS] = "dns",
	[FLOW_L7_REDIS] = "redis",
	[FLOW_L7_KAFKA] = "kafka",
	[FLOW_L7_POSTGRESQL] = "postgresql",
	[FLOW_L7_MYSQL] = "mysql",
	[FLOW_L7_TLS] = "tls",
};

static const char *const reasons[FLOW_L7_REASONS] = {
	[FLOW_L7_GAP] = "gap",
	[FLOW_L7_CUT] = "cut",
	[FLOW_L7_START] = "start",
	[FLOW_L7_MALFORMED] = "malformed",
	[FLOW_L7_UNMATCHED] = "unmatched",
	[FLOW_L7_STOPPED] = "stopped",
};

static const char *const http_classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
static const char *const grpc_codes[] = {
	"ok",
	"cancelled",
	"unknown",
	"invalid_argument",
	"deadline_exceeded",
	"not_found",
	"already_exists",
	"permission_denied",
	"resource_exhausted",
	"failed_precondition",
	"aborted",
	"out_of_range",
	"unimplemented",
	"internal",
	"unavailable",
	"data_loss",
	"unauthenticated",
	"other",
};
static const char *const plain_statuses[] = {"ok", "error"};
/* RFC 1035 4.1.1, RFC 2136 2.2 and RFC 8490 10.2. */
static const char *const dns_codes[] = {
	"noerror", "formerr", "servfail", "nxdomain",  "notimp", "refused", "yxdomain", "yxrrset",
	"nxrrset", "notauth", "notzone",  "dsotypeni", "12",     "13",      "14",       "15",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Adds the members of COUNTS that are not zero as object NAME, if there are any. */
static void add_counts(struct text *text, const char *name, const char *const *names,
		       const uint32_t *counts, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (counts[i] == 0)
			continue;
		if (any)
			text_add_string(text, ",\"");
		else
			text_add_format(text, ",\"%s\":{\"", name);
		text_add_string(text, names[i]);
		text_add_string(text, "\":");
		text_add_u64(text, counts[i]);
		any = true;
	}
	if (any)
		text_add_string(text, "}");
}

static void add_number(struct text *text, const char *name, uint64_t number)
{
	text_add_string(text, name);
	text_add_u64(text, number);
}

static void add_times(struct text *text, const char *name, const struct flow_response_time *times)
{
	if (times->count == 0)
		return;
	text_add_string(text, name);
	add_number(text, "{\"count\":", times->count);
	add_number(text, ",\"sum\":", times->sum);
	add_number(text, ",\"min\":", times->min);
	add_number(text, ",\"max\":", times->max);
	text_add_string(text, ",\"histogram\":{\"scale\":3,\"offset\":");
	text_add_i64(text, times->offset);
	text_add_string(text, ",\"counts\":");
	for (unsigned i = 0; i < times->buckets; i++)
		add_number(text, i > 0 ? "," : "[", times->counts[i]);
	text_add_string(text, "]}}");
}

static void add_statuses(const struct flow_l7 *l7, struct text *text)
{
	switch (l7->protocol) {
	case FLOW_L7_GRPC:
	case FLOW_L7_HTTP2:
	case FLOW_L7_HTTP:
		add_counts(text, "status", http_classes, l7->status, COUNT(http_classes));
		add_counts(text, "grpc_status", grpc_codes, l7->status + FLOW_L7_STATUS_GRPC,
			   COUNT(grpc_codes));
		break;
	case FLOW_L7_DNS:
		add_counts(text, "rcode", dns_codes, l7->status, COUNT(dns_codes));
		break;
	case FLOW_L7_REDIS:
	case FLOW_L7_POSTGRESQL:
	case FLOW_L7_MYSQL:
		add_counts(text, "status", plain_statuses, l7->status, COUNT(plain_statuses));
		break;
	default:
		break;
	}
}

static void add_messages(const struct flow_l7 *l7, struct text *text)
{
	text_add_string(text, l7->from_destination ? ",\"client\":\"destination\""
						   : ",\"client\":\"source\"");
	add_number(text, ",\"requests\":", l7->requests);
	add_number(text, ",\"responses\":", l7->responses);
	if (l7->retries > 0)
		add_number(text, ",\"retries\":", l7->retries);
	if (l7->unanswered > 0)
		add_number(text, ",\"unanswered\":", l7->unanswered);
	if (l7->one_way > 0)
		add_number(text, ",\"one_way\":", l7->one_way);
	add_statuses(l7, text);
	add_times(text, ",\"time_to_first_byte\":", &l7->first_byte);
	add_times(text, ",\"time_to_last_byte\":", &l7->last_byte);
}

void flow_l7_add(const struct flow_l7 *l7, struct text *text)
{
	bool uncertain = false;

	if (l7->protocol == FLOW_L7_NONE)
		return;
	text_add_string(text, "\"l7\":{\"protocol\":\"");
	text_add_string(text, protocols[l7->protocol]);
	text_add_string(text, "\"");
	if (l7->protocol != FLOW_L7_TLS)
		add_messages(l7, text);
	for (unsigned i = 0; i < FLOW_L7_REASONS; i++)
		uncertain |= l7->uncertain[i] > 0;
	if (uncertain) {
		text_add_string(text, ",\"incomplete\":true");
		add_counts(text, "uncertain", reasons, l7->uncertain, FLOW_L7_REASONS);
	}
	text_add_string(text, "},");
}
