#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/span.h"
#include "common/program/log.h"
#include "enricher/run_options.h"

static char folder[] = "/tmp/tenure-run-options-XXXXXX";
static char options_path[64], first_path[64];
static struct timeline_settings timeline;
static struct run_options now;

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(options_path, sizeof(options_path), "%s/options", folder);
	snprintf(first_path, sizeof(first_path), "%s/first-flow", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int start(void **state)
{
	(void)state;
	timeline = (struct timeline_settings)TIMELINE_SETTINGS_DEFAULT;
	timeline.state = folder;
	now = (struct run_options){.timeline = &timeline, .since = WHEN_MIN, .until = WHEN_MAX};
	return 0;
}

static int finish(void **state)
{
	(void)state;
	unlink(options_path);
	unlink(first_path);
	return 0;
}

static void assert_file(const char *path, const char *wanted)
{
	char bytes[1024] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(bytes, wanted);
}

static void put_file(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

/* The file of the options has the lines WANTED, and their hash. */
static void assert_options(const char *wanted)
{
	char bytes[1024];

	snprintf(bytes, sizeof(bytes), "%shash %016" PRIx64 "\n", wanted,
		 span_hash((struct span){wanted, strlen(wanted)}));
	assert_file(options_path, bytes);
}

static void put_options(const char *lines)
{
	char bytes[1024];

	snprintf(bytes, sizeof(bytes), "%shash %016" PRIx64 "\n", lines,
		 span_hash((struct span){lines, strlen(lines)}));
	put_file(options_path, bytes);
}

/* The options are refused with a message that contains WANTED. */
static void assert_refused(const char *wanted)
{
	char line[1024] = "";
	int error = dup(STDERR_FILENO);
	FILE *messages = tmpfile();

	assert_non_null(messages);
	fflush(stderr);
	dup2(fileno(messages), STDERR_FILENO);
	assert_int_equal(run_options_keep(&now, true, "a and b"), EX_CONFIG);
	fflush(stderr);
	dup2(error, STDERR_FILENO);
	close(error);
	rewind(messages);
	assert_non_null(fgets(line, sizeof(line), messages));
	fclose(messages);
	assert_non_null(strstr(line, wanted));
}

#define DEFAULTS                                                                               \
	"hold 10s\nskew 500ms\nclock sandbox\ncluster -\ncluster-cidr -\nlabel -\nannotation " \
	"-\nretention -\n"                                                                     \
	"kube-from -\nkube-until -\nhindsight false\nsince -\nuntil -\nrevise -\n"

static void options_are_kept_and_the_same_ones_accepted(void **state)
{
	(void)state;
	assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
	assert_options(DEFAULTS);
	assert_int_equal(run_options_keep(&now, true, "a and b"), 0);
	timeline.options.cluster = "prod";
	timeline.ranges = (struct settings_list){.values = {"10.0.0.0/8", "fd00::/8"}, .count = 2};
	now.hindsight = true;
	now.since = (struct when){0};
	assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
	assert_options("hold 10s\nskew 500ms\nclock sandbox\ncluster prod\n"
		       "cluster-cidr 10.0.0.0/8 fd00::/8\nlabel -\nannotation -\nretention "
		       "-\nkube-from -\nkube-until "
		       "-\nhindsight true\n"
		       "since 1970-01-01T00:00:00Z\nuntil -\nrevise -\n");
	assert_int_equal(run_options_keep(&now, true, "a and b"), 0);
}

static void another_value_is_refused_and_not_kept(void **state)
{
	(void)state;
	assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
	timeline.options.hold_ns = 11 * NS_PER_SECOND;
	assert_refused("--hold: a and b were made with 10s, but this run has 11s:");
	timeline.options.hold_ns = 10 * NS_PER_SECOND;
	timeline.options.cluster = "prod";
	assert_refused("--cluster: a and b were made with none, but this run has prod:");
	timeline.options.cluster = NULL;
	timeline.ranges = (struct settings_list){.values = {"10.0.0.0/8"}, .count = 1};
	assert_refused("--cluster-cidr: a and b were made with none, but this run has 10.0.0.0/8:");
	timeline.ranges.count = 0;
	now.until = (struct when){0};
	assert_refused("--until: a and b were made with none, but this run has 1970-");
	now.until = WHEN_MAX;
	now.revise_ns = 60 * NS_PER_SECOND;
	assert_refused("--revise: a and b were made with none, but this run has 1m:");
	assert_options(DEFAULTS);
}

static void without_outputs_any_value_is_accepted_and_kept(void **state)
{
	(void)state;
	put_options("hold 1s\n");
	assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
	assert_options(DEFAULTS);
}

static void an_option_that_an_older_version_did_not_know_is_not_compared(void **state)
{
	(void)state;
	put_options("hold 10s\nold thing\n");
	assert_int_equal(run_options_keep(&now, true, "a and b"), 0);
	assert_options(DEFAULTS);
}

static void lost_or_damaged_options_are_refused(void **state)
{
	(void)state;
	assert_refused("is missing or damaged, so nothing shows what a and b were made with:");
	put_file(options_path, "hold 10s\n");
	assert_refused("is missing or damaged");
	assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
	for (long at = 0; at < (long)strlen(DEFAULTS) + 22; at++) {
		FILE *file;
		int byte;

		assert_int_equal(run_options_keep(&now, false, "a and b"), 0);
		file = fopen(options_path, "r+e");
		assert_non_null(file);
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		byte = fgetc(file);
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		fputc(byte ^ 1, file);
		fclose(file);
		assert_refused("is missing or damaged");
		assert_int_equal(truncate(options_path, at), 0);
		assert_refused("is missing or damaged");
	}
}

static void a_missing_directory_is_an_error(void **state)
{
	(void)state;
	timeline.state = "/nonexistent";
	assert_int_equal(run_options_keep(&now, false, "a and b"), EX_CANTCREAT);
	assert_int_equal(run_options_keep_first_flow(&now, 1, false, "a and b", "flows"),
			 EX_CANTCREAT);
}

static int keep_first(uint64_t hash, bool begun)
{
	return run_options_keep_first_flow(&now, hash, begun, "a and b", "flows");
}

static void the_first_flow_is_kept_and_another_refused(void **state)
{
	(void)state;
	assert_int_equal(keep_first(0xabc, false), 0);
	assert_file(first_path, "0000000000000abc\n");
	assert_int_equal(keep_first(0xabc, true), 0);
	assert_int_equal(keep_first(0xabd, true), EX_CONFIG);
	assert_file(first_path, "0000000000000abc\n");
	assert_int_equal(keep_first(0xabd, false), 0);
	assert_file(first_path, "0000000000000abd\n");
}

static void a_lost_file_of_the_first_flow_is_refused(void **state)
{
	(void)state;
	assert_int_equal(keep_first(1, true), EX_CONFIG);
	put_file(first_path, "");
	assert_int_equal(keep_first(1, true), EX_CONFIG);
	assert_int_equal(keep_first(1, false), 0);
	assert_file(first_path, "0000000000000001\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

static void a_run_is_the_same_with_the_same_options_and_addresses(void **state)
{
	static const char *const topics[] = {"kafka:a", "kafka:b", NULL};
	static const char *const others[] = {"kafka:a", "kafka:c", NULL};
	char name[RUN_OPTIONS_NAME_SIZE], other[RUN_OPTIONS_NAME_SIZE];

	(void)state;
	assert_int_equal(run_options_name(&now, topics, name), 0);
	assert_int_equal(run_options_name(&now, topics, other), 0);
	assert_string_equal(name, other);
	assert_int_equal(run_options_name(&now, others, other), 0);
	assert_string_not_equal(name, other);
	now.until = (struct when){1767225600 * NS_PER_SECOND};
	assert_int_equal(run_options_name(&now, topics, other), 0);
	assert_string_not_equal(name, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_are_kept_and_the_same_ones_accepted),
		TEST(another_value_is_refused_and_not_kept),
		TEST(without_outputs_any_value_is_accepted_and_kept),
		TEST(an_option_that_an_older_version_did_not_know_is_not_compared),
		TEST(a_missing_directory_is_an_error),
		TEST(the_first_flow_is_kept_and_another_refused),
		TEST(a_lost_file_of_the_first_flow_is_refused),
		TEST(lost_or_damaged_options_are_refused),
		TEST(a_run_is_the_same_with_the_same_options_and_addresses),
	};

	log_init("run_options_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
