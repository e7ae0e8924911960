#include "sink/lookup/http/http_metrics.h"

#include <stdio.h>

#include "common/http/http_server.h"
#include "common/http/metrics.h"
#include "common/timeline/timeline_metrics.h"
#include "sink/lookup/dns/dns_cache.h"

enum {
	BUILD,
	READY,
	REQUESTS,
	ANSWERS,
	DNS,
	DNS_CACHED,
	DNS_LIMITED,
	DNS_LEFT_OUT,
	DNS_TCP_CLOSED,
	UPSTREAM,
};

static const struct metric table[] = {
	[BUILD] = {"tenure_build_info",
		   METRIC_GAUGE,
		   "The version that runs.",
		   {"program", "version"}},
	[READY] = {"tenure_lookup_caught_up",
		   METRIC_GAUGE,
		   "1 once the topic was read to its end and while it is open.",
		   {0}},
	[REQUESTS] = {"tenure_http_requests_total",
		      METRIC_COUNTER,
		      "HTTP requests by their route and the class of the answer's status.",
		      {"handler", "code"}},
	[ANSWERS] =
		{"tenure_lookup_answers_total",
		 METRIC_COUNTER,
		 "Answers about an address, by status and reason; a known one has no reason. Of a "
		 "name, each address that it ever had counts.",
		 {"status", "reason"}},
	[DNS] = {"tenure_dns_queries_total",
		 METRIC_COUNTER,
		 "DNS queries that were answered, by type and response code.",
		 {"type", "rcode"}},
	[DNS_CACHED] = {"tenure_dns_cached_total",
			METRIC_COUNTER,
			"DNS answers that were given again, in no count of answers about an "
			"address.",
			{0}},
	[DNS_LIMITED] = {"tenure_dns_limited_total",
			 METRIC_COUNTER,
			 "DNS answers beyond --dns-rate, truncated or dropped.",
			 {"action"}},
	[DNS_LEFT_OUT] = {"tenure_dns_unanswered_total",
			  METRIC_COUNTER,
			  "DNS answers that the system did not take, and questions without room to "
			  "wait for the upstream server.",
			  {"reason"}},
	[DNS_TCP_CLOSED] = {"tenure_dns_tcp_closed_total",
			    METRIC_COUNTER,
			    "DNS connections that were closed: for want of room, at their "
			    "deadline, or for a question that is too long.",
			    {"reason"}},
	[UPSTREAM] = {"tenure_dns_upstream_total",
		      METRIC_COUNTER,
		      "Questions to the upstream server, by what became of them.",
		      {"result"}},
};

struct counted {
	const char *label;
	uint64_t count;
};

static void add_all(struct text *out, int metric, const struct counted *list, size_t count)
{
	metrics_begin(out, &table[metric]);
	for (size_t i = 0; i < count; i++)
		metrics_add(out, &table[metric], &list[i].label, list[i].count);
}

static void add_requests(const struct http_server *http, const struct http_route *routes,
			 struct text *out)
{
	size_t at = 0;

	metrics_begin(out, &table[REQUESTS]);
	for (bool more = true; more; at++) {
		const char *path = routes[at].path;
		const uint64_t *answers =
			http_server_answers(http, path != NULL ? at : HTTP_ROUTES_MAX);

		for (int class = 2; class < HTTP_CLASSES; class ++) {
			char code[] = {(char)('0' + class), 'x', 'x', '\0'};

			metrics_add(out, &table[REQUESTS],
				    (const char *[]){path != NULL ? path : "", code},
				    answers[class]);
		}
		more = path != NULL;
	}
}

static void add_answers(const struct answer_tally *tally, struct text *out)
{
	metrics_begin(out, &table[ANSWERS]);
	metrics_add(out, &table[ANSWERS], (const char *[]){"known", ""}, tally->known);
	for (size_t i = 0; i < ANSWER_TALLY_REASONS && tally->others[i].reason != NULL; i++)
		metrics_add(out, &table[ANSWERS],
			    (const char *[]){tally->others[i].status, tally->others[i].reason},
			    tally->others[i].count);
}

static void add_dns(const struct dns_server *dns, struct text *out)
{
	struct dns_server_stats s = dns_server_stats(dns);
	const struct counted limited[] = {{"truncated", s.udp.truncated},
					  {"dropped", s.udp.dropped}};
	const struct counted left_out[] = {{"unsent", s.udp.unsent},
					   {"waiting_full", s.udp.waiting_full}};
	const struct counted closed[] = {
		{"displaced", s.tcp.displaced}, {"late", s.tcp.late}, {"too_long", s.tcp.too_long}};
	const struct counted upstream[] = {{"answered", s.upstream.answered},
					   {"failed", s.upstream.failed},
					   {"unsent", s.upstream.unsent},
					   {"foreign", s.upstream.foreign},
					   {"refused", s.upstream.refused}};

	metrics_begin(out, &table[DNS]);
	for (int type = 0; type < DNS_COUNTED_TYPES; type++)
		for (int code = 0; code < DNS_COUNTED_CODES; code++)
			metrics_add(out, &table[DNS],
				    (const char *[]){dns_type_names[type], dns_code_names[code]},
				    s.responder.answers[type][code]);
	metrics_add_one(out, &table[DNS_CACHED], s.responder.cached);
	add_all(out, DNS_LIMITED, limited, 2);
	add_all(out, DNS_LEFT_OUT, left_out, 2);
	add_all(out, DNS_TCP_CLOSED, closed, 3);
	if (s.has_upstream)
		add_all(out, UPSTREAM, upstream, 5);
}

static void add_tables(const struct lookup_server *server, struct text *out)
{
	struct table_use tables[5] = {http_server_connections(server->http)};
	size_t count = 1;

	if (server->dns != NULL) {
		struct dns_server_stats s = dns_server_stats(server->dns);

		tables[count++] =
			(struct table_use){"dns_answers", s.responder.kept, DNS_CACHE_ANSWERS};
		tables[count++] =
			(struct table_use){"dns_connections", s.tcp.open, DNS_TCP_CONNECTIONS_MAX};
		if (s.has_upstream) {
			tables[count++] = (struct table_use){"dns_upstream_questions",
							     s.upstream.open, UPSTREAM_PENDING_MAX};
			tables[count++] = (struct table_use){"dns_waiting_questions", s.udp.waiting,
							     s.addresses * DNS_UDP_WAITING_MAX};
		}
	}
	metrics_add_table_entries(out, tables, count);
}

void http_metrics_add(const struct lookup_server *server, const struct http_route *routes,
		      struct text *out)
{
	metrics_add_build(out, &table[BUILD], "tenure-lookup");
	metrics_add_one(out, &table[READY], serve_topic_is_whole(&server->topic));
	timeline_metrics_add(server->timeline, server->topic.kube_topic, out);
	add_answers(timeline_tally(server->timeline), out);
	add_requests(server->http, routes, out);
	if (server->dns != NULL)
		add_dns(server->dns, out);
	add_tables(server, out);
}
