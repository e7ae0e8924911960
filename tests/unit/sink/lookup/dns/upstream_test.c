/* Another server is asked, and what it says is kept. The server is a socket of the test. */
#include "sink/lookup/dns/upstream.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER_SIZE 12

/* The server that is asked, and who asks it. */
struct server {
	struct upstream *upstream;
	int fd;
	struct sockaddr_in peer; /* who asked last */
	uint8_t question[512];
	size_t length;
};

static struct when at_ms(int64_t ms)
{
	return (struct when){INT64_C(1795420800) * NS_PER_SECOND + ms * NS_PER_MS};
}

static struct ip ip_of(int last)
{
	const uint8_t bytes[4] = {10, 1, 0, (uint8_t)last};

	return ip_from_v4(bytes);
}

static int open_both(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);
	char text[32];

	assert_non_null(server);
	server->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(server->fd >= 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);
	snprintf(text, sizeof(text), "127.0.0.1:%d", ntohs(address.sin_port));
	server->upstream = upstream_open(text);
	*state = server;
	return server->upstream == NULL ? -1 : 0;
}

static int close_both(void **state)
{
	struct server *server = *state;

	upstream_close(server->upstream);
	close(server->fd);
	free(server);
	return 0;
}

/* Receives a question, if there is one. */
static bool asked(struct server *server)
{
	socklen_t length = sizeof(server->peer);
	ssize_t got = recvfrom(server->fd, server->question, sizeof(server->question), MSG_DONTWAIT,
			       (struct sockaddr *)&server->peer, &length);

	if (got > 0)
		server->length = (size_t)got;
	return got > 0;
}

/* Answers the last question with CODE and, unless it is NULL, the NAME of one label, for TTL seconds. The
 * record's owner is the name at byte OWNER of the packet. */
static void answer_for(struct server *server, uint8_t owner, uint8_t code, const char *name,
		       uint8_t ttl)
{
	uint8_t bytes[600];
	size_t length = server->length - 11; /* without the OPT */

	memcpy(bytes, server->question, length);
	bytes[2] = 0x84;
	bytes[3] = code;
	bytes[7] = name != NULL;
	bytes[11] = 0;
	if (name != NULL) {
		memcpy(bytes + length, "\xc0\x0c\0\x0c\0\1\0\0\0", 9);
		bytes[length + 1] = owner;
		length += 9;
		bytes[length++] = ttl;
		bytes[length++] = 0;
		bytes[length++] = (uint8_t)(strlen(name) + 2);
		bytes[length++] = (uint8_t)strlen(name);
		memcpy(bytes + length, name, strlen(name) + 1);
		length += strlen(name) + 1;
	}
	assert_int_equal(sendto(server->fd, bytes, length, 0, (struct sockaddr *)&server->peer,
				sizeof(server->peer)),
			 length);
}

static void answer(struct server *server, uint8_t code, const char *name, uint8_t ttl)
{
	answer_for(server, HEADER_SIZE, code, name, ttl);
}

static enum upstream_status find(struct upstream *upstream, int last, int64_t ms)
{
	const struct ip ip = ip_of(last);
	struct upstream_answer found;
	enum upstream_status status = upstream_find(upstream, &ip, at_ms(ms), &found);

	if (status == UPSTREAM_NAMED)
		assert_string_equal(found.names.data, "db-0");
	return status;
}

static void a_name_is_kept_for_its_ttl(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;

	assert_int_equal(find(upstream, 1, 0), UPSTREAM_WAITS);
	assert_int_equal(find(upstream, 1, 1), UPSTREAM_WAITS);
	assert_true(asked(server));
	assert_memory_equal(server->question + HEADER_SIZE,
			    "\0011\0010\0011\00210\7in-addr\4arpa\0\0\x0c", 26);
	assert_false(asked(server));
	assert_false(upstream_turn(upstream, at_ms(1)));
	answer(server, 0, "db-0", 10);
	assert_true(upstream_turn(upstream, at_ms(2)));
	assert_int_equal(find(upstream, 1, 9000), UPSTREAM_NAMED);
	assert_int_equal(find(upstream, 1, 11000), UPSTREAM_WAITS);
	assert_true(asked(server));
}

