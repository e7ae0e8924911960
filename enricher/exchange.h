/* exchange.h - reads flows and writes their outcomes, each exactly once.
 *
 * On Kafka a transaction holds the outcomes of many flows together with their offsets. In
 * the file form the outputs are the log: a flow that is in them is done. Either way a killed
 * process continues after its last complete step.
 *
 * (1) Every flow that was put or skipped is done exactly once, in order within its
 *     partition. If --out is "-", it is at least once: a pipe cannot be read back.
 * (2) The outcome of a flow is written to the partition that the flow came from.
 */
#ifndef TENURE_EXCHANGE_H
#define TENURE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "enricher/exchange_outcome.h"
#include "enricher/run_options.h"

struct exchange;

struct exchange_settings {
	struct settings_list
		flows; /* a topic or files, at least one; the outputs are of the same kind */
	const char *outputs[EXCHANGE_TOPICS];
	const char *kube;     /* of the kube records, the first address, or NULL */
	const char *group;    /* Kafka only */
	const char *instance; /* Kafka only: group.instance.id and transactional.id */
	struct run_options run;
	struct bus_options bus;
};

struct exchange_stats {
	uint64_t commits;
	uint64_t aborts;
	uint64_t timestamps_limited; /* flow timestamps too far ahead for a broker */
};

/* What an earlier run has done, whose work this one continues. */
struct exchange_before {
	bool tagged, rejected; /* there are such outcomes (files) */
	bool read;             /* the group has committed offsets (Kafka) */
	bool same_run;         /* and they are of a run with the same options and topics */
};

/* Opens the inputs and outputs. SETTINGS is borrowed. Returns NULL (logged) with *EXIT_CODE
 * set to the program's exit code. */
struct exchange *exchange_open(const struct exchange_settings *settings, int *exit_code);
/* Frees without committing: call exchange_commit() first. */
void exchange_close(struct exchange *exchange);

/* Call once a turn: follows changes of the assignment and commits what is due. Returns DONE,
 * AGAIN or BROKEN. After AGAIN, from any function, partitions and heads have changed. */
enum exchange_outcome exchange_serve(struct exchange *exchange, struct when now);
/* Commits what was put. Returns DONE, AGAIN or BROKEN. */
enum exchange_outcome exchange_commit(struct exchange *exchange);

/* Whether it is settled which partitions are this process's; on Kafka, others may have all of them. */
bool exchange_is_settled(const struct exchange *exchange);
size_t exchange_partitions(const struct exchange *exchange);
/* The next flow of partition INDEX, borrowed until it is put or skipped. */
enum exchange_head exchange_head(struct exchange *exchange, size_t index, struct bus_record *flow);
/* Writes the outcome of that flow. REFUSED: put a rejected record instead. */
enum exchange_outcome exchange_put(struct exchange *exchange, size_t index,
				   enum exchange_topic topic, const char *bytes, size_t length,
				   struct when now);
/* Skips that flow: it needs no outcome. */
void exchange_skip(struct exchange *exchange, size_t index, struct when now);

/* Hands what was put to the kernel (files), then waits at most TIMEOUT_MS for a flow or, on Kafka,
 * until FD (-1: none) can be read. -1 after logging. */
int exchange_wait(struct exchange *exchange, int fd, int timeout_ms);

/* The number of partition INDEX, and how many of its records, by offsets, have no outcome yet: *BEHIND
 * is -1 if that is not known, as of a file. */
int32_t exchange_partition(const struct exchange *exchange, size_t index, int64_t *behind);

struct exchange_stats exchange_stats(const struct exchange *exchange);
struct exchange_before exchange_before(const struct exchange *exchange);
/* How much of the flows was read, and how much there is; 0: not known, or there is no end. Offsets on Kafka, which
 * is true then, or bytes. */
bool exchange_progress(const struct exchange *exchange, uint64_t *done, uint64_t *total);
/* The name that an outcome gives the flows: the topic, or the file that is read first. */
const char *exchange_flows(const struct exchange *exchange);
/* The program's exit code after BROKEN, or -1 from a wait. */
int exchange_exit_code(const struct exchange *exchange);

#endif
