#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/http_exchange.h"

struct route_state {
	int calls, ends;
	int pieces; /* of a stream; 0: the answer is whole */
};

static enum http_stream_status next(void *stream, struct text *out)
{
	struct route_state *state = stream;

	text_add_string(out, "piece.");
	return --state->pieces > 0 ? HTTP_STREAM_MORE : HTTP_STREAM_END;
}

static void end(void *stream)
{
	((struct route_state *)stream)->ends++;
}

/* Answers with the body, or with "first." and pieces. */
static void answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct route_state *state = user;

	state->calls++;
	if (state->pieces == 0) {
		text_add(&reply->body, call->body.data, call->body.length);
		return;
	}
	text_add_string(&reply->body, "first.");
	reply->next = next;
	reply->end = end;
	reply->stream = state;
}

static const struct http_route route = {"/", NULL, "text/plain", answer};

static struct http_exchange *begin(struct http_budget *budget)
{
	struct http_exchange *exchange = http_exchange_begin(budget, "/");

	assert_non_null(exchange);
	assert_int_equal(exchange->outcome, HTTP_TARGET_GOOD);
	exchange->route = &route;
	return exchange;
}

static void a_body_comes_in_pieces(void **state)
{
	struct http_budget budget = {.body_max = 10, .memory_max = 10000};
	struct route_state user = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct http_exchange *exchange = begin(&budget);

		http_exchange_add(exchange, "12345", 5);
		http_exchange_add(exchange, "67890", 5);
		http_exchange_answer(exchange, &user);
		assert_int_equal(exchange->reply.status, 200);
		assert_true(span_equal(text_span(&exchange->reply.body), span_of("1234567890")));
		assert_true(budget.held > 0);
		http_exchange_end(exchange);
		assert_int_equal(budget.held, 0);
		/* The second one has the memory of the first. */
		assert_non_null(budget.spare);
	}
	assert_int_equal(user.calls, 2);
	http_budget_clear(&budget);
}

static void a_body_that_is_too_large_is_413(void **state)
{
	struct http_budget budget = {.body_max = 10, .memory_max = 10000};
	struct route_state user = {0};
	struct http_exchange *exchange = begin(&budget);

	(void)state;
	http_exchange_add(exchange, "12345678", 8);
	http_exchange_add(exchange, "901", 3);
	http_exchange_add(exchange, "2", 1);
	http_exchange_answer(exchange, &user);
	assert_int_equal(exchange->reply.status, 413);
	assert_int_equal(user.calls, 0);
	http_exchange_end(exchange);
	assert_int_equal(budget.held, 0);
	http_budget_clear(&budget);
}

static void what_exceeds_the_budget_is_503(void **state)
{
	static char bytes[40000];
	struct http_budget budget = {.body_max = 100000, .memory_max = 100000};
	struct route_state user = {0};
	struct http_exchange *one = begin(&budget), *other = begin(&budget), *third;

	(void)state;
	http_exchange_add(one, bytes, sizeof(bytes));
	http_exchange_add(other, bytes, sizeof(bytes));
	assert_true(other->busy);
	http_exchange_answer(other, &user);
	assert_int_equal(other->reply.status, 503);
	assert_int_equal(user.calls, 0);
	/* Its answer, as large as its body, does not fit beside the body. */
	http_exchange_answer(one, &user);
	assert_int_equal(user.calls, 1);
	assert_int_equal(one->reply.status, 503);
	http_exchange_end(one);
	third = begin(&budget);
	http_exchange_add(third, bytes, 100);
	http_exchange_answer(third, &user);
	assert_int_equal(third->reply.status, 200);
	http_exchange_end(third);
	http_exchange_end(other);
	assert_int_equal(budget.held, 0);
	http_budget_clear(&budget);
}

static void a_stream_is_read_piece_by_piece(void **state)
{
	struct http_budget budget = {.body_max = 10, .memory_max = 100000};
	struct route_state user = {.pieces = 3};
	struct http_exchange *exchange = begin(&budget);
	char read[100];
	size_t length = 0;
	ssize_t got;

	(void)state;
	http_exchange_answer(exchange, &user);
	assert_int_equal(budget.streams, 1);
	while ((got = http_exchange_read(exchange, read + length, 4)) > 0)
		length += (size_t)got;
	assert_int_equal(got, 0);
	assert_true(span_equal((struct span){read, length}, span_of("first.piece.piece.piece.")));
	assert_int_equal(user.ends, 0);
	http_exchange_end(exchange);
	assert_int_equal(user.ends, 1);
	assert_int_equal(budget.streams, 0);
	assert_int_equal(budget.held, 0);
}

