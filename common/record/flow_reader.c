#include "common/record/flow_reader.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/scan.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/topic/topic_reader.h"

#define LOOK_MS 200 /* between two checks for a signal, while a pipe has nothing yet */

struct source {
	const char *address;
	struct topic_reader *topic;
	struct when first; /* the end of its first flow; WHEN_MIN: none, WHEN_MAX: it is empty */
	size_t given;      /* its place on the command line */
	bool begun;        /* its start is not something else (2) */
	bool held;         /* RECORD was read and not given yet */
	bool ended;
	struct bus_record record;
};

struct flow_reader {
	struct flow_reader_options options;
	struct source sources[SETTINGS_LIST_MAX];
	size_t count, at; /* AT: the one that is read */
	int64_t base;     /* records of those before it */
	int64_t seen;     /* records of it */
	uint64_t bytes;   /* of the files before it */
	int exit_code;
};

/* ---- Checking ---- */

static const char *name_of(const char *address)
{
	return strcmp(address, "-") == 0 ? "standard input" : address;
}

static int check_pair(const char *name, const char *a, const char *b)
{
	if (strcmp(a, b) != 0)
		return 0;
	log_error("%s: %s is given twice", name, name_of(a));
	return -1;
}

int flow_reader_check(const char *name, const struct settings_list *addresses, bool follow)
{
	for (size_t i = 0; i < addresses->count && addresses->count > 1; i++) {
		if (bus_is_kafka(addresses->values[i])) {
			log_error("%s: give one topic, or files", name);
			return -1;
		}
		for (size_t j = 0; j < i; j++)
			if (check_pair(name, addresses->values[i], addresses->values[j]) < 0)
				return -1;
	}
	if (addresses->count > 1 && follow) {
		log_error("--follow: follows one file; of several %s, give the one that grows",
			  name);
		return -1;
	}
	return 0;
}

/* ---- Opening ---- */

static bool is_kafka(const struct flow_reader *reader)
{
	return bus_is_kafka(reader->sources[0].address);
}

static int open_source(struct flow_reader *reader, struct source *source)
{
	const struct flow_reader_options *o = &reader->options;

	/* A file at its end has no start to look at. */
	source->begun = bus_is_kafka(source->address) || o->from != BUS_FROM_START;
	source->topic = when_is_min(o->since)
				? topic_reader_open(source->address, o->bus, o->from)
				: topic_reader_open_since(source->address, o->bus, o->since);
	return source->topic != NULL ? 0 : -1;
}

/* Checks how the file begins (2). BUS_RECORD if it may be what is wanted. */
static enum bus_status check_start(struct flow_reader *reader, struct source *source,
				   int timeout_ms)
{
	struct span start;
	enum bus_status status = topic_reader_peek(source->topic, timeout_ms, &start);
	char why[FILE_KIND_SIZE];

	if (status == BUS_END)
		log_warn("%s: is empty, so it has no flows", name_of(source->address));
	if (status != BUS_RECORD)
		return status;
	source->begun = true;
	if (file_kind_may_be(reader->options.wanted, start, why))
		return BUS_RECORD;
	log_error("%s: %s", name_of(source->address), why);
	reader->exit_code = EX_DATAERR;
	return BUS_BROKEN;
}

static enum bus_status read_source(struct flow_reader *reader, struct source *source,
				   int timeout_ms)
{
	enum bus_status status;

	if (!source->begun) {
		status = check_start(reader, source, timeout_ms);
		if (status != BUS_RECORD)
			return status;
	}
	return topic_reader_read(source->topic, timeout_ms, &source->record);
}

static struct when end_of(const struct bus_record *record)
{
	static const struct scan_member members[] = {SCAN_MEMBER("event", 1, 1),
						     SCAN_MEMBER("end", 0, 0)};
	struct when end = WHEN_MIN;
	struct scan scan;

	if (scan_object(record->value, record->value_length, members, 1, 2, &scan) == SCAN_GOOD &&
	    scan.values[1].kind == SCAN_STRING)
		when_parse(scan.values[1].text, scan.values[1].length, &end);
	return end;
}

