#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/topic/topic_sole_writer.h"

static void a_file_has_one_writer(void **state)
{
	const struct bus_record record = {.value = "{}", .value_length = 2},
				broken = {.value = "{\n}", .value_length = 3};
	const struct bus_options options = {0};
	char path[] = "/tmp/tenure-sole-XXXXXX";
	struct topic_sole_writer *writer;
	struct stat status;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	writer = topic_sole_writer_open(path, "id", &options);
	assert_non_null(writer);
	assert_int_equal(topic_sole_writer_wait(writer, 0), 1);
	assert_null(topic_sole_writer_open(path, "another id", &options));
	assert_int_equal(topic_sole_writer_write(writer, &record), BUS_WRITTEN);
	assert_int_equal(topic_sole_writer_flush(writer), BUS_WRITTEN);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_size, 3);
	assert_int_equal(topic_sole_writer_write(writer, &broken), BUS_REFUSED);
	topic_sole_writer_close(writer);
	writer = topic_sole_writer_open(path, "another id", &options);
	assert_non_null(writer);
	topic_sole_writer_close(writer);
	topic_sole_writer_close(NULL);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_one_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
