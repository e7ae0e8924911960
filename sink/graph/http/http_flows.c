#include "sink/graph/http/http_flows.h"

#include "sink/graph/http/http_answer.h"

#define WINDOW (5 * 60 * NS_PER_SECOND) /* unless the question says how long it is */

static void add_sample(struct text *out, const struct history_sample *sample)
{
	text_add_string(out, "{\"partition\":");
	text_add_i64(out, sample->partition);
	text_add_string(out, ",\"offset\":");
	text_add_i64(out, sample->offset);
	text_add_string(out, ",\"record\":");
	text_add(out, sample->record.data, sample->record.length);
	text_add_string(out, "}");
}

void http_flows_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	struct text *out = &reply->body;
	struct history_samples samples;
	struct history_filter filter;
	struct question question;
	struct when from, to;

	if (!http_answer_question(server, call, WINDOW, &question, reply))
		return;
	filter = http_answer_filter(&question);
	from = question.from;
	to = question.to;
	history_round(&from, &to);
	if (history_samples(server->history, question.level, &filter, from, to, question.limit,
			    &samples) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
		return;
	}
	http_answer_begin(server, question.from, question.to, out);
	text_add_string(out, ",\"window\":{\"from\":");
	text_add_when(out, from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, to);
	text_add_string(out, "},\"flows\":[");
	for (size_t i = 0; i < samples.count; i++) {
		text_add_string(out, i > 0 ? "," : "");
		add_sample(out, &samples.samples[i]);
	}
	text_add_string(out, "]}\n");
	history_samples_free(&samples);
}
