#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/program/settings.h"

static const char *out;
static bool follow;
static int64_t port, hold;
static struct when since;
static struct settings_list kubes;

static const struct setting table[] = {
	SETTING_TEXT("out", 'o', "ADDRESS", &out, "where records go"),
	SETTING_BOOL("follow", 'f', &follow, "wait for more at the end"),
	SETTING_NUMBER("port", 'p', "N", &port, "the port"),
	SETTING_DURATION("hold", 0, "TIME", &hold, "how long to wait"),
	SETTING_WHEN("since", 0, "TIME", &since, "start here"),
	SETTING_LIST("kube-file", 'k', "ADDRESS", &kubes, "may be repeated"),
	SETTING_END,
};

static const struct settings_manual manual = {
	.program = "tenure-test",
	.synopsis = "[OPTION...]",
	.purpose = "Tests.",
	.operands = true,
};

static int set_up(void **state)
{
	(void)state;
	out = "default";
	follow = false;
	port = 1;
	hold = 10 * NS_PER_SECOND;
	since = WHEN_MIN;
	kubes.count = 0;
	unsetenv("TENURE_OUT");
	unsetenv("TENURE_PORT");
	unsetenv("TENURE_FOLLOW");
	unsetenv("TENURE_KUBE_FILE");
	unsetenv("TENURE_LOG_LEVEL");
	return 0;
}

/* Reads ARGUMENTS, which end with NULL; ARGV is left in *words. */
static int read_words(const struct settings_manual *m, char **words)
{
	int count = 0;

	while (words[count])
		count++;
	return settings_read(m, table, count, words);
}

#define WORDS(...)                                         \
	(char *[])                                         \
	{                                                  \
		(char[]){"tenure-test"}, __VA_ARGS__, NULL \
	}
#define W(s)      \
	(char[])  \
	{         \
		s \
	}

static void reads_long_and_short_forms(void **state)
{
	(void)state;
	assert_int_equal(
		read_words(&manual, WORDS(W("--out"), W("a"), W("-fp"), W("80"), W("--hold=500ms"),
					  W("--since"), W("1970-01-01T00:00:01Z"), W("-kx"),
					  W("-k"), W("y"))),
		11);
	assert_string_equal(out, "a");
	assert_true(follow);
	assert_int_equal(port, 80);
	assert_int_equal(hold, 500 * NS_PER_MS);
	assert_int_equal(since.ns, NS_PER_SECOND);
	assert_int_equal(kubes.count, 2);
	assert_string_equal(kubes.values[0], "x");
	assert_string_equal(kubes.values[1], "y");
}

static void keeps_defaults_and_moves_operands_to_the_end(void **state)
{
	char **words = WORDS(W("one"), W("-f"), W("-"), W("--out"), W("b"), W("two"));

	(void)state;
	assert_int_equal(read_words(&manual, words), 4);
	assert_string_equal(words[4], "one");
	assert_string_equal(words[5], "-");
	assert_string_equal(words[6], "two");
	assert_int_equal(port, 1);
}

static void a_time_is_what_people_write(void **state)
{
	static const char *const texts[] = {"2026-11-23T08:00:00Z", "2026-11-23 08:00:00",
					    "2026-11-23T09:00:00+01:00", "1795420800",
					    "1795420800000"};
	struct when before;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(
			read_words(&manual, WORDS(W("--since"), (char *)(uintptr_t)texts[i])), 3);
		assert_int_equal(since.ns, INT64_C(1795420800) * NS_PER_SECOND);
	}
	before = when_now();
	assert_int_equal(read_words(&manual, WORDS(W("--since"), W("-1w"))), 3);
	assert_in_range(before.ns - since.ns, (7 * 86400 - 60) * NS_PER_SECOND,
			(7 * 86400 + 1) * NS_PER_SECOND);
	assert_int_equal(read_words(&manual, WORDS(W("--since"), W("5m ago"))), 3);
	assert_in_range(before.ns - since.ns, 240 * NS_PER_SECOND, 301 * NS_PER_SECOND);
	assert_int_equal(read_words(&manual, WORDS(W("--since"), W("now"))), 3);
	assert_true(when_not_after(before, since));
}

