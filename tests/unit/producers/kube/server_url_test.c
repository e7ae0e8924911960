#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/kube/server_url.h"

static void puts_the_tls_name_into_the_url(void **state)
{
	(void)state;
	static const struct {
		const char *server, *name, *base, *host, *connect_to;
		bool loopback;
	} cases[] = {
		{"https://api.example:6443/p", NULL, "https://api.example:6443/p", "", "", false},
		{"https://127.0.0.1:6443", NULL, "https://127.0.0.1:6443", "", "", true},
		{"https://[::1]:6443", NULL, "https://[::1]:6443", "", "", true},
		{"https://10.0.0.1:6443/p", "kube", "https://kube/p", "10.0.0.1:6443",
		 "::10.0.0.1:6443", false},
		{"https://localhost", "kube", "https://kube", "localhost", "::localhost:443", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server_url url;

		assert_int_equal(server_url_make(&url, cases[i].server, cases[i].name), 0);
		assert_string_equal(text_terminate(&url.base), cases[i].base);
		assert_string_equal(text_terminate(&url.host), cases[i].host);
		assert_string_equal(text_terminate(&url.connect_to), cases[i].connect_to);
		assert_int_equal(url.loopback, cases[i].loopback);
		server_url_free(&url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_the_tls_name_into_the_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
