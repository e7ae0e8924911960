#include "sink/lookup/http/http_name.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sink/lookup/http/http_answer.h"

#define PIECE 64 /* addresses, after which the loop looks at other requests */

static const char *const kinds[] = {"service", "pod", "node"}; /* enum timeline_name_kind */

struct name_search {
	const struct lookup_server *server;
	enum timeline_name_kind kind;
	char *full_name;
	struct timeline_addresses addresses; /* that ever had the name */
	size_t next;
	bool found;                      /* one had it then */
	struct lookup_question question; /* about one position: records may come in between */
	struct lookup_answer placed;
};

static void end(void *stream)
{
	struct name_search *search = stream;

	timeline_addresses_clear(&search->addresses);
	free(search->full_name);
	free(search);
}

static bool has_name(const struct name_search *search, const struct timeline_answer *answer)
{
	static const enum holder_kind holders[] = {
		[TIMELINE_SERVICE] = HOLDER_SERVICE,
		[TIMELINE_POD] = HOLDER_POD,
		[TIMELINE_NODE] = HOLDER_NODE,
	};
	struct span name = span_of(search->full_name);

	if (answer->holder == NULL)
		return false;
	if (answer->holder->kind == holders[search->kind] &&
	    span_equal(answer->holder->full_name, name))
		return true;
	for (size_t s = 0; search->kind == TIMELINE_SERVICE && s < answer->services.count; s++)
		if (span_equal(answer->services.list[s].name, name))
			return true;
	return false;
}

/* Asks about the next address. -1 after logging. */
static int ask_one(struct name_search *search, struct text *out)
{
	struct lookup_answer answer;

	search->question.ip = search->addresses.list[search->next++];
	if (lookup_ask(search->server->timeline, &search->question, search->server->now, &answer) <
	    0)
		return -1;
	if (!has_name(search, &answer.answer))
		return 0;
	if (search->found)
		text_add(out, ",", 1);
	search->found = true;
	answer.provisional = search->placed.provisional;
	answer.known = search->placed.known;
	lookup_answer_json(&search->question, &answer, out);
	return 0;
}

static enum http_stream_status next(void *stream, struct text *out)
{
	struct name_search *search = stream;

	for (int i = 0; i < PIECE && search->next < search->addresses.count; i++)
		if (ask_one(search, out) < 0)
			return HTTP_STREAM_BROKEN;
	if (search->next < search->addresses.count)
		return HTTP_STREAM_MORE;
	text_add_string(out, "]}\n");
	return HTTP_STREAM_END;
}

static void add_head(const struct name_search *search, struct text *out)
{
	const struct lookup_answer *placed = &search->placed;

	text_add_format(out, "{\"%s\":", kinds[search->kind]);
	text_add_json_string(out, search->full_name);
	text_add_string(out, ",\"at\":");
	text_add_when(out, placed->at);
	text_add_format(out, ",\"position\":%" PRId64, placed->position);
	if (placed->provisional)
		text_add_string(out, ",\"provisional\":true");
	text_add_string(out, ",\"known\":");
	text_add_when(out, placed->known);
	text_add_string(out, ",\"addresses\":[");
}

/* Finds the addresses and the position. -1 after logging. */
static int begin(struct name_search *search, const struct lookup_question *question,
		 struct span full_name)
{
	struct timeline *timeline = search->server->timeline;

	search->full_name = strndup(full_name.data, full_name.length);
	search->question = *question;
	if (search->full_name == NULL ||
	    timeline_addresses_of(timeline, search->kind, full_name, &search->addresses) < 0 ||
	    lookup_place(timeline, question, search->server->now, &search->placed) < 0)
		return -1;
	search->question.at = search->placed.at;
	search->question.basis = LOOKUP_POSITION;
	search->question.position = search->placed.position;
	return 0;
}

void http_name_answer(const struct lookup_server *server, enum timeline_name_kind kind,
		      struct span full_name, const struct http_question *question,
		      struct http_reply *reply)
{
	struct name_search *search = calloc(1, sizeof(*search));
	enum http_stream_status status;

	if (search == NULL) {
		http_reply_problem(reply, 503, "out of memory");
		return;
	}
	search->server = server;
	search->kind = kind;
	reply->end = end;
	reply->stream = search;
	reply->next = next;
	if (begin(search, &question->question, full_name) < 0) {
		http_reply_problem(reply, 500, "the store cannot be read");
		return;
	}
	if (search->addresses.count == 0) {
		http_reply_problem(reply, 404, "no address is known that ever had this name");
		return;
	}
	reply->cache_control = http_answer_cache(search->placed.final && question->fixed);
	add_head(search, &reply->body);
	status = next(search, &reply->body);
	if (status == HTTP_STREAM_BROKEN) {
		http_reply_problem(reply, 500, "the store cannot be read");
	} else if (status == HTTP_STREAM_END) {
		/* Nearly always: then it is a whole answer. */
		reply->next = NULL;
		end(search);
	}
}
