/* trouble.h - says in the log what troubles a watch, once, and when that is over. */
#ifndef TENURE_KUBE_TROUBLE_H
#define TENURE_KUBE_TROUBLE_H

#include <stdint.h>

#include "common/when.h"
#include "producers/kube/watch.h"

struct trouble {
	char logged[WATCH_PROBLEM_SIZE]; /* "" when nothing troubles it */
	struct when logged_at;
	uint64_t openings; /* of the watch, as seen last */
};

void trouble_init(struct trouble *trouble);
/* Takes the problem of WATCH, if it has one; the same one is not said again for a while. */
void trouble_log(struct trouble *trouble, struct watch *watch, struct when now);

#endif
