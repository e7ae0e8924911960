/* kafka_probe.h - whether a broker can be reached, without waiting for it.
 *
 * A server that may not block asks this before it opens a topic, which waits for the broker.
 */
#ifndef TENURE_KAFKA_PROBE_H
#define TENURE_KAFKA_PROBE_H

#include "common/bus/bus.h"

struct kafka_probe;

/* 1 if ADDRESS may be opened without waiting: it is a file, or a broker of OPTIONS has answered; 0 if none
 * has yet; -1 after logging. *PROBE is NULL at first, and again once the answer is 1. */
int kafka_probe_turn(struct kafka_probe **probe, const char *address,
		     const struct bus_options *options);
/* NULL is allowed. */
void kafka_probe_close(struct kafka_probe *probe);

#endif
