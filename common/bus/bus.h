/* bus.h - what a record is, and the address of records.
 *
 * An address is "kafka:TOPIC", a file name, or "-" for standard input or output.
 * A file is a topic with one partition. Its records are its lines, and a record's
 * offset is its number, counted from 0.
 *
 * (1) The pointers in a struct bus_record that was read are borrowed until the
 *     next read from the same reader.
 */
#ifndef TENURE_BUS_H
#define TENURE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/program/settings.h"

#define BUS_RECORD_MAX \
	(8u * 1024 * 1024) /* bytes in one record: a 3 MiB object and its envelope fit */
#define BUS_ANY_PARTITION (-1)
#define BUS_NO_TIMESTAMP INT64_C(-1)

/* What a program does while it waits for a broker for long, so that it is not mute. */
struct bus_pause {
	void (*turn)(void *user); /* called about every BUS_PAUSE_MS; must not use what waits */
	void *user;
};
#define BUS_PAUSE_MS 100

/* How to reach the broker, and how to read a file. BUS_SETTINGS adds its options to a
 * program's table. */
struct bus_options {
	const char *brokers;             /* -b, bootstrap.servers */
	struct settings_list properties; /* -X key=value, any librdkafka property */
	const char *properties_file;     /* -F, lines of key=value */
	bool follow;                     /* --follow: wait for more at the end */
	struct bus_pause pause;          /* of what waits for a broker; none by default */
};

#define BUS_SETTINGS(o)                                                                     \
	SETTING_TEXT("brokers", 'b', "LIST", &(o)->brokers,                                 \
		     "Kafka brokers, HOST:PORT[,HOST:PORT]..."),                            \
		SETTING_PROPERTIES("kafka-property", 'X', &(o)->properties,                 \
				   "a file (--kafka-config) or into TENURE_KAFKA_PROPERTY", \
				   "a property of librdkafka; may be repeated"),            \
		SETTING_TEXT("kafka-config", 'F', "FILE", &(o)->properties_file,            \
			     "file of librdkafka properties, one KEY=VALUE per line")

struct bus_record {
	const char *key;
	size_t key_length;
	const char *value;
	size_t value_length;
	int32_t partition;    /* 0 in a file; BUS_ANY_PARTITION: chosen by the hash of the key */
	int64_t offset;       /* set by reads */
	int64_t timestamp_ms; /* milliseconds since 1970, or BUS_NO_TIMESTAMP */
	int64_t end;          /* set by reads: see struct lines_line */
};

/* A place in a file, between two records. */
struct bus_place {
	int64_t record; /* the number of the next one */
	int64_t byte;   /* where it begins */
};

enum bus_status {
	BUS_RECORD, /* *record is filled */
	BUS_QUIET,  /* nothing arrived within the timeout */
	BUS_END,    /* the end at the time of opening was reached, without --follow */
	BUS_BROKEN, /* logged; no more can be read */
};

/* What became of records that were written. */
enum bus_written {
	BUS_WRITTEN,
	BUS_LOST,    /* logged; some are void, and the next writer continues after the others */
	BUS_REFUSED, /* logged; writing them again would not help */
};

static inline void bus_pause_turn(const struct bus_options *options)
{
	if (options->pause.turn != NULL)
		options->pause.turn(options->pause.user);
}

/* The parts of a sandbox (sandbox.h) that reading ADDRESS needs or, with WRITTEN, writing it. NULL needs none. */
unsigned bus_sandbox_parts(const char *address, bool written);
/* Those that reading each address of LIST needs. */
unsigned bus_sandbox_parts_in(const struct settings_list *list);
bool bus_is_kafka(const char *address);
/* The topic of "kafka:TOPIC"; the address itself for a file. */
const char *bus_topic(const char *address);

/* Where a reader of a topic starts: in each partition at the latest of these places. */
struct bus_start {
	int64_t from; /* an offset in each, or below */
	struct when
		since; /* the first record with such a timestamp or a later one; WHEN_MIN for any */
	const int64_t *
		offsets; /* of the first OFFSET_COUNT partitions, which must have as many records */
	size_t offset_count;
};

/* Where a reader starts, if not at an offset. */
#define BUS_FROM_START INT64_C(0)
/* N records before the current end. */
#define BUS_FROM_TAIL(n) (-1 - (int64_t)(n))

#endif
