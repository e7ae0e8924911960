/* bus.h - read and write records at an address.
 *
 * An address is "kafka:TOPIC", a file name, or "-" for standard input or output.
 * A file is a topic with one partition whose offset is the record's number,
 * counted from 0; its records are lines.  Kafka itself stands behind kafka_*.h,
 * lines behind lines.h; this module only chooses.
 *
 * (1) The pointers in a struct bus_record that was read are borrowed and die
 *     with the next read of the same reader.
 * (2) A record that bus_write() took is written in order within its partition.
 * (3) A line longer than BUS_RECORD_MAX is read as its first BUS_RECORD_MAX + 1 bytes.
 * (4) Every failure of the world is logged once, here or below, with the address.
 */
#ifndef TENURE_BUS_H
#define TENURE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/settings.h"

#define BUS_RECORD_MAX \
	(8u * 1024 * 1024) /* bytes in one record: a 3 MiB object and its envelope fit */
#define BUS_HEADERS_MAX 4
#define BUS_ANY_PARTITION (-1)
#define BUS_NO_TIMESTAMP INT64_C(-1)

/* How to reach the broker, and how to read a file.  Filled from the options that
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

/* -1 after logging what is wrong with the Kafka part of OPTIONS. */
int bus_options_check(const struct bus_options *options);

bool bus_is_kafka(const char *address);
/* The topic of "kafka:TOPIC"; a file's address as it is. */
const char *bus_topic(const char *address);

/* ---- Reading a whole topic, every partition, without a group ---- */

#define BUS_FROM_START INT64_C(0)
/* Start N records before the end that is there now. */
#define BUS_FROM_TAIL(n) (-1 - (int64_t)(n))

struct bus_reader;

/* Opens ADDRESS at record FROM (an offset for each partition, or BUS_FROM_TAIL); where
 * that is before the first record kept or behind the end, at that one.
 * A topic or file that is not there is an error.  Returns NULL after logging. */
struct bus_reader *bus_reader_open(const char *address, const struct bus_options *options,
				   int64_t from);
enum bus_status bus_read(struct bus_reader *reader, int timeout_ms, struct bus_record *record);
/* True once every record that was there at opening was read, with --follow too. */
bool bus_reader_caught_up(const struct bus_reader *reader);
int bus_reader_partitions(const struct bus_reader *reader);
/* Puts the topic's setting NAME ("cleanup.policy") into VALUE, "" for a file.
 * -1 after logging. */
int bus_reader_setting(struct bus_reader *reader, const char *name, char *value, size_t size);
void bus_reader_close(struct bus_reader *reader);

/* ---- Writing, at least once ---- */

struct bus_writer;

/* A file is appended to, after an incomplete last line (a crash) is cut.
 * Returns NULL after logging. */
struct bus_writer *bus_writer_open(const char *address, const struct bus_options *options);
/* Takes a copy.  Waits while the queue is full.  A file gets it with the next
 * bus_flush() at the latest: call that once a turn.  -1 after logging. */
int bus_write(struct bus_writer *writer, const struct bus_record *record);
/* Waits until all that was written is acknowledged by the broker or handed to
 * the kernel; -1 when any of it was refused. */
int bus_flush(struct bus_writer *writer);
/* Flushes, then frees; -1 as bus_flush().  NULL is allowed. */
int bus_writer_close(struct bus_writer *writer);

#endif