static void a_denial_and_a_failure_are_told_apart(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;

	find(upstream, 1, 0);
	assert_true(asked(server));
	answer(server, 3, NULL, 0);
	assert_true(upstream_turn(upstream, at_ms(1)));
	assert_int_equal(find(upstream, 1, 2), UPSTREAM_UNNAMED);
	find(upstream, 2, 0);
	assert_true(asked(server));
	answer(server, 2, NULL, 0);
	assert_true(upstream_turn(upstream, at_ms(1)));
	assert_int_equal(find(upstream, 2, 2), UPSTREAM_FAILED);
}

static void silence_ends_after_three_tries(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;
	uint16_t port;

	find(upstream, 1, 0);
	assert_true(asked(server));
	port = server->peer.sin_port;
	assert_false(upstream_turn(upstream, at_ms(299)));
	assert_false(asked(server));
	assert_false(upstream_turn(upstream, at_ms(300)));
	assert_true(asked(server));
	assert_int_not_equal(server->peer.sin_port, port);
	assert_false(upstream_turn(upstream, at_ms(900)));
	assert_true(asked(server));
	assert_false(upstream_turn(upstream, at_ms(2099)));
	assert_true(upstream_turn(upstream, at_ms(2100)));
	assert_int_equal(find(upstream, 1, 2101), UPSTREAM_FAILED);
	assert_int_equal(find(upstream, 1, 4200), UPSTREAM_WAITS);
}

static void what_answers_another_question_does_not_count(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;

	find(upstream, 1, 0);
	assert_true(asked(server));
	server->question[0] ^= 1; /* the id */
	answer(server, 0, "forged", 10);
	assert_false(upstream_turn(upstream, at_ms(1)));
	server->question[0] ^= 1;
	server->question[HEADER_SIZE + 1] = '2'; /* the address */
	answer(server, 0, "forged", 10);
	assert_false(upstream_turn(upstream, at_ms(1)));
	server->question[HEADER_SIZE + 1] = '1';
	answer(server, 0, "db-0", 10);
	assert_true(upstream_turn(upstream, at_ms(1)));
	assert_int_equal(find(upstream, 1, 2), UPSTREAM_NAMED);
	assert_int_equal(upstream_stats(upstream).foreign, 2);
}

static void the_name_of_another_address_is_a_failure(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;

	find(upstream, 1, 0);
	assert_true(asked(server));
	answer_for(server, HEADER_SIZE + 2, 0, "db-0", 10); /* 0.1.10.in-addr.arpa */
	assert_true(upstream_turn(upstream, at_ms(1)));
	assert_int_equal(find(upstream, 1, 2), UPSTREAM_FAILED);
}

static void open_questions_are_bounded(void **state)
{
	struct server *server = *state;
	struct upstream *upstream = server->upstream;
	struct pollfd fds[UPSTREAM_PENDING_MAX];

	for (int i = 0; i < UPSTREAM_PENDING_MAX; i++)
		assert_int_equal(find(upstream, i, 0), UPSTREAM_WAITS);
	assert_int_equal(upstream_fds(upstream, fds), UPSTREAM_PENDING_MAX);
	assert_int_equal(find(upstream, 100, 0), UPSTREAM_FAILED);
	assert_int_equal(find(upstream, 5, 0), UPSTREAM_WAITS);
	assert_int_equal(upstream_stats(upstream).refused, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_is_kept_for_its_ttl, open_both, close_both),
		cmocka_unit_test_setup_teardown(a_denial_and_a_failure_are_told_apart, open_both,
						close_both),
		cmocka_unit_test_setup_teardown(silence_ends_after_three_tries, open_both,
						close_both),
		cmocka_unit_test_setup_teardown(what_answers_another_question_does_not_count,
						open_both, close_both),
		cmocka_unit_test_setup_teardown(the_name_of_another_address_is_a_failure, open_both,
						close_both),
		cmocka_unit_test_setup_teardown(open_questions_are_bounded, open_both, close_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
