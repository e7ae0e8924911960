#include "producers/kube/watch_log.h"

#include <inttypes.h>

#include "common/program/log.h"

#define REPEAT_NS (600 * NS_PER_SECOND)
#define LIST_NS (10 * NS_PER_SECOND)

void watch_log_problem(struct watch_log *log, struct watch *watch, const struct clocks *now)
{
	const char *name = kube_resource_name(watch->resource);

	if (!watch->problem[0])
		return;
	if (watch->missing && !watch->covered) {
		log_info("%s are left out: %s", name, watch->problem);
	} else if (watch->planned) {
		log_warn("%s: the planned list: %s", name, watch->problem);
	} else if (watch_left_out(watch)) {
		log_debug("%s: %s", name, watch->problem);
	} else if (!log->troubled || when_since(now->tick, log->logged_at) >= REPEAT_NS) {
		log_warn("%s: %s", name, watch->problem);
		log->logged_at = now->tick;
		if (!log->troubled)
			log->since = now->tick;
		log->troubled = true;
	} else {
		log_debug("%s: %s", name, watch->problem);
	}
	watch->problem[0] = '\0';
}

void watch_log_list(struct watch *watch, const struct clocks *now)
{
	bool runs = watch->state == WATCH_TO_LIST || watch->state == WATCH_LISTING ||
		    watch->state == WATCH_WRITING;
	int64_t seconds = when_since(now->tick, watch->begun_at) / NS_PER_SECOND;
	const char *name = kube_resource_name(watch->resource);

	if (!watch->begun)
		return;
	if (runs && when_since(now->tick, watch->told_at) >= LIST_NS) {
		log_info("%s: the list has brought %" PRIu64 " items in %" PRId64 " s", name,
			 watch->listed, seconds);
		watch->told_at = now->tick;
	} else if (!runs && when_before(watch->begun_at, watch->told_at)) {
		log_info("%s: the list is complete: %" PRIu64 " items in %" PRId64 " s", name,
			 watch->listed, seconds);
		watch->told_at = watch->begun_at;
	}
}

void watch_log_recovery(struct watch_log *log, const struct watch watches[static KUBE_RESOURCES],
			const struct clocks *now)
{
	if (!log->troubled || !watch_all_open(watches))
		return;
	log->troubled = false;
	log_info("every watch is open again after %" PRId64 " ms",
		 when_since(now->tick, log->since) / NS_PER_MS);
}
