#include "producers/kube/watch_log.h"

#include <inttypes.h>

#include "common/program/log.h"

#define REPEAT_NS (30 * NS_PER_SECOND)

void watch_log_take(struct watch_log *log, struct watch *watch, const struct clocks *now)
{
	const char *name = kube_resource_name(watch->resource);

	if (!watch->problem[0])
		return;
	if (watch->state == WATCH_LEFT_OUT) {
		log_info("%s are left out: %s", name, watch->problem);
	} else if (!log->on || when_since(now->tick, log->said_at) >= REPEAT_NS) {
		log_warn("%s: %s", name, watch->problem);
		log->said_at = now->tick;
		if (!log->on)
			log->since = now->tick;
		log->on = true;
	} else {
		log_debug("%s: %s", name, watch->problem);
	}
	watch->problem[0] = '\0';
}

void watch_log_look(struct watch_log *log, const struct watch watches[KUBE_RESOURCES],
		    const struct clocks *now)
{
	if (!log->on)
		return;
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (watches[r].state != WATCH_OPEN && watches[r].state != WATCH_LEFT_OUT)
			return;
	log->on = false;
	log_info("every watch is open again after %" PRId64 " ms",
		 (when_since(now->tick, log->since) / NS_PER_MS));
}
