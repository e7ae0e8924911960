/* The plug-ins are shell scripts. The tests advance the tick themselves, so that a limit of a minute
 * passes at once. */
#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "producers/kube/exec_plugin.h"

#define V1 "client.authentication.k8s.io/v1"
#define CREDENTIAL                                                                               \
	"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"'" \
	"$TOKEN'\"}}'\n"

static const struct when start = {NS_PER_SECOND};

/* A plug-in that runs SCRIPT. */
static struct exec_plugin *plugin_of(const char *script)
{
	struct exec_plugin *plugin = exec_plugin_new();

	assert_non_null(plugin);
	plugin->owner = strdup("users[u]");
	plugin->command = strdup("sh");
	plugin->api_version = strdup(V1);
	plugin->install_hint = strdup("ask Jane");
	assert_int_equal(words_add(&plugin->arguments, "sh"), 0);
	assert_int_equal(words_add(&plugin->arguments, "-c"), 0);
	assert_int_equal(words_add(&plugin->arguments, script), 0);
	assert_int_equal(words_set_variable(&plugin->environment, "TOKEN", "old"), 0);
	assert_int_equal(words_set_variable(&plugin->environment, "PATH", getenv("PATH")), 0);
	assert_int_equal(words_set_variable(&plugin->environment, "TOKEN", "t"), 0);
	return plugin;
}

/* Tends the plug-in until it has ended. */
static enum exec_plugin_state finish(struct exec_plugin *plugin, struct exec_credential *credential)
{
	enum exec_plugin_state state;

	do
		state = exec_plugin_tend(plugin, start, credential);
	while (state == EXEC_PLUGIN_RUNNING);
	assert_int_equal(plugin->pid, 0);
	assert_int_equal(plugin->output, -1);
	return state;
}

/* Runs SCRIPT, which fails; returns what was logged. */
static const char *failure_of(const char *script)
{
	static char said[4096];
	struct exec_plugin *plugin = plugin_of(script);
	struct exec_credential credential;
	int saved = dup(STDERR_FILENO), ends[2];
	ssize_t length;

	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	assert_int_equal(exec_plugin_start(plugin, start), 0);
	assert_int_equal(finish(plugin, &credential), EXEC_PLUGIN_FAILED);
	dup2(saved, STDERR_FILENO);
	length = read(ends[0], said, sizeof(said) - 1);
	said[length > 0 ? length : 0] = '\0';
	close(saved);
	close(ends[0]);
	close(ends[1]);
	exec_plugin_free(plugin);
	return said;
}

static void takes_what_it_prints(void **state)
{
	(void)state;
	struct exec_plugin *plugin = plugin_of(CREDENTIAL);
	struct exec_credential credential;

	for (int i = 0; i < 2; i++) {
		signal(SIGCHLD, SIG_IGN);
		assert_int_equal(exec_plugin_start(plugin, start), 0);
		assert_int_equal(finish(plugin, &credential), EXEC_PLUGIN_DONE);
		assert_string_equal(credential.token, "t");
		exec_credential_clear(&credential);
	}
	exec_plugin_free(plugin);
	exec_plugin_free(NULL);
}

/* It waits for nothing at its input, and a signal that we ignore is not ignored in it. */
static void has_no_descriptor_and_no_signal_of_ours(void **state)
{
	(void)state;
	struct exec_plugin *plugin =
		plugin_of("read line && exit 1\n"
			  "for n in 3 4 5 6 7 8 9; do\n"
			  "  if [ -e /proc/$$/fd/$n ]; then exit 2; fi\n"
			  "done\n"
			  "grep -q 'SigIgn:.*0000$' /proc/self/status || exit 3\n" CREDENTIAL);
	struct exec_credential credential;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(exec_plugin_start(plugin, start), 0);
	assert_int_equal(finish(plugin, &credential), EXEC_PLUGIN_DONE);
	exec_credential_clear(&credential);
	signal(SIGPIPE, SIG_DFL);
	close(ends[0]);
	close(ends[1]);
	exec_plugin_free(plugin);
}

/* What it leaves behind may keep its output open. */
static void does_not_wait_for_its_children(void **state)
{
	(void)state;
	struct exec_plugin *plugin = plugin_of("tail -f /dev/null & " CREDENTIAL);
	struct exec_credential credential;

	assert_int_equal(exec_plugin_start(plugin, start), 0);
	pid_t group = plugin->pid;
	assert_int_equal(finish(plugin, &credential), EXEC_PLUGIN_DONE);
	assert_string_equal(credential.token, "t");
	exec_credential_clear(&credential);
	exec_plugin_free(plugin);
	kill(-group, SIGKILL);
}

static void fails_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		const char *says;
	} cases[] = {
		{"exit 3", "the exec plug-in sh of users[u] failed with exit status 3"},
		{CREDENTIAL "exit 1", "failed with exit status 1"},
		{"kill -9 $$", "was killed by signal 9"},
		{"echo secret", "printed something that cannot be read as JSON"},
		{"exec yes", "was killed because it printed more than there is room for"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *said = failure_of(cases[i].script);

		if (strstr(said, cases[i].says) == NULL)
			fail_msg("%s: said '%s', expected '%s'", cases[i].script, said,
				 cases[i].says);
		assert_null(strstr(said, "secret"));
	}
}

static void a_command_that_is_not_there_is_named_with_its_hint(void **state)
{
	(void)state;
	struct exec_plugin *plugin = plugin_of("");

	free(plugin->command);
	plugin->command = strdup("no-such-plugin");
	assert_int_equal(exec_plugin_start(plugin, start), -1);
	assert_int_equal(plugin->pid, 0);
	exec_plugin_free(plugin);
}

static void a_plugin_that_hangs_is_killed_with_its_children(void **state)
{
	(void)state;
	struct exec_plugin *plugin = plugin_of("tail -f /dev/null & echo started; wait");
	struct exec_credential credential;
	struct when end = when_add(start, EXEC_PLUGIN_LIMIT_NS);
	int status;
	pid_t group;

	/* So that its child becomes ours, and its end can be seen. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(exec_plugin_start(plugin, start), 0);
	group = plugin->pid;
	do
		assert_int_equal(exec_plugin_tend(plugin, when_add(end, -1), &credential),
				 EXEC_PLUGIN_RUNNING);
	while (plugin->printed.length == 0);
	assert_true(plugin->slow_logged);
	assert_int_equal(exec_plugin_tend(plugin, end, &credential), EXEC_PLUGIN_FAILED);
	assert_int_equal(plugin->pid, 0);
	assert_true(waitpid(-group, &status, 0) > 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(exec_plugin_start(plugin, start), 0);
	group = plugin->pid;
	exec_plugin_free(plugin);
	assert_int_equal(kill(group, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_it_prints),
		cmocka_unit_test(has_no_descriptor_and_no_signal_of_ours),
		cmocka_unit_test(does_not_wait_for_its_children),
		cmocka_unit_test(fails_by_name),
		cmocka_unit_test(a_command_that_is_not_there_is_named_with_its_hint),
		cmocka_unit_test(a_plugin_that_hangs_is_killed_with_its_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
