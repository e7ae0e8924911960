#include "sink/lookup/http/http_name.h"

#include <stdlib.h>
#include <string.h>

#include "sink/lookup/http/http_answer.h"
#include "sink/lookup/name_search.h"
#include "sink/lookup/report.h"

#define PIECE 64 /* addresses, after which the loop looks at other requests */

struct name_stream {
	const struct lookup_server *server;
	char *full_name;
	bool table;
	uint64_t resets; /* of the timeline before it began */
	struct name_search search;
};

static void end(void *stream)
{
	struct name_stream *names = stream;

	name_search_clear(&names->search);
	free(names->full_name);
	free(names);
}

static enum http_stream_status next(void *stream, struct text *out)
{
	struct name_stream *names = stream;
	const struct lookup_server *server = names->server;
	struct name_search *search = &names->search;
	const struct table_options options = {.history = search->history};
	struct table table;
	int rc = 0;

	/* The position of the search is of another topic. */
	if (timeline_stats(server->timeline).resets != names->resets)
		return HTTP_STREAM_BROKEN;
	table_init(&table, &options, ANSWER_TEXT_MAX);
	for (int i = 0; i < PIECE && rc == 0 && !name_search_is_over(search); i++)
		rc = names->table ? name_search_rows(search, server->timeline, server->now, &table)
				  : name_search_json(search, server->timeline, server->now, out);
	if (names->table)
		table_print_tabs(&table, out);
	else if (name_search_is_over(search))
		name_search_tail(out);
	table_free(&table);
	if (rc < 0)
		return HTTP_STREAM_BROKEN;
	return name_search_is_over(search) ? HTTP_STREAM_END : HTTP_STREAM_MORE;
}

/* Finds the addresses and the position. -1 after logging. */
static int begin(struct name_stream *names, enum timeline_name_kind kind, struct span full_name,
		 const struct lookup_question *question, bool history)
{
	struct lookup_name name = {kind, full_name};

	names->full_name = strndup(full_name.data, full_name.length);
	if (names->full_name == NULL)
		return -1;
	name.full_name.data = names->full_name;
	return name_search_begin(&names->search, names->server->timeline, &name, question, history,
				 names->server->now);
}

void http_name_answer(const struct lookup_server *server, enum timeline_name_kind kind,
		      struct span full_name, const struct http_question *question, bool history,
		      struct http_reply *reply)
{
	struct name_stream *names = calloc(1, sizeof(*names));
	enum http_stream_status status;

	if (names == NULL) {
		http_reply_problem(reply, 503, "out of memory");
		return;
	}
	names->server = server;
	names->table = question->format == HTTP_TABLE;
	names->resets = timeline_stats(server->timeline).resets;
	reply->end = end;
	reply->stream = names;
	reply->next = next;
	if (begin(names, kind, full_name, &question->question, history) < 0) {
		http_reply_problem(reply, 500, "the store cannot be read");
		return;
	}
	if (names->search.addresses.count == 0) {
		http_reply_problem(reply, 404,
				   "%s %.*s: no address is known that ever had this name",
				   lookup_name_kind(kind), (int)full_name.length, full_name.data);
		return;
	}
	reply->content_type = http_answer_type(question->format);
	reply->cache_control = http_answer_cache(names->search.placed.final && question->fixed &&
						 !names->table && !history);
	if (!names->table)
		name_search_head(&names->search, &reply->body);
	status = next(names, &reply->body);
	if (status == HTTP_STREAM_BROKEN) {
		http_reply_problem(reply, 500, "the store cannot be read");
	} else if (status == HTTP_STREAM_END) {
		/* Nearly always: then it is a whole answer. */
		reply->next = NULL;
		end(names);
	}
}
