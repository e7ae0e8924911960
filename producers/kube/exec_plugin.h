/* exec_plugin.h - runs a credential plug-in of a kubeconfig (users[].user.exec) beside the loop.
 *
 * It is started without a shell, in a process group of its own, with /dev/null as its input, our
 * standard error as its own, and no other descriptor of ours. What it prints is read a piece at a
 * time, whenever exec_plugin_tend() is called, which never waits.
 *
 * (1) It may run for EXEC_PLUGIN_LIMIT_NS and print ACCESS_FILE_MAX bytes; beyond that its process
 *     group is killed.
 * (2) Its arguments, its environment and what it prints are never logged.
 */
#ifndef TENURE_KUBE_EXEC_PLUGIN_H
#define TENURE_KUBE_EXEC_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "producers/kube/exec_credential.h"
#include "producers/kube/words.h"

#define EXEC_PLUGIN_LIMIT_NS (60 * NS_PER_SECOND)
#define EXEC_PLUGIN_SLOW_NS (5 * NS_PER_SECOND) /* then it is logged that it still runs */

struct exec_plugin {
	char *owner; /* "users[u] of FILE", for messages */
	char *command;
	char *api_version;
	char *install_hint; /* or NULL */
	struct words arguments;
	struct words environment;
	/* While it runs; PID is 0 when it does not. */
	pid_t pid;
	int output;
	struct text printed;
	struct when started_at; /* by clocks.h (1) */
	bool slow_logged;       /* that it takes long */
};

enum exec_plugin_state {
	EXEC_PLUGIN_RUNNING,
	EXEC_PLUGIN_DONE,
	EXEC_PLUGIN_FAILED, /* logged */
};

/* Returns an empty plug-in, to be filled in, or NULL if out of memory. */
struct exec_plugin *exec_plugin_new(void);
/* Kills it if it runs. NULL is allowed. */
void exec_plugin_free(struct exec_plugin *plugin);
/* Starts the plug-in, which does not run. -1 after logging. */
int exec_plugin_start(struct exec_plugin *plugin, struct when tick);
/* Reads what the running plug-in has printed since. CREDENTIAL is set when it is done. */
enum exec_plugin_state exec_plugin_tend(struct exec_plugin *plugin, struct when tick,
					struct exec_credential *credential);

#endif
