#include "sink/lookup/http/http_bulk.h"

#include <stdlib.h>
#include <string.h>

#include "sink/lookup/http/http_answer.h"

#define PIECE (16u * 1024) /* bytes, after which the loop looks at other requests */

struct bulk {
	const struct lookup_server *server;
	enum http_format format;
	enum annotation_with with;
	struct span rest; /* of the body */
	int64_t line;
};

/* Takes the next line off the rest. */
static struct span next_line(struct bulk *bulk)
{
	const char *newline = memchr(bulk->rest.data, '\n', bulk->rest.length);
	size_t length = newline == NULL ? bulk->rest.length : (size_t)(newline - bulk->rest.data);
	struct span line = {bulk->rest.data, length};
	size_t taken = length + (newline != NULL);

	bulk->rest.data += taken;
	bulk->rest.length -= taken;
	bulk->line++;
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	return line;
}

static int answer_line(struct bulk *bulk, struct span line, struct text *out)
{
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE];
	bool final;

	if (http_question_line(line, bulk->server->now, &question, why) < 0) {
		http_answer_error(out, bulk->line, why);
		return out->failed ? -1 : 0;
	}
	question.format = bulk->format;
	question.with = bulk->with;
	return http_answer_add(bulk->server->timeline, &question, false, bulk->server->now, out,
			       &final);
}

static enum http_stream_status next(void *stream, struct text *out)
{
	struct bulk *bulk = stream;

	while (bulk->rest.length > 0 && out->length < PIECE) {
		struct span line = next_line(bulk);

		if (line.length > 0 && answer_line(bulk, line, out) < 0)
			return HTTP_STREAM_BROKEN;
	}
	return bulk->rest.length > 0 ? HTTP_STREAM_MORE : HTTP_STREAM_END;
}

void http_bulk_begin(const struct lookup_server *server, const struct http_call *call,
		     const struct http_question *form, struct http_reply *reply)
{
	struct bulk *bulk = malloc(sizeof(*bulk));

	if (bulk == NULL) {
		http_reply_problem(reply, 503, "out of memory");
		return;
	}
	*bulk = (struct bulk){server, form->format, form->with, call->body, 0};
	reply->content_type =
		form->format == HTTP_JSON ? "application/x-ndjson" : http_answer_type(form->format);
	reply->next = next;
	reply->end = free;
	reply->stream = bulk;
}
