#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/http_host.h"

static void accepts_what_no_other_site_can_be_called(void **state)
{
	static const char *const ours[] = {"10.0.0.1",     "10.0.0.1:8080", "[::1]",
					   "[fd00::1]:80", "localhost",     "lookup:8080",
					   "look.up:80",   "LOOK.UP"};
	static const char *const others[] = {
		"",    "evil.example",  "evil.example:80",       "look.up.evil", "[::1",
		"a:b", "look.up:80x",   "10.0.0.1.evil.example", ":80",          "a b",
		"a/b", "[evil.example]"};
	const struct settings_list allowed = {.values = {"look.up"}, .count = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		assert_true(http_host_is_ours(ours[i], &allowed));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(http_host_is_ours(others[i], &allowed));
	assert_false(http_host_is_ours(NULL, &allowed));
}

static void a_star_allows_every_name(void **state)
{
	const struct settings_list allowed = {.values = {"*"}, .count = 1};

	(void)state;
	assert_true(http_host_is_ours("any.example", &allowed));
	assert_false(http_host_is_ours("no name.example", &allowed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_no_other_site_can_be_called),
		cmocka_unit_test(a_star_allows_every_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
