#include "common/http/http_exchange.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SPARE_MAX 4096 /* bytes of an answer's memory that is used again */

static void free_exchange(struct http_exchange *exchange)
{
	if (exchange == NULL)
		return;
	http_reply_clear(&exchange->reply);
	text_free(&exchange->piece);
	text_free(&exchange->body);
	free(exchange);
}

/* An exchange, with the memory of one that has ended if there is one. NULL if out of memory. */
struct http_exchange *http_exchange_begin(struct http_budget *budget, const char *target)
{
	struct http_exchange *exchange = budget->spare;
	struct text memory = {0};

	if (exchange != NULL)
		memory = exchange->reply.body;
	else
		exchange = malloc(sizeof(*exchange));
	if (exchange == NULL)
		return NULL;
	budget->spare = NULL;
	/* All but the target, which is most of it. */
	memset(exchange, 0, offsetof(struct http_exchange, target));
	exchange->budget = budget;
	exchange->call.target = &exchange->target;
	http_reply_init(&exchange->reply, budget->memory_max);
	exchange->reply.body.data = memory.data;
	exchange->reply.body.capacity = memory.capacity;
	text_init(&exchange->body, budget->body_max);
	text_init(&exchange->piece, budget->memory_max);
	exchange->outcome = http_target_parse(target, &exchange->target);
	return exchange;
}

static void wait(struct http_exchange *exchange)
{
	exchange->waiting = true;
	exchange->next_waiting = exchange->budget->waiting;
	exchange->budget->waiting = exchange;
}

struct http_exchange *http_exchange_wake(struct http_budget *budget)
{
	struct http_exchange *exchange = budget->waiting;

	if (exchange == NULL)
		return NULL;
	budget->waiting = exchange->next_waiting;
	exchange->waiting = false;
	return exchange;
}

/* Takes EXCHANGE out of the list of those that wait, if it is there. */
static void forget(struct http_exchange *exchange)
{
	struct http_exchange **at = &exchange->budget->waiting;

	while (*at != NULL && *at != exchange)
		at = &(*at)->next_waiting;
	if (*at != NULL)
		*at = exchange->next_waiting;
}

void http_exchange_end(struct http_exchange *exchange)
{
	struct http_budget *budget;

	if (exchange == NULL)
		return;
	budget = exchange->budget;
	forget(exchange);
	budget->held -= exchange->held;
	budget->streams -= exchange->streaming;
	if (exchange->held > SPARE_MAX || exchange->reply.next != NULL) {
		free_exchange(exchange);
		return;
	}
	/* Usual requests come one after the other. */
	text_free(&exchange->body);
	http_budget_clear(budget);
	budget->spare = exchange;
}

void http_budget_clear(struct http_budget *budget)
{
	free_exchange(budget->spare);
	budget->spare = NULL;
}

/* Counts what EXCHANGE holds now. Returns whether that is within the limit. */
static bool hold(struct http_exchange *exchange)
{
	struct http_budget *budget = exchange->budget;
	size_t now =
		exchange->body.capacity + exchange->reply.body.capacity + exchange->piece.capacity;

	budget->held += now - exchange->held;
	exchange->held = now;
	return budget->held <= budget->memory_max;
}

void http_exchange_add(struct http_exchange *exchange, const char *bytes, size_t length)
{
	if (exchange->route == NULL || exchange->route->content_type == NULL)
		return;
	if (!exchange->busy)
		text_add(&exchange->body, bytes, length);
	if (exchange->body.failed) {
		http_reply_problem(&exchange->reply, 413,
				   "a request may have %zu bytes; send it in parts",
				   exchange->budget->body_max);
		exchange->route = NULL;
		text_free(&exchange->body);
	}
	if (!hold(exchange)) {
		exchange->busy = true;
		text_free(&exchange->body);
		hold(exchange);
	}
}

static void set_busy(struct http_exchange *exchange)
{
	exchange->busy = true;
	text_free(&exchange->reply.body);
	http_reply_problem(&exchange->reply, 503, "too much is being answered; try again");
}

void http_exchange_answer(struct http_exchange *exchange, void *user)
{
	struct http_budget *budget = exchange->budget;
	struct http_reply *reply = &exchange->reply;

	exchange->call.body = text_span(&exchange->body);
	if (exchange->busy) {
		set_busy(exchange);
	} else if (exchange->route != NULL) {
		exchange->route->answer(user, &exchange->call, reply);
		if (reply->body.failed || !hold(exchange) ||
		    (reply->next != NULL && budget->streams == HTTP_STREAMS_MAX))
			set_busy(exchange);
	}
	hold(exchange);
	if (reply->next != NULL) {
		exchange->streaming = true;
		budget->streams++;
		exchange->piece = reply->body;
		text_init(&reply->body, 0);
	}
}

ssize_t http_exchange_read(struct http_exchange *exchange, char *bytes, size_t room)
{
	struct text *piece = &exchange->piece;
	enum http_stream_status status = HTTP_STREAM_MORE;
	size_t length;

	while (exchange->taken == piece->length && !exchange->drained &&
	       status != HTTP_STREAM_WAIT) {
		text_clear(piece);
		exchange->taken = 0;
		status = exchange->reply.next(exchange->reply.stream, piece);
		exchange->drained = status == HTTP_STREAM_END || status == HTTP_STREAM_BROKEN;
	}
	hold(exchange);
	if (status == HTTP_STREAM_BROKEN || piece->failed)
		return -1;
	length = piece->length - exchange->taken;
	if (length == 0 && status == HTTP_STREAM_WAIT)
		wait(exchange);
	if (length == 0)
		return 0;
	if (length > room)
		length = room;
	memcpy(bytes, piece->data + exchange->taken, length);
	exchange->taken += length;
	return (ssize_t)length;
}
