/* memory_exchange.h - an implementation of exchange.h with flows and outcomes in memory. */
#ifndef TENURE_TESTS_MEMORY_EXCHANGE_H
#define TENURE_TESTS_MEMORY_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enricher/exchange.h"

#define MEMORY_PARTITIONS 2
#define MEMORY_FLOWS_MAX 8
#define MEMORY_RECORD_SIZE 1024

struct memory_outcome {
	enum exchange_topic topic;
	size_t partition;
	int64_t offset;
	char record[MEMORY_RECORD_SIZE];
};

struct exchange {
	char flows[MEMORY_PARTITIONS][MEMORY_FLOWS_MAX][MEMORY_RECORD_SIZE];
	int64_t count[MEMORY_PARTITIONS], next[MEMORY_PARTITIONS];
	bool ended; /* no further flow will come */
	bool refuses[EXCHANGE_TOPICS];
	enum exchange_outcome serves;
	struct memory_outcome outcomes[MEMORY_PARTITIONS * MEMORY_FLOWS_MAX];
	size_t put;
	int waited_ms; /* by the last wait; -1 if there was none */
};

/* The exchange that the alignment uses. */
extern struct exchange memory_exchange;

#endif
