#define _GNU_SOURCE /* pipe2 */
#include "producers/kube/exec_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/program/log.h"
#include "producers/kube/access.h"

#define PIECE 4096 /* bytes */

struct exec_plugin *exec_plugin_new(void)
{
	struct exec_plugin *plugin = calloc(1, sizeof(*plugin));

	if (plugin == NULL)
		return NULL;
	plugin->output = -1;
	text_init(&plugin->printed, ACCESS_FILE_MAX);
	return plugin;
}

/* Ends the whole group, because a plug-in may be a script that waits for a program. */
static void stop(struct exec_plugin *plugin)
{
	if (plugin->pid > 0) {
		kill(-plugin->pid, SIGKILL);
		waitpid(plugin->pid, NULL, 0);
	}
	if (plugin->output >= 0)
		close(plugin->output);
	plugin->pid = 0;
	plugin->output = -1;
}

void exec_plugin_free(struct exec_plugin *plugin)
{
	if (plugin == NULL)
		return;
	stop(plugin);
	text_free(&plugin->printed);
	words_free(&plugin->arguments);
	words_free(&plugin->environment);
	free(plugin->owner);
	free(plugin->command);
	free(plugin->api_version);
	free(plugin->install_hint);
	free(plugin);
}

static void log_failure(const struct exec_plugin *plugin, const char *what)
{
	log_error("the exec plug-in %s of %s %s", plugin->command, plugin->owner, what);
}

/* Returns an error number. Every signal has its default in the plug-in, for ours ignore SIGPIPE. */
static int spawn(struct exec_plugin *plugin, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
							 O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (error == 0)
		error = posix_spawnp(&plugin->pid, plugin->command, &actions, &attributes,
				     plugin->arguments.list, plugin->environment.list);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int exec_plugin_start(struct exec_plugin *plugin, struct when tick)
{
	const char *hint = plugin->install_hint;
	int ends[2], error;

	text_clear(&plugin->printed);
	/* Whoever started us may ignore it, and then there is no exit status. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		log_error("the exec plug-in %s of %s cannot be started: %s", plugin->command,
			  plugin->owner, strerror(errno));
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	error = spawn(plugin, ends[1]);
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		plugin->pid = 0;
		log_error("the exec plug-in %s of %s cannot be started: %s%s%s", plugin->command,
			  plugin->owner, strerror(error),
			  hint != NULL ? "; its install hint: " : "", hint != NULL ? hint : "");
		return -1;
	}
	plugin->output = ends[0];
	plugin->started_at = tick;
	plugin->slow_logged = false;
	return 0;
}

static void read_output(struct exec_plugin *plugin)
{
	char piece[PIECE];
	ssize_t length;

	while ((length = read(plugin->output, piece, sizeof(piece))) > 0 && !plugin->printed.failed)
		text_add(&plugin->printed, piece, (size_t)length);
}

/* Reads what the ended plug-in has printed. */
static enum exec_plugin_state finish(struct exec_plugin *plugin, int status,
				     struct exec_credential *credential)
{
	const char *problem = NULL;

	if (WIFSIGNALED(status)) {
		log_error("the exec plug-in %s of %s was killed by signal %d", plugin->command,
			  plugin->owner, WTERMSIG(status));
		return EXEC_PLUGIN_FAILED;
	}
	if (WEXITSTATUS(status) != 0) {
		log_error("the exec plug-in %s of %s failed with exit status %d", plugin->command,
			  plugin->owner, WEXITSTATUS(status));
		return EXEC_PLUGIN_FAILED;
	}
	switch (exec_credential_read(text_terminate(&plugin->printed), plugin->printed.length,
				     plugin->api_version, credential, &problem)) {
	case EXEC_CREDENTIAL_READ:
		return EXEC_PLUGIN_DONE;
	case EXEC_CREDENTIAL_BAD:
		log_failure(plugin, problem);
		break;
	case EXEC_CREDENTIAL_NO_MEMORY:
		log_error("out of memory");
		break;
	}
	return EXEC_PLUGIN_FAILED;
}

/* Says once in a run that the plug-in takes long. */
static void log_slow(struct exec_plugin *plugin, int64_t age)
{
	if (plugin->slow_logged || age < EXEC_PLUGIN_SLOW_NS)
		return;
	plugin->slow_logged = true;
	log_warn("the exec plug-in %s of %s has run for %" PRId64 " s; it is killed after %" PRId64
		 " s",
		 plugin->command, plugin->owner, age / NS_PER_SECOND,
		 EXEC_PLUGIN_LIMIT_NS / NS_PER_SECOND);
}

enum exec_plugin_state exec_plugin_tend(struct exec_plugin *plugin, struct when tick,
					struct exec_credential *credential)
{
	enum exec_plugin_state state = EXEC_PLUGIN_FAILED;
	int64_t age = when_since(tick, plugin->started_at);
	int status;
	pid_t ended = waitpid(plugin->pid, &status, WNOHANG);

	/* After its end, so that nothing it printed is missed; a program that it left behind may
	 * keep the pipe open. */
	read_output(plugin);
	if (plugin->printed.failed) {
		log_failure(plugin,
			    "was killed because it printed more than there is room for (1 MiB)");
	} else if (ended == 0) {
		if (age < EXEC_PLUGIN_LIMIT_NS) {
			log_slow(plugin, age);
			return EXEC_PLUGIN_RUNNING;
		}
		log_error("the exec plug-in %s of %s was killed because it ran for more than "
			  "%" PRId64 " s",
			  plugin->command, plugin->owner, EXEC_PLUGIN_LIMIT_NS / NS_PER_SECOND);
	} else if (ended < 0) {
		log_failure(plugin, "has lost its exit status");
	} else {
		plugin->pid = 0;
		if (plugin->slow_logged)
			log_info("the exec plug-in %s of %s has ended after %" PRId64 " s",
				 plugin->command, plugin->owner, age / NS_PER_SECOND);
		state = finish(plugin, status, credential);
	}
	if (ended != 0)
		plugin->pid = 0;
	stop(plugin);
	/* The secret need not stay in memory. */
	text_free(&plugin->printed);
	return state;
}
