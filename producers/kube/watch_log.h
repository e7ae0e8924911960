/* watch_log.h - logs the problems of watches, and when they are over.
 *
 * When a server goes away, every watch fails many times. The log has the first problem, another
 * every ten minutes, and the end; --log-level debug shows every one.
 */
#ifndef TENURE_KUBE_WATCH_LOG_H
#define TENURE_KUBE_WATCH_LOG_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

struct watch_log {
	bool troubled;
	struct when since;
	struct when logged_at;
};

/* Takes the problem of WATCH, if it has one, and logs it. */
void watch_log_problem(struct watch_log *log, struct watch *watch, const struct clocks *now);
/* Logs how far a list is that runs for long, every 10 s, and its end. */
void watch_log_list(struct watch *watch, const struct clocks *now);
/* Logs that the trouble is over, once every watch is open. */
void watch_log_recovery(struct watch_log *log, const struct watch watches[static KUBE_RESOURCES],
			const struct clocks *now);

#endif
