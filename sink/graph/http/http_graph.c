#include "sink/graph/http/http_graph.h"

#include "common/base/transport.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/formats/graph_json.h"
#include "sink/graph/http/http_window.h"

#define WINDOW (5 * 60 * NS_PER_SECOND) /* unless the question says how long it is */

/* Finds the format that QUESTION asks for. False with a problem in REPLY. */
static bool find_format(const struct question *question, enum format *format,
			struct http_reply *reply)
{
	*format = FORMAT_JSON;
	if (question->format.data == NULL)
		return true;
	for (size_t i = 0; formats_names[i] != NULL; i++) {
		*format = (enum format)i;
		if (span_equal(question->format, span_of(formats_names[i])))
			return true;
	}
	http_reply_problem(
		reply, 400,
		"format: \"%.*s\" is not json, cytoscape, nodegraph, dot, mermaid, graphml, "
		"csv, prometheus or table",
		(int)(question->format.length < 60 ? question->format.length : 60),
		question->format.data);
	return false;
}

/* Adds the snapshot as JSON, after what all answers begin with. */
static void add_json(const struct graph_server *server, const struct question *question,
		     const struct http_window *window, struct text *out)
{
	size_t brace;

	http_answer_begin(server, question->from, question->to, out);
	text_add_format(out, ",\"hidden\":%zu", window->hidden);
	brace = out->length;
	graph_json_format(&window->snapshot, out);
	if (!out->failed)
		out->data[brace] = ',';
}

void http_graph_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct http_window window;
	struct question question;
	enum format format;

	if (!http_answer_question(user, call, WINDOW, &question, reply) ||
	    !find_format(&question, &format, reply))
		return;
	if (http_window_fill(user, &question, question.from, question.to, &window, reply)) {
		reply->content_type = formats_content_type(format);
		/* A table would say that they are those of flows. */
		if (format == FORMAT_TABLE)
			snapshot_forget_ends(&window.snapshot);
		if (format == FORMAT_JSON)
			add_json(user, &question, &window, &reply->body);
		else
			formats_write(format, &window.snapshot, &reply->body);
	}
	http_window_clear(&window);
}

/* ---- One edge ---- */

static void add_port(const struct graph_edge *edge, struct text *out)
{
	const char *name = transport_name(edge->transport);

	text_add_string(out, "{\"transport\":");
	if (name != NULL)
		text_add_json_string(out, name);
	else if (edge->transport >= 0)
		text_add_format(out, "\"%d\"", edge->transport);
	else
		text_add_string(out, "null");
	text_add_string(out, ",\"port\":");
	if (edge->port >= 0)
		text_add_i64(out, edge->port);
	else
		text_add_string(out, "null");
	text_add_string(out, ",");
	graph_json_add_measures(edge, out);
	text_add_string(out, "}");
}

/* Adds the sum of the ports, and each of them. -1 if out of memory. */
static int add_edge(const struct graph *graph, struct text *out)
{
	struct graph_edge sum = graph_edge_none();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < graph->count; i++)
		rc = graph_edge_add(&sum, &graph->edges[i]);
	text_add_string(out, ",\"edge\":{");
	graph_json_add_measures(&sum, out);
	text_add_string(out, "},\"ports\":[");
	for (size_t i = 0; i < graph->count; i++) {
		if (i > 0)
			text_add_string(out, ",");
		add_port(&graph->edges[i], out);
	}
	text_add_string(out, "]}\n");
	graph_edge_clear(&sum);
	return rc;
}

void http_graph_answer_edge(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	struct node_table nodes = {0};
	struct history_filter filter;
	struct question question;
	struct when from, to;
	struct graph graph;

	if (!http_answer_question(server, call, WINDOW, &question, reply))
		return;
	if (question.source[0] == '\0' || question.target[0] == '\0') {
		http_reply_problem(reply, 400,
				   "source and target: the ids of the edge's nodes are missing");
		return;
	}
	graph_init(&graph);
	filter = http_answer_filter(&question);
	filter.by_port = true;
	from = question.from;
	to = question.to;
	history_round(&from, &to);
	if (history_sum(server->history, from, to, question.level, &filter, &nodes, &graph) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
	} else {
		http_answer_begin(server, question.from, question.to, &reply->body);
		if (add_edge(&graph, &reply->body) < 0)
			http_reply_problem(reply, 503, "out of memory");
	}
	graph_free(&graph);
	node_table_free(&nodes);
}