static void says_which_options_flags_gave(void **state)
{
	char **words = WORDS(W("-f"), W("--out=--hold"));
	struct settings_given given;

	(void)state;
	setenv("TENURE_PORT", "99", 1);
	assert_int_equal(settings_read_given(&manual, table, 3, words, &given), 3);
	assert_true(settings_has(&given, "follow") && settings_has(&given, "out"));
	assert_false(settings_has(&given, "port") || settings_has(&given, "hold"));
}

static void two_dashes_end_the_options(void **state)
{
	char **words = WORDS(W("one"), W("--"), W("--out"), W("-f"));

	(void)state;
	assert_int_equal(read_words(&manual, words), 2);
	assert_string_equal(words[2], "one");
	assert_string_equal(words[3], "--out");
	assert_string_equal(words[4], "-f");
	assert_string_equal(out, "default");
	assert_false(follow);
}

static void a_flag_beats_the_environment_which_beats_the_default(void **state)
{
	(void)state;
	setenv("TENURE_OUT", "from environment", 1);
	setenv("TENURE_PORT", "99", 1);
	setenv("TENURE_FOLLOW", "yes", 1);
	setenv("TENURE_KUBE_FILE", "e", 1);
	assert_int_equal(read_words(&manual, WORDS(W("--port"), W("7"), W("--follow=no"))), 4);
	assert_string_equal(out, "from environment");
	assert_int_equal(port, 7);
	assert_false(follow);
	assert_int_equal(kubes.count, 1);
	assert_int_equal(read_words(&manual, WORDS(W("-k"), W("f"))), 3);
	assert_int_equal(kubes.count, 1);
	assert_string_equal(kubes.values[0], "f");
}

/* Runs settings_read() in a child and reads its standard error and output into PRINTED. */
static int run(const struct settings_manual *m, char **words, char *printed, size_t size)
{
	int ends[2];
	size_t length = 0;
	ssize_t got;
	int status;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);

	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		setenv("TENURE_LOG_FORMAT", "text", 1);
		/* A value of its own, so that an exit of settings_read() is seen. */
		_exit(read_words(m, words) == -1 ? 64 : 99);
	}
	close(ends[1]);
	while (length + 1 < size && (got = read(ends[0], printed + length, size - 1 - length)) > 0)
		length += (size_t)got;
	printed[length] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void an_error_names_the_option_and_what_it_takes(void **state)
{
	const struct {
		char **words;
		const char *line;
	} cases[] = {
		{WORDS(W("--hold"), W("10x")), "tenure-test: --hold: \"10x\" is not a duration "
					       "such as 500ms, 10s, 5m, 2h, 3d or 2w\n"},
		{WORDS(W("-p"), W("-1")), "tenure-test: -p: \"-1\" is not a whole number\n"},
		{WORDS(W("--since"), W("soon")),
		 "tenure-test: --since: \"soon\" is not a time such as 2026-11-23T08:00:00Z, "
		 "\"2026-11-23 08:00:00\" (UTC), 1795420800, 5m, -5m, \"5m ago\" or now\n"},
		{WORDS(W("--follow=perhaps")),
		 "tenure-test: --follow: \"perhaps\" is not true or false\n"},
		{WORDS(W("--hodl"), W("10s")),
		 "tenure-test: unknown option --hodl; did you mean --hold? See --help\n"},
		{WORDS(W("--nothing-like-it")),
		 "tenure-test: unknown option --nothing-like-it; see --help\n"},
		{WORDS(W("-z")), "tenure-test: unknown option -z; see --help\n"},
		{WORDS(W("--out")), "tenure-test: --out needs a value: text\n"},
		{WORDS(W("--log-level"), W("loud")),
		 "tenure-test: --log-level: \"loud\" is not error, warn, info or debug\n"},
	};
	char printed[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(&manual, cases[i].words, printed, sizeof(printed)), 64);
		assert_string_equal(printed, cases[i].line);
	}
	setenv("TENURE_PORT", "many", 1);
	assert_int_equal(run(&manual, WORDS(W("-f")), printed, sizeof(printed)), 64);
	assert_string_equal(printed, "tenure-test: TENURE_PORT: \"many\" is not a whole number\n");
}

