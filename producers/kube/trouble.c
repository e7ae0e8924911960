#include "producers/kube/trouble.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/kube_resource.h"
#include "common/log.h"

#define REPEAT_NS (30 * NS_PER_SECOND)

void trouble_init(struct trouble *trouble)
{
	*trouble = (struct trouble){.logged_at = WHEN_MIN};
}

void trouble_log(struct trouble *trouble, struct watch *watch, struct when now)
{
	const char *name = kube_resource_name(watch->resource);
	bool again = strcmp(trouble->logged, watch->problem) == 0 &&
		     when_since(now, trouble->logged_at) < REPEAT_NS;

	if (watch->problem[0] && !again) {
		if (watch->state == WATCH_LEFT_OUT)
			log_info("%s are left out: %s", name, watch->problem);
		else
			log_warn("%s: %s", name, watch->problem);
		memcpy(trouble->logged, watch->problem, sizeof(trouble->logged));
		trouble->logged_at = now;
	}
	watch->problem[0] = '\0';
	if (trouble->openings != watch->openings && trouble->logged[0]) {
		log_info("%s: watching again from revision %" PRIu64, name, watch->revision);
		trouble->logged[0] = '\0';
	}
	trouble->openings = watch->openings;
}
