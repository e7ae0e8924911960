/* outside.h - whether an address that no record shows is outside the cluster (docs/answers.md
 * section 6).
 */
#ifndef TENURE_OUTSIDE_H
#define TENURE_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/timeline/history/history.h"
#include "common/timeline/timeline_internal.h"

/* Whether the address of QUESTION, whose history is HISTORY, is in a range of the cluster. */
bool outside_in_range(const struct timeline *timeline, struct history *history,
		      const struct timeline_question *question);

/* Whether the address of QUESTION, which has no binding and is covered, is outside: 1, or 0 with a
 * static text in *REASON; -1 after logging. UNPUBLISHED_MAY_HOLD: an unpublished pod may have it. */
int outside_judge(const struct timeline *timeline, struct history *history,
		  const struct timeline_question *question, bool unpublished_may_hold,
		  const char **reason);

#endif
