#include "sink/graph/http/http_search.h"

#include "sink/graph/formats/graph_json.h"
#include "sink/graph/http/http_answer.h"

static void begin(const struct graph_server *server, struct text *out)
{
	const struct history_bounds bounds = history_bounds(server->history);
	struct when known = serve_known(server);

	http_answer_begin(server, when_earlier(bounds.first, known), known, out);
}

void http_search_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	struct text *out = &reply->body;
	struct history_matches matches;
	struct question question;

	if (!http_answer_question(server, call, NS_PER_SECOND, &question, reply))
		return;
	if (question.text.length == 0) {
		http_reply_problem(reply, 400, "q: what to search for is missing");
		return;
	}
	if (history_search(server->history, question.text, question.limit, &matches) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
		return;
	}
	begin(server, out);
	text_add_string(out, ",\"results\":[");
	for (size_t i = 0; i < matches.count; i++) {
		const struct history_match *match = &matches.matches[i];

		graph_json_add_string(out, i == 0 ? "{\"type\":" : ",{\"type\":", match->type);
		graph_json_add_string(out, ",\"id\":", match->id);
		graph_json_add_string(out, ",\"label\":", match->label);
		text_add_string(out, "}");
	}
	text_add_string(out, "]}\n");
	history_matches_free(&matches);
}

/* NAMES, separated by commas, as the elements of a list. */
static void add_list(struct text *out, const char *names)
{
	const char *before = "";

	while (*names != '\0') {
		size_t length = strcspn(names, ",");

		text_add_string(out, before);
		text_add_json_repaired(out, names, length);
		names += length + (names[length] == ',');
		before = ",";
	}
}

static void add_moment(struct text *out, const char *before, struct when moment)
{
	text_add_string(out, before);
	text_add_when(out, moment);
}

static void add_tenure(struct text *out, const struct history_tenure *tenure)
{
	graph_json_add_string(out, "{\"holder\":", tenure->holder);
	graph_json_add_string(out, ",\"kind\":", tenure->kind);
	text_add_string(out, ",\"services\":[");
	add_list(out, tenure->services);
	add_moment(out, "],\"from\":", tenure->from);
	add_moment(out, ",\"to\":", tenure->to);
	add_moment(out, ",\"first_seen\":", tenure->first_seen);
	add_moment(out, ",\"last_seen\":", tenure->last_seen);
	text_add_string(out, "}");
}

void http_search_answer_address(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct span word = call->target->words[2];
	struct graph_server *server = user;
	struct text *out = &reply->body;
	struct history_tenures tenures;
	char ip_text[IP_TEXT_SIZE];
	struct ip ip;

	if (ip_parse(word.data, word.length, &ip) < 0) {
		http_reply_problem(reply, 400, "\"%.*s\" is not an IP address",
				   (int)(word.length < 60 ? word.length : 60), word.data);
		return;
	}
	if (history_tenures(server->history, &ip, &tenures) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
		return;
	}
	begin(server, out);
	ip_format(&ip, ip_text);
	graph_json_add_string(out, ",\"ip\":", ip_text);
	text_add_string(out, ",\"tenures\":[");
	for (size_t i = 0; i < tenures.count; i++) {
		if (i > 0)
			text_add_string(out, ",");
		add_tenure(out, &tenures.tenures[i]);
	}
	text_add_string(out, "]}\n");
	history_tenures_free(&tenures);
}
