/* history_around.h - the tenures of an address around a flow, without those long before and after.
 *
 * An address of a busy cluster has had thousands of holders, and a flow can only be of one or two.
 * Of two bindings of different holders, of which one is over before the other begins, neither changes
 * the instants of the other (docs/answers.md section 5). So what overlaps the flow, what overlaps
 * that, and so on, with all bindings of their holders, has the same instants alone as among all.
 *
 * (1) A binding that has not reached its last version at the position is always among them.
 */
#ifndef TENURE_HISTORY_AROUND_H
#define TENURE_HISTORY_AROUND_H

#include "common/timeline/history/history_view.h"

#define HISTORY_AROUND_MIN 16 /* with fewer bindings the whole view is as cheap */

/* The tenures that are possible in a flow over [START, END], and perhaps others; borrowed until the
 * next call. NULL after logging. */
struct address_view *history_around(struct history *history, uint64_t position, bool gateways,
				    const struct assumptions *assumptions, struct when start,
				    struct when end);

#endif
