/* memory_topic.h - an implementation of topic_reader.h with topics and files in memory. */
#ifndef TENURE_TESTS_MEMORY_TOPIC_H
#define TENURE_TESTS_MEMORY_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#define MEMORY_TOPICS 2
#define MEMORY_RECORDS_MAX 8

struct memory_topic {
	const char *address; /* NULL: there is none */
	const char *records[MEMORY_RECORDS_MAX];
	int64_t count;
	int64_t kept; /* the first record that was not trimmed */
	int partitions;
	const char *policy;       /* its cleanup.policy */
	const char *retention_ms; /* its retention.ms */
	bool broken;              /* reading fails */
};

extern struct memory_topic memory_topics[MEMORY_TOPICS];
extern int64_t memory_topic_opened_from; /* where the last reader started */

#endif
