/* statistics.h - all counters as a record, from time to time and at the end.
 *
 * Each record has the totals since the start of the program, with the time of the start (as the cumulative sums of
 * OpenTelemetry), so a record that is lost takes nothing with it. docs/schemas/tenure.flows.statistics.json
 * describes it.
 */
#ifndef TENURE_FLOWS_STATISTICS_H
#define TENURE_FLOWS_STATISTICS_H

#include "common/bus/bus.h"
#include "producers/flows/counters.h"
#include "producers/flows/input.h"

struct statistics;

struct statistics_options {
	const char *address;
	int64_t interval_ns;
	struct bus_options bus;
	const char *hostname; /* of the observer; printable ASCII */
};

/* Borrows what OPTIONS points to. Nothing waits for Kafka. Returns NULL after logging. */
struct statistics *statistics_open(const struct statistics_options *options);
/* Whether it is time for a record. NOW is of when_steady(). */
bool statistics_is_due(struct statistics *statistics, struct when now);
/* Writes one. -1 if the output failed (logged), now or before: then nothing more is written. */
int statistics_write(struct statistics *statistics, const struct counters *counters,
		     const struct input *input);
/* Writes the last, and waits for the broker until DEADLINE of when_steady(). -1 if it may not be there (logged). */
int statistics_finish(struct statistics *statistics, const struct counters *counters,
		      const struct input *input, struct when deadline);
/* NULL is allowed. -1 if the output failed (logged). */
int statistics_close(struct statistics *statistics);

#endif
