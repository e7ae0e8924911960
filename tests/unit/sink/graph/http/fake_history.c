#include "tests/unit/sink/graph/http/fake_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct graph_server fake_server(struct history *history)
{
	return (struct graph_server){.history = history, .now = FAKE_NOW};
}

void fake_ask(struct graph_server *server,
	      void (*answer)(void *user, const struct http_call *call, struct http_reply *reply),
	      const char *target, struct http_reply *reply)
{
	static struct http_target parsed;
	const struct http_call call = {.target = &parsed};

	assert_int_equal(http_target_parse(target, &parsed), HTTP_TARGET_GOOD);
	http_reply_init(reply, 64u << 20);
	answer(server, &call, reply);
}

void fake_expect(struct graph_server *server,
		 void (*answer)(void *user, const struct http_call *call, struct http_reply *reply),
		 const char *target, unsigned status, const char *body)
{
	struct http_reply reply;

	fake_ask(server, answer, target, &reply);
	assert_string_equal(text_terminate(&reply.body), body);
	assert_int_equal(reply.status, status);
	http_reply_clear(&reply);
}

struct when serve_watermark(const struct graph_server *server)
{
	(void)server;
	return FAKE_NOW;
}

struct when serve_known(const struct graph_server *server)
{
	(void)server;
	return FAKE_NOW;
}

int serve_show(const struct graph_server *server)
{
	(void)server;
	return 0;
}

bool serve_has_ended(const struct graph_server *server)
{
	(void)server;
	return false;
}

struct when serve_unsure_until(const struct graph_server *server)
{
	return server->history->unsure_until;
}

struct snapshot_records serve_records(const struct graph_server *server)
{
	(void)server;
	return (struct snapshot_records){.read = 7};
}

bool serve_is_ready(const struct graph_server *server, struct text *out)
{
	(void)server;
	text_add_string(out, "[+] it is\n");
	return true;
}

/* ---- The history ---- */

static void note_filter(struct history *history, const struct history_filter *filter)
{
	history->client[0] = history->server[0] = history->namespace[0] = '\0';
	if (filter == NULL)
		return;
	snprintf(history->client, 64, "%s", filter->client == NULL ? "" : filter->client);
	snprintf(history->server, 64, "%s", filter->server == NULL ? "" : filter->server);
	snprintf(history->namespace, 64, "%s", filter->namespace == NULL ? "" : filter->namespace);
	history->by_port = filter->by_port;
}

struct history_bounds history_bounds(const struct history *history)
{
	(void)history;
	return (struct history_bounds){FAKE_FIRST, FAKE_NOW};
}

int64_t history_unit(struct when from, struct when to)
{
	(void)from;
	(void)to;
	return 60 * NS_PER_SECOND;
}

void history_round(struct when *from, struct when *to)
{
	from->ns -= from->ns % (60 * NS_PER_SECOND);
	to->ns += 60 * NS_PER_SECOND - 1;
	to->ns -= to->ns % (60 * NS_PER_SECOND);
}

bool history_covers(const struct history *history, struct when from, struct when to)
{
	(void)to;
	return history->covered && when_not_after(history->covered_from, from);
}

static int32_t add_node(struct node_table *nodes, size_t number)
{
	struct node node = {.kind = NODE_SERVICE, .namespace = "shop"};

	snprintf(node.name, sizeof(node.name), "s%05zu", number);
	return node_table_index(nodes, &node);
}

int history_sum(struct history *history, struct when from, struct when to, enum node_level level,
		const struct history_filter *filter, struct node_table *nodes, struct graph *graph)
{
	history->from = from;
	history->to = to;
	history->level = level;
	note_filter(history, filter);
	if (history->broken)
		return -1;
	graph->edges = calloc(history->edges + 1, sizeof(*graph->edges));
	graph->capacity = history->edges + 1;
	for (size_t i = 0; i < history->edges; i++) {
		struct graph_edge *edge = &graph->edges[graph->count++];

		*edge = graph_edge_none();
		edge->client = add_node(nodes, i);
		edge->server = add_node(nodes, i + 1);
		edge->directed = true;
		edge->measures.flows = history->equal ? 7 : i + 1;
		edge->transport = history->by_port ? (i == 0 ? 6 : i == 1 ? 99 : -1) : -1;
		edge->port = history->by_port && i < 2 ? 80 : -1;
	}
	return 0;
}

int history_series(struct history *history, enum node_level level,
		   const struct history_filter *filter, struct when from, struct when to,
		   int64_t step_ns, struct history_points *out)
{
	history->from = from;
	history->to = to;
	history->level = level;
	history->step_ns = step_ns;
	note_filter(history, filter);
	if (history->broken)
		return -1;
	out->points = calloc(2, sizeof(*out->points));
	out->count = 2;
	out->points[0] = (struct history_point){.at = from};
	out->points[1] = (struct history_point){
		.at = when_add(from, step_ns),
		.covered = true,
		.measures = {.flows = 1,
			     .refused = 2,
			     .reset = 3,
			     .requests = 4,
			     .source_bytes = 5,
			     .destination_bytes = 6,
			     .response.count = 7},
		.p50_ns = 8,
		.p95_ns = 9,
		.p99_ns = 10,
	};
	return 0;
}

void history_points_free(struct history_points *points)
{
	free(points->points);
}

int history_search(struct history *history, struct span text, size_t limit,
		   struct history_matches *out)
{
	static struct history_match match = {"service", "service/shop/\"cart\"", "shop/\"cart\""};

	snprintf(history->text, sizeof(history->text), "%.*s", (int)text.length, text.data);
	history->limit = limit;
	*out = (struct history_matches){.matches = &match, .count = 1};
	return history->broken ? -1 : 0;
}

void history_matches_free(struct history_matches *matches)
{
	(void)matches;
}

int history_tenures(struct history *history, const struct ip *ip, struct history_tenures *out)
{
	static struct history_tenure tenures[] = {
		{"pod",
		 "shop/cart-1 (pod)",
		 "pod/shop/cart-1",
		 "shop/cart,shop/web",
		 {0},
		 {NS_PER_SECOND},
		 {1},
		 {2}},
		{"node", "node/n1", "node/n1", "", {INT64_MIN}, {INT64_MAX}, {3}, {4}},
	};

	ip_format(ip, history->text);
	*out = (struct history_tenures){.tenures = tenures, .count = 2};
	return history->broken ? -1 : 0;
}

void history_tenures_free(struct history_tenures *tenures)
{
	(void)tenures;
}

int history_samples(struct history *history, enum node_level level,
		    const struct history_filter *filter, struct when from, struct when to,
		    size_t limit, struct history_samples *out)
{
	static struct history_sample samples[] = {
		{.partition = 1, .offset = 9, .record = {"{\"a\":1}", 7}},
		{.partition = 0, .offset = 8, .record = {"{\"a\":2}", 7}},
	};

	history->from = from;
	history->to = to;
	history->level = level;
	history->limit = limit;
	note_filter(history, filter);
	*out = (struct history_samples){.samples = samples, .count = 2};
	return history->broken ? -1 : 0;
}

void history_samples_free(struct history_samples *samples)
{
	(void)samples;
}

struct history_stats history_stats(const struct history *history)
{
	(void)history;
	return (struct history_stats){.further_edges = 3};
}
