#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "common/http/http_peers.h"

static struct when at(int64_t second)
{
	return (struct when){second * NS_PER_SECOND};
}

/* The other end of a connection, which sees whether it was shut. */
static int connect_peer(struct http_peer *peer)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	*peer = (struct http_peer){.fd = pair[0]};
	return pair[1];
}

static bool is_shut(int other)
{
	char byte;

	return read(other, &byte, 1) == 0;
}

static void those_that_waited_too_long_are_shut(void **state)
{
	struct http_peers peers = {NULL, NULL};
	struct http_peer peer[3];
	int other[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		other[i] = connect_peer(&peer[i]);
		http_peers_add(&peers, &peer[i], at(i));
	}
	http_peers_remove(&peer[1]);
	http_peers_remove(&peer[1]);
	assert_int_equal(http_peers_shut(&peers, at(0), false), 0);
	assert_int_equal(http_peers_shut(&peers, at(2), false), 1);
	assert_true(is_shut(other[0]));
	assert_false(is_shut(other[1]));
	assert_false(is_shut(other[2]));
	http_peers_add(&peers, &peer[1], at(3));
	http_peers_add(&peers, &peer[2], at(4));
	assert_int_equal(http_peers_shut(&peers, at(4), false), 1);
	assert_true(is_shut(other[1]));
	assert_int_equal(http_peers_shut(&peers, at(5), false), 1);
	assert_null(peers.first);
	assert_null(peers.last);
	for (int i = 0; i < 3; i++) {
		close(peer[i].fd);
		close(other[i]);
	}
}

static void the_one_that_waited_longest_gives_way(void **state)
{
	struct http_peers peers = {NULL, NULL};
	struct http_peer peer[2];
	int other[2];

	(void)state;
	assert_int_equal(http_peers_shut(&peers, at(0), true), 0);
	for (int i = 0; i < 2; i++) {
		other[i] = connect_peer(&peer[i]);
		http_peers_add(&peers, &peer[i], at(9));
	}
	assert_int_equal(http_peers_shut(&peers, at(0), true), 1);
	assert_true(is_shut(other[0]));
	assert_false(is_shut(other[1]));
	for (int i = 0; i < 2; i++) {
		close(peer[i].fd);
		close(other[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_waited_too_long_are_shut),
		cmocka_unit_test(the_one_that_waited_longest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
