/* kafka_probe.h - whether a broker can be reached, without waiting for it.
 *
 * A server that may not block asks this before it opens a topic, which waits for the broker.
 */
#ifndef TENURE_KAFKA_PROBE_H
#define TENURE_KAFKA_PROBE_H

#include <stdbool.h>

#include "common/bus/bus.h"

struct kafka_probe;

/* Begins to connect to the brokers of OPTIONS. NULL after logging. */
struct kafka_probe *kafka_probe_open(const struct bus_options *options);
/* True once a broker has answered. */
bool kafka_probe_answered(struct kafka_probe *probe);
void kafka_probe_close(struct kafka_probe *probe);

#endif
