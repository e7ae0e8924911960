/* kube_topic_fits.h - whether a Kafka topic can be a kube topic. */
#ifndef TENURE_KUBE_TOPIC_FITS_H
#define TENURE_KUBE_TOPIC_FITS_H

#include <stdbool.h>
#include <stdint.h>

struct topic_reader;

/* Whether the topic that READER reads, at ADDRESS, keeps the order of its records, and all of them
 * for RETENTION_NS (0: for as long as it likes). False after logging. */
bool kube_topic_fits(struct topic_reader *reader, const char *address, int64_t retention_ns);

#endif
