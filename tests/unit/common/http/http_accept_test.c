#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/http/http_accept.h"

static void gzip_is_taken_where_it_is_named(void **state)
{
	(void)state;
	assert_true(http_accept_gzip("gzip"));
	assert_true(http_accept_gzip("gzip, deflate, br, zstd"));
	assert_true(http_accept_gzip("br;q=1.0, GZIP ; q=0.8, *;q=0.1"));
	assert_true(http_accept_gzip("deflate,x-gzip;Q=0.001"));
	assert_true(http_accept_gzip("identity, *"));
}

static void gzip_is_not_taken_elsewhere(void **state)
{
	(void)state;
	assert_false(http_accept_gzip(NULL));
	assert_false(http_accept_gzip(""));
	assert_false(http_accept_gzip(" , ,"));
	assert_false(http_accept_gzip("identity"));
	assert_false(http_accept_gzip("br, deflate"));
	assert_false(http_accept_gzip("gzipped, x"));
	assert_false(http_accept_gzip("gzip;q=0"));
	assert_false(http_accept_gzip("gzip;q=0.000, *"));
	assert_false(http_accept_gzip("*;q=0"));
	assert_false(http_accept_gzip("gzip;x=1"));
	assert_false(http_accept_gzip("gzip;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_taken_where_it_is_named),
		cmocka_unit_test(gzip_is_not_taken_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