static enum http_stream_status next_nothing(void *stream, struct text *out)
{
	(void)stream;
	(void)out;
	return HTTP_STREAM_END;
}

static void answer_nothing(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)call;
	reply->next = next_nothing;
	reply->end = end;
	reply->stream = user;
}

static void a_stream_may_be_empty(void **state)
{
	static const struct http_route empty = {"/", NULL, "text/plain", answer_nothing};
	struct http_budget budget = {.body_max = 10, .memory_max = 100000};
	struct route_state user = {0};
	struct http_exchange *exchange = begin(&budget);
	char read[4];

	(void)state;
	exchange->route = &empty;
	http_exchange_answer(exchange, &user);
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 0);
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 0);
	http_exchange_end(exchange);
	assert_int_equal(user.ends, 1);
	http_budget_clear(&budget);
}

/* Has a piece, then nothing for a while, then the last piece. */
static enum http_stream_status next_waiting(void *stream, struct text *out)
{
	struct route_state *state = stream;

	switch (state->pieces++) {
	case 1:
		text_add_string(out, "one.");
		return HTTP_STREAM_WAIT;
	case 4:
		text_add_string(out, "last.");
		return HTTP_STREAM_END;
	default:
		return HTTP_STREAM_WAIT;
	}
}

static void answer_waiting(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)call;
	reply->next = next_waiting;
	reply->end = end;
	reply->stream = user;
}

static const struct http_route waiting_route = {"/", NULL, "text/plain", answer_waiting};

static void a_stream_waits_until_it_is_woken(void **state)
{
	struct http_budget budget = {.body_max = 10, .memory_max = 100000};
	struct route_state user = {.pieces = 1};
	struct http_exchange *exchange = begin(&budget);
	char read[10];

	(void)state;
	exchange->route = &waiting_route;
	http_exchange_answer(exchange, &user);
	assert_null(http_exchange_wake(&budget));
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 4);
	assert_false(exchange->waiting);
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 0);
	assert_true(exchange->waiting);
	assert_ptr_equal(http_exchange_wake(&budget), exchange);
	assert_null(http_exchange_wake(&budget));
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 0);
	assert_true(exchange->waiting);
	assert_ptr_equal(http_exchange_wake(&budget), exchange);
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 5);
	assert_int_equal(http_exchange_read(exchange, read, sizeof(read)), 0);
	assert_false(exchange->waiting);
	http_exchange_end(exchange);
	assert_int_equal(user.ends, 1);
}

static void a_stream_that_ends_no_longer_waits(void **state)
{
	struct http_budget budget = {.body_max = 10, .memory_max = 100000};
	struct route_state users[3] = {{.pieces = 2}, {.pieces = 2}, {.pieces = 2}};
	struct http_exchange *exchanges[3];
	char read[10];

	(void)state;
	for (int i = 0; i < 3; i++) {
		exchanges[i] = begin(&budget);
		exchanges[i]->route = &waiting_route;
		http_exchange_answer(exchanges[i], &users[i]);
		assert_int_equal(http_exchange_read(exchanges[i], read, sizeof(read)), 0);
	}
	http_exchange_end(exchanges[1]);
	assert_ptr_equal(http_exchange_wake(&budget), exchanges[2]);
	http_exchange_end(exchanges[2]);
	assert_ptr_equal(http_exchange_wake(&budget), exchanges[0]);
	http_exchange_end(exchanges[0]);
	assert_null(http_exchange_wake(&budget));
}

static void one_stream_too_many_is_503(void **state)
{
	struct http_budget budget = {
		.body_max = 10, .memory_max = 100000, .streams = HTTP_STREAMS_MAX};
	struct route_state user = {.pieces = 3};
	struct http_exchange *exchange = begin(&budget);

	(void)state;
	http_exchange_answer(exchange, &user);
	assert_int_equal(exchange->reply.status, 503);
	assert_true(exchange->busy);
	assert_int_equal(user.ends, 1);
	http_exchange_end(exchange);
	assert_int_equal(budget.streams, HTTP_STREAMS_MAX);
	http_budget_clear(&budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_comes_in_pieces),
		cmocka_unit_test(a_body_that_is_too_large_is_413),
		cmocka_unit_test(what_exceeds_the_budget_is_503),
		cmocka_unit_test(a_stream_is_read_piece_by_piece),
		cmocka_unit_test(a_stream_may_be_empty),
		cmocka_unit_test(a_stream_waits_until_it_is_woken),
		cmocka_unit_test(a_stream_that_ends_no_longer_waits),
		cmocka_unit_test(one_stream_too_many_is_503),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
