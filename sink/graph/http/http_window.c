#include "sink/graph/http/http_window.h"

void http_window_clear(struct http_window *window)
{
	snapshot_free(&window->snapshot);
	graph_free(&window->graph);
	node_table_free(&window->nodes);
}

bool http_window_fill(struct graph_server *server, const struct question *question,
		      struct when from, struct when to, struct http_window *window,
		      struct http_reply *reply)
{
	const struct history_filter filter = http_answer_filter(question);
	struct when known = serve_known(server);

	*window = (struct http_window){0};
	graph_init(&window->graph);
	history_round(&from, &to);
	if (history_sum(server->history, from, to, question->level, &filter, &window->nodes,
			&window->graph) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
		return false;
	}
	if (snapshot_make(&window->snapshot, &window->graph, &window->nodes, question->least,
			  HTTP_ANSWER_EDGES_MAX) < 0) {
		http_reply_problem(reply, 503, "out of memory");
		return false;
	}
	window->snapshot.from = from;
	/* The last minute may not be over yet; the newest flow ended at KNOWN. */
	window->snapshot.to = when_before(from, known) ? when_earlier(to, when_add(known, 1)) : to;
	window->snapshot.records = serve_records(server);
	window->hidden = window->graph.count - window->snapshot.edge_count;
	return true;
}
