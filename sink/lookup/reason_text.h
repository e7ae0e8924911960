/* reason_text.h - what the reason of an answer means, in a sentence (docs/answers.md section 6). Pure. */
#ifndef TENURE_LOOKUP_REASON_TEXT_H
#define TENURE_LOOKUP_REASON_TEXT_H

#include "common/timeline/timeline.h"

/* The sentence without its period, static text; NULL for an answer without a reason. SENT: the address
 * is assumed to have sent a packet. */
const char *reason_text(const struct timeline_answer *answer, bool sent);

#endif
