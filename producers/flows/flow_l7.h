/* flow_l7.h - the member l7 of a flow's record, as JSON. Pure. */
#ifndef TENURE_FLOW_L7_H
#define TENURE_FLOW_L7_H

#include "common/base/text.h"
#include "producers/flows/flow.h"

/* Adds the member and a comma to TEXT; nothing if L7 has no protocol. */
void flow_l7_add(const struct flow_l7 *l7, struct text *text);

#endif
