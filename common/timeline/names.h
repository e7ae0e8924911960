/* names.h - finds a holder's names as of a position and renders them once. */
#ifndef TENURE_NAMES_H
#define TENURE_NAMES_H

#include "common/timeline/history/history.h"
#include "common/timeline/timeline_internal.h"

/* The fragment of TENURE in HISTORY's view at POSITION: its head is {"status":"known",
 * "kind":..,"k8s":{..},"cloud":{..} (of a service also ,"service" and ,"services"), its
 * tail ,"binding":{..}}. NULL after logging. */
const struct fragment *names_fragment(struct timeline *timeline, struct history *history,
				      const struct tenure *tenure, uint64_t position);

#endif
