/* flows_metric_table.h - the names of the metrics of tenure-flows, what they are, and their labels. Pure.
 *
 * docs/metrics.md lists them by the same sentences.
 */
#ifndef TENURE_FLOWS_METRIC_TABLE_H
#define TENURE_FLOWS_METRIC_TABLE_H

#include "common/http/metrics.h"

enum flows_metric {
	BUILD,
	CAPTURED,
	DROPPED,
	UNDECODED,
	ENCAPSULATED,
	INNER,
	CLOCK_STEPS,
	LAST_PACKET,
	INTERFACES,
	INTERFACE_EVENTS,
	RING,
	RING_MAX,
	FILE_READ,
	FILE_MAX,
	TRUNCATED,
	METERED,
	BEGUN,
	EXPORTED,
	EVICTED,
	HELD,
	RECORDS,
	RECORDS_PACKETS,
	RECORDS_BYTES,
	UNSURE,
	UNTIMED,
	L7,
	TRANSLATIONS,
	CONNTRACK,
	CONNTRACK_LOST,
	LINKS,
	LINKS_SEVERAL,
	LINKS_MISSED,
	LINKS_UNREAD,
	LINKS_UNREAD_NOW,
	LINKS_EXPORTED,
	LINKS_RECORDS,
	LIMITED,
	QUEUE,
	QUEUE_MAX,
	QUEUE_BYTES,
	QUEUE_BYTES_MAX,
	STALLED,
	OTHER,
	FLOWS_METRICS,
};

extern const struct metric flows_metric_table[FLOWS_METRICS];

#endif
