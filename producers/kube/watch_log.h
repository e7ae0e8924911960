/* watch_log.h - says in the log that watches are troubled, and when that is over.
 *
 * A server that goes away troubles every watch many times; the log has its first word, one
 * a while after that, and the end. Every word is there with --log-level debug.
 */
#ifndef TENURE_WATCH_LOG_H
#define TENURE_WATCH_LOG_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

struct watch_log {
	bool on;
	struct when since;
	struct when said_at;
};

/* Takes the problem of WATCH, if it has one. */
void watch_log_take(struct watch_log *log, struct watch *watch, const struct clocks *now);
/* Says that it is over, once every watch is open. */
void watch_log_look(struct watch_log *log, const struct watch watches[KUBE_RESOURCES],
		    const struct clocks *now);

#endif
