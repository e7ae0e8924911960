/* trouble.h - says in the log that watches are troubled, and when that is over.
 *
 * A server that goes away troubles every watch many times; the log has its first word, one
 * a while after that, and the end.  Every word is there with --log-level debug.
 */
#ifndef TENURE_KUBE_TROUBLE_H
#define TENURE_KUBE_TROUBLE_H

#include <stdbool.h>

#include "common/kube_resource.h"
#include "common/when.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

struct trouble {
	bool on;
	struct when since;
	struct when said_at;
};

/* Takes the problem of WATCH, if it has one. */
void trouble_take(struct trouble *trouble, struct watch *watch, const struct clocks *now);
/* Says that it is over, once every watch is open. */
void trouble_look(struct trouble *trouble, const struct watch watches[KUBE_RESOURCES],
		  const struct clocks *now);

#endif
