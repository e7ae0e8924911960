#include "sink/graph/http/http_answer.h"

bool http_answer_question(const struct graph_server *server, const struct http_call *call,
			  int64_t window_ns, struct question *question, struct http_reply *reply)
{
	char why[QUESTION_WHY_SIZE];

	if (question_read(call->target, serve_known(server), window_ns, question, why) < 0)
		http_reply_problem(reply, 400, "%s", why);
	else if (serve_show(server) < 0)
		http_reply_problem(reply, 500, "what is not over yet cannot be counted");
	else
		return true;
	return false;
}

bool http_answer_complete(const struct graph_server *server, struct when from, struct when to)
{
	struct when known = serve_watermark(server);

	if (when_before(known, to))
		return false;
	/* What is shown is the rounded window, as far as it is known. */
	history_round(&from, &to);
	return history_covers(server->history, from, when_earlier(to, known));
}

void http_answer_begin(const struct graph_server *server, struct when from, struct when to,
		       struct text *out)
{
	text_add_string(out, "{\"as_of\":");
	text_add_when(out, to);
	text_add_string(out, ",\"watermark\":");
	text_add_when(out, serve_watermark(server));
	text_add_string(out, ",\"complete\":");
	text_add_string(out, http_answer_complete(server, from, to) ? "true" : "false");
}

static const char *name_or_any(const char *name)
{
	return name[0] == '\0' ? NULL : name;
}

struct history_filter http_answer_filter(const struct question *question)
{
	return (struct history_filter){
		.client = name_or_any(question->source),
		.server = name_or_any(question->target),
		.namespace = name_or_any(question->namespace),
	};
}
