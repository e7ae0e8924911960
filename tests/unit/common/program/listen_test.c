#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "common/program/listen.h"

static void reads_and_writes_an_address(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"127.0.0.1:8080", "127.0.0.1:8080"},
		{":53", "[::]:53"},
		{"[::1]:0", "[::1]:0"},
		{"[fd00:0::1]:65535", "[fd00::1]:65535"},
	};
	char text[LISTEN_TEXT_SIZE];
	struct listen_address address;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(listen_parse(cases[i].in, &address), 0);
		listen_format(&address, text);
		assert_string_equal(text, cases[i].out);
	}
}

static void refuses_what_is_not_an_address(void **state)
{
	static const char *const cases[] = {
		"",           "80",           "127.0.0.1",     "127.0.0.1:",
		"host:80",    "::1:80",       "[::1]80",       "[::1:80",
		"[]:80",      "[1.2.3.4]:80", "1.2.3.4:65536", "1.2.3.4:080000",
		"1.2.3.4:-1", "1.2.3.4:1x"};
	struct listen_address address;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(listen_parse(cases[i], &address), -1);
}

static void opens_a_free_port(void **state)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
	struct listen_address address;
	char text[LISTEN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd, again;

		assert_int_equal(listen_parse("127.0.0.1:0", &address), 0);
		fd = listen_open("--listen", types[i], &address);
		assert_true(fd >= 0);
		listen_format(&address, text);
		assert_string_not_equal(text, "127.0.0.1:0");
		again = listen_open("--listen", types[i], &address);
		assert_int_equal(again, -1);
		close(fd);
	}
}

static void knows_the_ports_that_need_a_privilege(void **state)
{
	(void)state;
	assert_int_equal(listen_privilege("127.0.0.1:53"), PRIVILEGE_NET_BIND_SERVICE);
	assert_int_equal(listen_privilege("[::1]:1023"), PRIVILEGE_NET_BIND_SERVICE);
	assert_int_equal(listen_privilege(":80"), PRIVILEGE_NET_BIND_SERVICE);
	assert_int_equal(listen_privilege(":1024"), PRIVILEGE_NONE);
	assert_int_equal(listen_privilege("127.0.0.1:0"), PRIVILEGE_NONE);
	assert_int_equal(listen_privilege("nothing"), PRIVILEGE_NONE);
	assert_int_equal(listen_privilege(NULL), PRIVILEGE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_an_address),
		cmocka_unit_test(refuses_what_is_not_an_address),
		cmocka_unit_test(opens_a_free_port),
		cmocka_unit_test(knows_the_ports_that_need_a_privilege),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
