/* bus.h - what a record is, and where records are: the address.
 *
 * An address is "kafka:TOPIC", a file name, or "-" for standard input or output.
 * A file is a topic with one partition whose offset is the record's number,
 * counted from 0; its records are lines.
 *
 * (1) The pointers in a struct bus_record that was read are borrowed and die
 *     with the next read of the same reader.
 */
#ifndef TENURE_BUS_H
#define TENURE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/program/settings.h"

#define BUS_RECORD_MAX \
	(8u * 1024 * 1024) /* bytes in one record: a 3 MiB object and its envelope fit */
#define BUS_HEADERS_MAX 4
#define BUS_ANY_PARTITION (-1)
#define BUS_NO_TIMESTAMP INT64_C(-1)

/* How to reach the broker, and how to read a file. Filled from the options that
 * BUS_SETTINGS adds to a program's table. */
struct bus_options {
	const char *brokers;             /* -b, bootstrap.servers */
	struct settings_list properties; /* -X key=value, any librdkafka property */
	const char *properties_file;     /* -F, lines of key=value */
	bool follow;                     /* --follow: at the end wait for more */
};

#define BUS_SETTINGS(o)                                                            \
	SETTING_TEXT("brokers", 'b', "LIST", &(o)->brokers,                        \
		     "Kafka brokers, host:port[,host:port]"),                      \
		SETTING_LIST("kafka-property", 'X', "KEY=VALUE", &(o)->properties, \
			     "any librdkafka property; may be repeated"),          \
		SETTING_TEXT("kafka-config", 'F', "FILE", &(o)->properties_file,   \
			     "file of librdkafka properties, one KEY=VALUE a line")

struct bus_header {
	const char *name;
	const char *value;
	size_t length;
};

struct bus_record {
	const char *key;
	size_t key_length;
	const char *value;
	size_t value_length;
	int32_t partition; /* 0 in a file; BUS_ANY_PARTITION lets the broker's hash of the key choose */
	int64_t offset;       /* set by reads */
	int64_t timestamp_ms; /* milliseconds since 1970, BUS_NO_TIMESTAMP where there is none */
	struct bus_header headers[BUS_HEADERS_MAX]; /* written only; a file has none */
	size_t header_count;
};

enum bus_status {
	BUS_RECORD, /* *record is filled */
	BUS_QUIET,  /* nothing came within the timeout */
	BUS_END,    /* the end that was there when the reader was opened (no --follow) */
	BUS_BROKEN, /* logged; give up */
};

bool bus_is_kafka(const char *address);
/* The topic of "kafka:TOPIC"; a file's address as it is. */
const char *bus_topic(const char *address);

/* Where a reader starts, other than at an offset. */
#define BUS_FROM_START INT64_C(0)
/* N records before the end that is there now. */
#define BUS_FROM_TAIL(n) (-1 - (int64_t)(n))

#endif
