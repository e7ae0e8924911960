/* history_view.h - what one position sees of an address's history. */
#ifndef TENURE_HISTORY_VIEW_H
#define TENURE_HISTORY_VIEW_H

#include "common/timeline/history/history.h"

/* The view at POSITION. GATEWAYS: podCIDRs are in use there, so a node's gateway addresses
 * count. NULL if out of memory (logged). */
struct address_view *history_view(struct history *history, uint64_t position, bool gateways,
				  const struct assumptions *assumptions);
void history_view_clear(struct address_view *view);

#endif
