/* compare_spans.h - two windows of the history that are compared: whole, and without a minute in common. Pure.
 *
 * (1) The window is rounded outwards (history_round()).
 * (2) So is the one that it is compared with, but where that would reach into the window it is cut, to a whole
 *     unit of its own: a flow that ended in both would count as before and as after.
 */
#ifndef TENURE_COMPARE_SPANS_H
#define TENURE_COMPARE_SPANS_H

#include "common/base/when.h"

struct compare_spans {
	struct when from, to;
	struct when base_from, base_to;
};

/* Rounds SPANS, both not empty. -1 if nothing is left of the base: it has no whole unit that the window does
 * not have. */
int compare_spans_round(struct compare_spans *spans);

#endif