static void refuses_one_value_given_twice(void **state)
{
	(void)state;
	assert_int_equal(read_words(&manual, WORDS(W("--port"), W("7"), W("-p"), W("8"))), -1);
	assert_int_equal(read_words(&manual, WORDS(W("-f"), W("-f"))), 3);
	setenv("TENURE_PORT", "99", 1);
	assert_int_equal(read_words(&manual, WORDS(W("--port"), W("7"))), 3);
	unsetenv("TENURE_PORT");
}

static void refuses_operands_if_the_program_takes_none(void **state)
{
	struct settings_manual strict = manual;
	char printed[4096];

	(void)state;
	strict.operands = false;
	assert_int_equal(run(&strict, WORDS(W("stray")), printed, sizeof(printed)), 64);
	assert_string_equal(printed, "tenure-test: \"stray\" is not an option, and tenure-test "
				     "takes no operands; see --help\n");
}

static void help_shows_every_row_and_ends_with_0(void **state)
{
	char printed[4096];

	(void)state;
	assert_int_equal(run(&manual, WORDS(W("--help")), printed, sizeof(printed)), 0);
	assert_non_null(strstr(printed, "usage: tenure-test [OPTION...]\n"));
	assert_non_null(strstr(printed, "-o, --out ADDRESS"));
	assert_non_null(strstr(printed, "(default 10s)"));
	assert_non_null(strstr(printed, "--log-format FORMAT"));
	assert_int_equal(run(&manual, WORDS(W("--version")), printed, sizeof(printed)), 0);
	assert_memory_equal(printed, "tenure-test ", 12);
}

static void the_same_table_makes_a_manual_page_and_completions(void **state)
{
	struct settings_manual whole = manual;
	char printed[8192];

	(void)state;
	whole.exits[0] = (struct settings_exit){74, "writing fails"};
	whole.examples[0] = (struct settings_note){"tenure-test -f", "Wait."};
	assert_int_equal(run(&whole, WORDS(W("--print-man")), printed, sizeof(printed)), 0);
	assert_non_null(strstr(printed, ".Dt TENURE-TEST 1\n"));
	assert_non_null(strstr(printed, ".It Fl o , Fl \\-out Ar ADDRESS\n"
					"Where records go.\nThe default is default.\n"
					"Environment:\n.Ev TENURE_OUT .\n"));
	assert_non_null(strstr(printed, ".It 74\nWriting fails.\n"));
	assert_non_null(strstr(printed, "\ntenure-test \\-f\n"));
	assert_int_equal(run(&whole, WORDS(W("--print-bash-completion")), printed, sizeof(printed)),
			 0);
	assert_non_null(strstr(printed, "compgen -W 'error warn info debug'"));
	assert_non_null(strstr(printed, "-o --out -f --follow"));
	assert_int_equal(run(&whole, WORDS(W("--print-zsh-completion")), printed, sizeof(printed)),
			 0);
	assert_non_null(
		strstr(printed, "'(-o --out)'{-o+,--out=}'[where records go]:ADDRESS:_files'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_long_and_short_forms, set_up),
		cmocka_unit_test_setup(keeps_defaults_and_moves_operands_to_the_end, set_up),
		cmocka_unit_test_setup(two_dashes_end_the_options, set_up),
		cmocka_unit_test_setup(a_time_is_what_people_write, set_up),
		cmocka_unit_test_setup(says_which_options_flags_gave, set_up),
		cmocka_unit_test_setup(a_flag_beats_the_environment_which_beats_the_default,
				       set_up),
		cmocka_unit_test_setup(an_error_names_the_option_and_what_it_takes, set_up),
		cmocka_unit_test_setup(refuses_one_value_given_twice, set_up),
		cmocka_unit_test_setup(refuses_operands_if_the_program_takes_none, set_up),
		cmocka_unit_test_setup(help_shows_every_row_and_ends_with_0, set_up),
		cmocka_unit_test_setup(the_same_table_makes_a_manual_page_and_completions, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
