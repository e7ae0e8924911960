/* exchange.h - takes flows and gives their outcomes, each exactly once.
 *
 * On Kafka a transaction holds the outcomes of many flows and their offsets. In the file
 * form the outputs are the log: what stands in them is done. A killed process goes on
 * where its last whole step ended, in both.
 *
 * (1) Every flow that was put or passed over is done exactly once, in order within its
 *     partition; "-" as an output is at least once, since it cannot be read back.
 * (2) The outcome of a flow goes into the partition that the flow came from.
 */
#ifndef TENURE_EXCHANGE_H
#define TENURE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "enricher/run_options.h"

struct exchange;

struct exchange_settings {
	const char *flows; /* addresses: all of Kafka or none */
	const char *tagged;
	const char *rejected;
	const char *group;    /* Kafka alone */
	const char *instance; /* Kafka alone: group.instance.id and transactional.id */
	const char *state;    /* directory; a file run keeps there what its outputs are made from */
	struct run_options run_options;
	struct when since; /* WHEN_MIN for none */
	bool bounded;      /* end where the flows ended at the start */
	struct bus_options bus;
};

enum exchange_head {
	EXCHANGE_FLOW,
	EXCHANGE_NONE,   /* nothing there now */
	EXCHANGE_ENDED,  /* and nothing comes any more */
	EXCHANGE_FAILED, /* logged */
};

enum exchange_topic { EXCHANGE_TAGGED, EXCHANGE_REJECTED };

enum exchange_outcome {
	EXCHANGE_DONE,
	EXCHANGE_REFUSED, /* this outcome cannot be written; put a rejected record instead */
	EXCHANGE_AGAIN,   /* partitions and heads are new ones: ask for them again */
	EXCHANGE_BROKEN,  /* logged */
};

struct exchange_stats {
	uint64_t commits;
	uint64_t aborts;
	uint64_t timestamps_limited; /* flow timestamps further ahead than a broker takes */
};

/* Opens the inputs and outputs. SETTINGS is borrowed. NULL after logging, with
 * *EXIT_CODE set to what the program should end with. */
struct exchange *exchange_open(const struct exchange_settings *settings, int *exit_code);
/* Frees without finishing what is open: exchange_commit() comes first. */
void exchange_close(struct exchange *exchange);

/* Once a turn: notices new partitions, and commits what is due. DONE, AGAIN or BROKEN. */
enum exchange_outcome exchange_serve(struct exchange *exchange, struct when now);
/* Makes what was put permanent now. DONE, AGAIN or BROKEN. */
enum exchange_outcome exchange_commit(struct exchange *exchange);

size_t exchange_partitions(const struct exchange *exchange);
/* The flow that is next in the INDEXth partition; borrowed until it is done. */
enum exchange_head exchange_head(struct exchange *exchange, size_t index, struct bus_record *flow);
/* Gives the outcome of that flow. */
enum exchange_outcome exchange_put(struct exchange *exchange, size_t index,
				   enum exchange_topic topic, const char *bytes, size_t length,
				   struct when now);
/* Passes over that flow without an outcome: it was not asked for. */
void exchange_pass(struct exchange *exchange, size_t index);

/* Waits for a flow, TIMEOUT_MS at most; what was put is given to the kernel first. */
int exchange_wait(struct exchange *exchange, int timeout_ms);

struct exchange_stats exchange_stats(const struct exchange *exchange);

#endif
