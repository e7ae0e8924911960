#include "producers/kube/trouble.h"

#include "common/log.h"

#define REPEAT_NS (30 * NS_PER_SECOND)

void trouble_take(struct trouble *trouble, struct watch *watch, const struct clocks *now)
{
	const char *name = kube_resource_name(watch->resource);

	if (!watch->problem[0])
		return;
	if (watch->state == WATCH_LEFT_OUT) {
		log_info("%s are left out: %s", name, watch->problem);
	} else if (!trouble->on || when_since(now->tick, trouble->said_at) >= REPEAT_NS) {
		log_warn("%s: %s", name, watch->problem);
		trouble->said_at = now->tick;
		if (!trouble->on)
			trouble->since = now->tick;
		trouble->on = true;
	} else {
		log_debug("%s: %s", name, watch->problem);
	}
	watch->problem[0] = '\0';
}

void trouble_look(struct trouble *trouble, const struct watch watches[KUBE_RESOURCES],
		  const struct clocks *now)
{
	if (!trouble->on)
		return;
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (watches[r].state != WATCH_OPEN && watches[r].state != WATCH_LEFT_OUT)
			return;
	trouble->on = false;
	log_info("every watch is open again after %lld ms",
		 (long long)(when_since(now->tick, trouble->since) / NS_PER_MS));
}
