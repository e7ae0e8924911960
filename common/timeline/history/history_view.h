/* history_view.h - what one position sees of an address's history. */
#ifndef TENURE_HISTORY_VIEW_H
#define TENURE_HISTORY_VIEW_H

#include "common/timeline/history/history.h"

/* The view at POSITION. GATEWAYS: podCIDRs are in use there, so a node's gateway addresses
 * count. NULL if out of memory (logged). */
struct address_view *history_view(struct history *history, uint64_t position, bool gateways,
				  const struct assumptions *assumptions);

/* Some bindings of a history, by number, in order; LIST is NULL for the first COUNT. */
struct binding_choice {
	const size_t *list;
	size_t count;
};
/* Fills VIEW, cleared first, with what POSITION sees of the bindings of CHOICE. -1 after logging. */
int history_view_fill(struct history *history, struct address_view *view,
		      const struct binding_choice *choice, uint64_t position, bool gateways,
		      const struct assumptions *assumptions);
void history_view_clear(struct address_view *view);

/* POSITION sees version NUMBER of an interface. */
bool history_interface(const struct history *history, size_t number, uint64_t position);

/* The evidence of BINDING that POSITION sees, or NULL. */
const struct evidence *history_evidence(const struct history *history, size_t binding,
					uint64_t position);

#endif
