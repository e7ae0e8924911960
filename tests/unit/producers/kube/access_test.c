#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "producers/kube/access.h"

static char path[] = "/tmp/kube-access-test-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void put(const char *text, size_t times)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < times; i++)
		assert_int_not_equal(fputs(text, file), EOF);
	assert_int_equal(fclose(file), 0);
}

static void reads_a_file_smaller_than_the_limit(void **state)
{
	(void)state;
	struct access_bytes bytes = {.length = 7};

	put("abc", 1);
	assert_int_equal(access_read_file(path, "test", &bytes), 0);
	assert_int_equal(bytes.length, 3);
	assert_string_equal(bytes.data, "abc");
	free(bytes.data);
	bytes = (struct access_bytes){.length = 7};
	put("1234567\n", ACCESS_FILE_MAX / 8);
	assert_int_equal(access_read_file(path, "test", &bytes), -1);
	assert_int_equal(access_read_file("/no/such/file", "test", &bytes), -1);
	assert_int_equal(bytes.length, 7);
	assert_null(bytes.data);
}

static void a_token_is_one_line_of_printable_bytes(void **state)
{
	(void)state;
	struct access_bytes token = {0};

	put(" a token \r\n\n", 1);
	assert_int_equal(access_read_token(path, &token), 0);
	assert_string_equal(token.data, " a token");
	assert_int_equal(token.length, strlen(" a token"));
	free(token.data);
	token = (struct access_bytes){0};
	put("\n", 1);
	assert_int_equal(access_read_token(path, &token), -1);
	put("token\r\nAuthorization: other", 1);
	assert_int_equal(access_read_token(path, &token), -1);
	assert_null(token.data);
	access_clear(&(struct access){0});
	access_clear(NULL);
}

static void a_pod_has_a_server_in_its_environment(void **state)
{
	(void)state;
	unsetenv("KUBERNETES_SERVICE_HOST");
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_false(access_in_cluster_present());
	setenv("KUBERNETES_SERVICE_HOST", "", 1);
	assert_false(access_in_cluster_present());
	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	assert_true(access_in_cluster_present());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file_smaller_than_the_limit),
		cmocka_unit_test(a_token_is_one_line_of_printable_bytes),
		cmocka_unit_test(a_pod_has_a_server_in_its_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
