/* direction.h - which end of a flow is the client. Pure.
 *
 * (1) Where nothing proves who began, the messages decide: who sends the requests is the client.
 * (2) Where none were read, the tags decide: the end that serves is the server. A service's own address
 *     serves, because nobody sends from it first; else the one end whose tag names a service does.
 * (3) If the tags say nothing, or the same of both ends, the flow has no direction. Its ends are
 *     then in the order of end.h, so that both ways are one edge.
 */
#ifndef TENURE_DIRECTION_H
#define TENURE_DIRECTION_H

#include <stdbool.h>

#include "common/record/tagged_flow.h"

/* Makes the client the source of FLOW, or clears FLOW->directed (3). Turns that were measured the
 * other way round, or without a direction, are dropped. Messages are not: they say who asks. OUTSIDE_ADDRESSES is as for end_pack(). */
void direction_find(struct tagged_flow *flow, bool outside_addresses);

#endif
