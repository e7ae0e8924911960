#include "enricher/exchange_file.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/scan.h"
#include "common/bus/lines_writer.h"
#include "common/program/log.h"
#include "common/timeline/timeline.h"
#include "common/topic/topic_reader.h"

#define TOPICS 2
#define NONE INT64_C(-1)

struct exchange_file {
	const struct exchange_settings *settings;
	struct topic_reader *reader;
	struct lines_writer *writers[TOPICS];
	bool unflushed[TOPICS];
	int64_t last[TOPICS]; /* largest flow offset in each output, NONE */
	int64_t next;         /* the first flow that is not done */
	struct bus_record head;
	bool held; /* HEAD is filled */
	bool ended;
};

/* The flow offset in LINE, a record of TOPIC; NONE when it is no such record. */
static int64_t offset_in(enum exchange_topic topic, const struct text *line)
{
	static const struct scan_member in_tagged[] = {
		SCAN_MEMBER("tenure", 1, 1),
		SCAN_MEMBER("flow", 2, 1),
		SCAN_MEMBER("offset", 0, 0),
	};
	static const struct scan_member in_rejected[] = {SCAN_MEMBER("flow", 1, 1),
							 SCAN_MEMBER("offset", 0, 0)};
	const struct scan_member *members = topic == EXCHANGE_TAGGED ? in_tagged : in_rejected;
	size_t count = topic == EXCHANGE_TAGGED ? 3 : 2;
	struct scan scan;
	uint64_t offset;

	if (scan_object(line->data, line->length, members, 1, count, &scan) != SCAN_GOOD ||
	    scan_value_unsigned(&scan.values[count - 1], &offset) < 0 || offset > INT64_MAX)
		return NONE;
	return (int64_t)offset;
}

static const char *address_of(const struct exchange_settings *settings, int topic)
{
	return topic == EXCHANGE_TAGGED ? settings->tagged : settings->rejected;
}

/* Opens an output and finds the last flow in it. */
static int open_output(struct exchange_file *exchange, int topic, int *exit_code)
{
	const char *address = address_of(exchange->settings, topic);
	struct text line;
	int there = 0, rc = -1;

	text_init(&line, BUS_RECORD_MAX);
	*exit_code = EX_CANTCREAT;
	exchange->last[topic] = NONE;
	exchange->writers[topic] = lines_writer_open(address);
	if (exchange->writers[topic] == NULL)
		goto out;
	if (strcmp(address, "-") != 0)
		there = lines_writer_last(address, &line);
	if (there < 0)
		goto out;
	if (there > 0)
		exchange->last[topic] = offset_in((enum exchange_topic)topic, &line);
	if (there > 0 && exchange->last[topic] == NONE) {
		*exit_code = EX_CONFIG;
		log_error("%s: its last line was not written by this program: give another file, "
			  "or empty this one",
			  address);
		goto out;
	}
	rc = 0;
out:
	text_free(&line);
	return rc;
}

