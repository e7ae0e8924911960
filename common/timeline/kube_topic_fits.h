/* kube_topic_fits.h - whether a Kafka topic can be a kube topic. */
#ifndef TENURE_KUBE_TOPIC_FITS_H
#define TENURE_KUBE_TOPIC_FITS_H

#include <stdint.h>

struct topic_reader;

/* Checks that the topic that READER reads, at ADDRESS, keeps the order of its records, and all of them
 * for RETENTION_NS (0: for as long as it likes). EX_OK, as of files, or an exit code after logging: EX_CONFIG if it does not, EX_UNAVAILABLE
 * if the broker does not say so. */
int kube_topic_fits_check(struct topic_reader *reader, const char *address, int64_t retention_ns);

#endif
