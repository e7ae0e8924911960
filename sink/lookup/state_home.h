/* state_home.h - where the timeline is kept between runs, without --state.
 *
 * It is the directory tenure/NAME-HASH in XDG_STATE_HOME, else in ~/.local/state. HASH is of the
 * topic and of the options that make a store another one.
 *
 * (1) One process uses it at a time. A second one waits for STATE_HOME_WAIT_SECONDS, and then reads the
 *     topic into a temporary timeline, as it does if the directory cannot be made.
 * (2) Its lock file is touched at the start and the end of each use.
 * (3) The others that were not used for STATE_UNUSED_DAYS are removed (state_unused.h).
 */
#ifndef TENURE_STATE_HOME_H
#define TENURE_STATE_HOME_H

#include "common/bus/bus.h"
#include "common/timeline/timeline_settings.h"

#define STATE_HOME_WAIT_SECONDS 10
#define STATE_HOME_PATH_SIZE 4096

struct state_home {
	char path[STATE_HOME_PATH_SIZE];
	int lock; /* -1: none */
};

/* Sets the state of SETTINGS, if it has none, to the directory of NAME and KUBE, and to NULL if it is
 * "none", if KUBE is standard input, or by (1). HOME outlives SETTINGS. */
void state_home_choose(struct state_home *home, const char *name, const struct settings_list *kube,
		       const struct bus_options *bus, struct timeline_settings *settings);
void state_home_release(struct state_home *home);

#endif