/* Puts HASH into the file PATH, which a kill leaves as it was or as it is to be. */
static int write_hash(const char *path, uint64_t hash)
{
	char draft[PATH_MAX];
	FILE *file = NULL;
	int rc = -1;

	if ((size_t)snprintf(draft, sizeof(draft), "%s.new", path) < sizeof(draft))
		file = fopen(draft, "we");
	if (file != NULL && fprintf(file, "%016" PRIx64 "\n", hash) > 0)
		rc = 0;
	if (file != NULL && fclose(file) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(draft, path);
	if (rc < 0)
		log_error("%s: cannot be written: %s", path, strerror(errno));
	return rc;
}

static bool is_begun(const struct exchange_file *exchange)
{
	return exchange->last[0] != NONE || exchange->last[1] != NONE;
}

/* Refuses options that are not those of the outputs that it goes on with. 0, or the exit
 * code. */
static int check_options(const struct exchange_file *exchange)
{
	const struct exchange_settings *settings = exchange->settings;
	bool goes_on = exchange->next > 0;
	char outputs[8192];

	if (settings->state == NULL) {
		if (goes_on)
			log_warn("%s: going on behind what is there, and without --state nothing "
				 "tells whether it was made from the same files with the same "
				 "options",
				 settings->tagged);
		return 0;
	}
	snprintf(outputs, sizeof(outputs), "%s and %s", settings->tagged, settings->rejected);
	return run_options_keep(&settings->run_options, settings->state, goes_on, outputs);
}

/* Compares the hash of the first flow with the one that the outputs were made from. */
static int check_first(struct exchange_file *exchange, const struct bus_record *first)
{
	uint64_t hash = timeline_hash(first->value, first->value_length), known;
	bool there = false;
	char path[PATH_MAX];
	FILE *file;

	if (exchange->settings->state == NULL)
		return 0;
	snprintf(path, sizeof(path), "%s/first-flow", exchange->settings->state);
	file = fopen(path, "re");
	if (file != NULL) {
		there = fscanf(file, "%" SCNx64, &known) == 1;
		fclose(file);
	}
	if (there && known != hash && is_begun(exchange)) {
		log_error("%s: its first record is not the one that %s and %s were made from; give "
			  "the same file, or "
			  "begin with new outputs",
			  exchange->settings->flows, exchange->settings->tagged,
			  exchange->settings->rejected);
		return -1;
	}
	return there && known == hash ? 0 : write_hash(path, hash);
}

/* Where to go on: behind the last flow that the outputs which can be read back hold. */
static int64_t first_to_do(const struct exchange_file *exchange)
{
	int64_t tagged = exchange->last[EXCHANGE_TAGGED],
		rejected = exchange->last[EXCHANGE_REJECTED];

	if (strcmp(exchange->settings->tagged, "-") == 0)
		return 0;
	return 1 + (tagged > rejected ? tagged : rejected);
}

/* Reads until a flow that is not done is held, waiting TIMEOUT_MS at most for each. */
static enum exchange_head hold_next(struct exchange_file *exchange, int timeout_ms)
{
	while (!exchange->held) {
		if (exchange->ended)
			return EXCHANGE_ENDED;
		switch (topic_reader_read(exchange->reader, timeout_ms, &exchange->head)) {
		case BUS_RECORD:
			/* Standard input had nothing yet when it was opened. */
			if (exchange->head.offset == 0 &&
			    check_first(exchange, &exchange->head) < 0)
				return EXCHANGE_FAILED;
			exchange->held = exchange->head.offset >= exchange->next;
			break;
		case BUS_QUIET:
			return EXCHANGE_NONE;
		case BUS_END:
			exchange->ended = true;
			break;
		case BUS_BROKEN:
			return EXCHANGE_FAILED;
		}
	}
	return EXCHANGE_FLOW;
}

/* Looks at the first flow, so that a wrong file is refused before anything is done. */
static int hold_first(struct exchange_file *exchange)
{
	if (topic_reader_read(exchange->reader, 0, &exchange->head) != BUS_RECORD)
		return 0;
	exchange->held = exchange->head.offset >= exchange->next;
	return check_first(exchange, &exchange->head);
}

struct exchange_file *exchange_file_open(const struct exchange_settings *settings, int *exit_code)
{
	struct exchange_file *exchange = calloc(1, sizeof(*exchange));

	*exit_code = EX_OSERR;
	if (exchange == NULL)
		return NULL;
	exchange->settings = settings;
	*exit_code = EX_NOINPUT;
	exchange->reader = topic_reader_open(settings->flows, &settings->bus, BUS_FROM_START);
	if (exchange->reader == NULL)
		goto out;
	for (int topic = 0; topic < TOPICS; topic++)
		if (open_output(exchange, topic, exit_code) < 0)
			goto out;
	exchange->next = first_to_do(exchange);
	*exit_code = check_options(exchange);
	if (*exit_code != 0)
		goto out;
	*exit_code = EX_CONFIG;
	if (hold_first(exchange) < 0)
		goto out;
	if (exchange->next > 0)
		log_info("%s: going on behind flow %" PRId64, settings->flows, exchange->next - 1);
	return exchange;
out:
	exchange_file_close(exchange);
	return NULL;
}

void exchange_file_close(struct exchange_file *exchange)
{
	if (exchange == NULL)
		return;
	topic_reader_close(exchange->reader);
	for (int topic = 0; topic < TOPICS; topic++)
		lines_writer_close(exchange->writers[topic]);
	free(exchange);
}

enum exchange_outcome exchange_file_commit(struct exchange_file *exchange)
{
	for (int topic = 0; topic < TOPICS; topic++) {
		if (exchange->unflushed[topic] && lines_writer_flush(exchange->writers[topic]) < 0)
			return EXCHANGE_BROKEN;
		exchange->unflushed[topic] = false;
	}
	return EXCHANGE_DONE;
}

enum exchange_head exchange_file_head(struct exchange_file *exchange, struct bus_record *flow)
{
	enum exchange_head head = hold_next(exchange, 0);

	if (head == EXCHANGE_FLOW)
		*flow = exchange->head;
	return head;
}

int exchange_file_wait(struct exchange_file *exchange, int timeout_ms)
{
	if (exchange_file_commit(exchange) == EXCHANGE_BROKEN)
		return -1;
	return hold_next(exchange, timeout_ms) == EXCHANGE_FAILED ? -1 : 0;
}

enum exchange_outcome exchange_file_put(struct exchange_file *exchange, enum exchange_topic topic,
					const char *bytes, size_t length)
{
	enum exchange_topic other = topic == EXCHANGE_TAGGED ? EXCHANGE_REJECTED : EXCHANGE_TAGGED;

	exchange->held = false;
	if (exchange->head.offset <= exchange->last[topic])
		return EXCHANGE_DONE;
	if (exchange->unflushed[other] && exchange_file_commit(exchange) == EXCHANGE_BROKEN)
		return EXCHANGE_BROKEN;
	if (lines_writer_add(exchange->writers[topic], bytes, length) < 0)
		return EXCHANGE_BROKEN;
	exchange->unflushed[topic] = true;
	return EXCHANGE_DONE;
}

void exchange_file_pass(struct exchange_file *exchange)
{
	exchange->held = false;
}