/* Reads the first record of SOURCE (1). -1 after logging. */
static int look_at(struct flow_reader *reader, struct source *source)
{
	enum bus_status status = BUS_QUIET;

	while (status == BUS_QUIET && !stop_requested())
		status = read_source(reader, source, LOOK_MS);
	if (status == BUS_BROKEN)
		return -1;
	source->held = status == BUS_RECORD;
	source->ended = status == BUS_END;
	source->first = source->held ? end_of(&source->record) : WHEN_MAX;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct source *x = a, *y = b;

	if (x->first.ns != y->first.ns)
		return when_before(x->first, y->first) ? -1 : 1;
	return (x->given > y->given) - (x->given < y->given);
}

static int open_all(struct flow_reader *reader, int *exit_code)
{
	const struct settings_list *list = reader->options.addresses;

	for (size_t i = 0; i < list->count; i++) {
		struct source *source = &reader->sources[i];

		*source = (struct source){.address = list->values[i], .given = i};
		reader->count = i + 1;
		*exit_code = is_kafka(reader) ? EX_UNAVAILABLE : EX_NOINPUT;
		if (open_source(reader, source) < 0)
			return -1;
		if (list->count == 1)
			continue;
		if (look_at(reader, source) < 0) {
			*exit_code = reader->exit_code;
			return -1;
		}
	}
	qsort(reader->sources, reader->count, sizeof(reader->sources[0]), compare);
	return 0;
}

struct flow_reader *flow_reader_open(const struct flow_reader_options *options, int *exit_code)
{
	struct flow_reader *reader = calloc(1, sizeof(*reader));

	*exit_code = EX_OSERR;
	if (reader == NULL) {
		log_error("out of memory for the flows");
		return NULL;
	}
	reader->options = *options;
	reader->exit_code = bus_is_kafka(options->addresses->values[0]) ? EX_UNAVAILABLE : EX_IOERR;
	if (open_all(reader, exit_code) == 0)
		return reader;
	flow_reader_close(reader);
	return NULL;
}

void flow_reader_close(struct flow_reader *reader)
{
	if (reader == NULL)
		return;
	for (size_t i = 0; i < reader->count; i++)
		topic_reader_close(reader->sources[i].topic);
	free(reader);
}

/* ---- Reading ---- */

/* Goes on with the next file. False after the last one. */
static bool next_source(struct flow_reader *reader)
{
	uint64_t done, total;

	if (reader->at + 1 == reader->count)
		return false;
	topic_reader_progress(reader->sources[reader->at].topic, &done, &total);
	reader->bytes += done;
	topic_reader_close(reader->sources[reader->at].topic);
	reader->sources[reader->at++].topic = NULL;
	reader->base += reader->seen;
	reader->seen = 0;
	return true;
}

enum bus_status flow_reader_read(struct flow_reader *reader, int timeout_ms,
				 struct bus_record *record)
{
	enum bus_status status = BUS_END;

	do {
		struct source *source = &reader->sources[reader->at];

		if (source->held)
			status = BUS_RECORD;
		else if (!source->ended)
			status = read_source(reader, source, timeout_ms);
		else
			status = BUS_END;
		source->ended |= status == BUS_END;
		if (status != BUS_RECORD)
			continue;
		source->held = false;
		*record = source->record;
		reader->seen = record->offset + 1;
		record->offset += reader->base;
	} while (status == BUS_END && next_source(reader));
	return status;
}

bool flow_reader_caught_up(const struct flow_reader *reader)
{
	const struct source *last = &reader->sources[reader->count - 1];

	return reader->at + 1 == reader->count && !last->held &&
	       (last->ended || topic_reader_caught_up(last->topic));
}

bool flow_reader_progress(const struct flow_reader *reader, uint64_t *done, uint64_t *total)
{
	bool known = true, offsets = false;

	*done = *total = reader->bytes;
	for (size_t i = reader->at; i < reader->count; i++) {
		uint64_t of_one, size;

		offsets = topic_reader_progress(reader->sources[i].topic, &of_one, &size);
		*done += i == reader->at ? of_one : 0;
		*total += size;
		known &= size > 0 || reader->sources[i].ended;
	}
	if (!known)
		*total = 0;
	return offsets;
}

const char *flow_reader_first(const struct flow_reader *reader)
{
	return reader->sources[0].address;
}

int flow_reader_exit_code(const struct flow_reader *reader)
{
	return reader->exit_code;
}
