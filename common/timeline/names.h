/* names.h - finds a holder's names as of a position, and keeps them. */
#ifndef TENURE_NAMES_H
#define TENURE_NAMES_H

#include "common/timeline/history/history.h"
#include "common/timeline/timeline_internal.h"

/* What the JSON of cached names begins with. */
#define NAMES_STATUS "{\"status\":\"known\","
#define NAMES_STATUS_LENGTH (sizeof(NAMES_STATUS) - 1)

/* The names of TENURE's holder at POSITION, and which memberships of HISTORY are its own. They are
 * kept in VIEW, which has TENURE. NULL after logging. */
const struct cached_names *names_find(struct timeline *timeline, const struct history *history,
				      struct address_view *view, const struct tenure *tenure,
				      uint64_t position);

#endif
