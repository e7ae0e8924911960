#include "enricher/exchange_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/bus/lines_writer.h"
#include "common/program/log.h"
#include "common/record/flow_reader.h"
#include "common/timeline/timeline.h"
#include "enricher/outcome_source.h"

#define NONE OUTCOME_SOURCE_NONE
#define NAMES_SIZE 8192

struct exchange_file {
	const struct exchange_settings *settings;
	struct flow_reader *reader;
	struct lines_writer *writers[EXCHANGE_TOPICS];
	struct lines_writer *unflushed; /* the one with bytes not yet handed to the kernel (1) */
	int64_t last[EXCHANGE_TOPICS];  /* largest flow offset in each output, or NONE */
	int64_t next;                   /* the first flow that is not done */
	char outputs[NAMES_SIZE];       /* "a and b", for messages */
	struct bus_record head;
	bool held; /* HEAD is filled */
	bool ended;
	bool unwritten; /* an output failed */
	int first_exit; /* exit code of check_first() */
};

/* Opens an output and finds the last flow in it. -1 after logging. */
static int open_output(struct exchange_file *exchange, enum exchange_topic topic, int *exit_code)
{
	const char *address = exchange->settings->outputs[topic];
	struct text line;
	int there = 0;

	*exit_code = EX_CANTCREAT;
	exchange->last[topic] = NONE;
	exchange->writers[topic] = lines_writer_open(address);
	if (exchange->writers[topic] == NULL)
		return -1;
	text_init(&line, BUS_RECORD_MAX);
	if (strcmp(address, "-") != 0)
		there = lines_writer_last(address, &line);
	if (there > 0)
		exchange->last[topic] = outcome_source(topic, line.data, line.length,
						       exchange->settings->run.revise_ns > 0, NULL);
	text_free(&line);
	if (there <= 0 || exchange->last[topic] != NONE)
		return there < 0 ? -1 : 0;
	*exit_code = EX_CONFIG;
	log_error("%s: its last line was not written by this program: give another file, or empty "
		  "this one",
		  address);
	return -1;
}

static bool is_begun(const struct exchange_file *exchange)
{
	return exchange->last[EXCHANGE_TAGGED] != NONE || exchange->last[EXCHANGE_REJECTED] != NONE;
}

/* Refuses options other than those that the outputs were made with. Returns 0, or the exit
 * code. */
static int check_options(const struct exchange_file *exchange)
{
	const struct run_options *run = &exchange->settings->run;

	if (run->timeline->state != NULL)
		return run_options_keep(run, exchange->next > 0, exchange->outputs);
	if (exchange->next > 0)
		log_warn("%s: continuing after the flows that are already there; without --state "
			 "it cannot be checked that they came from the same files and options",
			 exchange->settings->outputs[EXCHANGE_TAGGED]);
	return 0;
}

/* Refuses a first flow other than the one that the outputs were made from. Returns 0, or the
 * exit code (logged). */
static int check_first(const struct exchange_file *exchange)
{
	const struct run_options *run = &exchange->settings->run;
	const struct bus_record *first = &exchange->head;

	if (run->timeline->state == NULL)
		return 0;
	return run_options_keep_first_flow(run, timeline_hash(first->value, first->value_length),
					   is_begun(exchange), exchange->outputs,
					   exchange_file_flows(exchange));
}

/* Returns the flow after the last one in the outputs, or 0 if --out cannot be read back. */
static int64_t first_to_do(const struct exchange_file *exchange)
{
	int64_t tagged = exchange->last[EXCHANGE_TAGGED],
		rejected = exchange->last[EXCHANGE_REJECTED];

	if (strcmp(exchange->settings->outputs[EXCHANGE_TAGGED], "-") == 0)
		return 0;
	return 1 + (tagged > rejected ? tagged : rejected);
}

/* Reads up to the first flow that is not done, waiting at most TIMEOUT_MS for each. */
static enum exchange_head hold_next(struct exchange_file *exchange, int timeout_ms)
{
	while (!exchange->held) {
		if (exchange->ended)
			return EXCHANGE_ENDED;
		switch (flow_reader_read(exchange->reader, timeout_ms, &exchange->head)) {
		case BUS_RECORD:
			/* Standard input may have had no flow yet when it was opened. */
			if (exchange->head.offset == 0)
				exchange->first_exit = check_first(exchange);
			if (exchange->first_exit != 0)
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

/* Holds the first flow if it is there, so that a wrong file is refused before anything is
 * written. -1 after logging. */
static int hold_first(struct exchange_file *exchange)
{
	enum bus_status status = flow_reader_read(exchange->reader, 0, &exchange->head);

	exchange->held = status == BUS_RECORD;
	exchange->ended = status == BUS_END;
	return status == BUS_BROKEN ? -1 : 0;
}

struct exchange_file *exchange_file_open(const struct exchange_settings *settings, int *exit_code)
{
	struct exchange_file *exchange = calloc(1, sizeof(*exchange));
	const struct flow_reader_options reading = {
		.addresses = &settings->flows,
		.bus = &settings->bus,
		.wanted = settings->run.revise_ns > 0 ? FILE_TAGGED : FILE_FLOWS,
		.since = WHEN_MIN,
		.from = BUS_FROM_START,
	};

	*exit_code = EX_OSERR;
	if (exchange == NULL) {
		log_error("out of memory for the flows");
		return NULL;
	}
	exchange->settings = settings;
	snprintf(exchange->outputs, sizeof(exchange->outputs), "%s and %s",
		 settings->outputs[EXCHANGE_TAGGED], settings->outputs[EXCHANGE_REJECTED]);
	exchange->reader = flow_reader_open(&reading, exit_code);
	if (exchange->reader == NULL)
		goto out;
	if (hold_first(exchange) < 0) {
		*exit_code = flow_reader_exit_code(exchange->reader);
		goto out;
	}
	if (open_output(exchange, EXCHANGE_TAGGED, exit_code) < 0 ||
	    open_output(exchange, EXCHANGE_REJECTED, exit_code) < 0)
		goto out;
	exchange->next = first_to_do(exchange);
	*exit_code = check_options(exchange);
	if (*exit_code != 0)
		goto out;
	*exit_code = exchange->held ? check_first(exchange) : 0;
	if (*exit_code != 0)
		goto out;
	exchange->held = exchange->held && exchange->head.offset >= exchange->next;
	if (exchange->next > 0)
		log_info("%s: continuing after flow %" PRId64, exchange_file_flows(exchange),
			 exchange->next - 1);
	return exchange;
out:
	exchange_file_close(exchange);
	return NULL;
}

void exchange_file_close(struct exchange_file *exchange)
{
	if (exchange == NULL)
		return;
	flow_reader_close(exchange->reader);
	lines_writer_close(exchange->writers[EXCHANGE_TAGGED]);
	lines_writer_close(exchange->writers[EXCHANGE_REJECTED]);
	free(exchange);
}

enum exchange_outcome exchange_file_commit(struct exchange_file *exchange)
{
	if (exchange->unflushed != NULL && lines_writer_flush(exchange->unflushed) < 0) {
		exchange->unwritten = true;
		return EXCHANGE_BROKEN;
	}
	exchange->unflushed = NULL;
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
	struct lines_writer *writer = exchange->writers[topic];

	exchange->held = false;
	if (exchange->head.offset <= exchange->last[topic])
		return EXCHANGE_DONE;
	if (exchange->unflushed != writer && exchange_file_commit(exchange) == EXCHANGE_BROKEN)
		return EXCHANGE_BROKEN;
	if (lines_writer_add(writer, bytes, length) < 0) {
		exchange->unwritten = true;
		return EXCHANGE_BROKEN;
	}
	exchange->unflushed = writer;
	return EXCHANGE_DONE;
}

void exchange_file_skip(struct exchange_file *exchange)
{
	exchange->held = false;
}

void exchange_file_progress(const struct exchange_file *exchange, uint64_t *done, uint64_t *total)
{
	flow_reader_progress(exchange->reader, done, total);
}

struct exchange_before exchange_file_before(const struct exchange_file *exchange)
{
	return (struct exchange_before){
		.tagged = exchange->last[EXCHANGE_TAGGED] != NONE,
		.rejected = exchange->last[EXCHANGE_REJECTED] != NONE,
	};
}

const char *exchange_file_flows(const struct exchange_file *exchange)
{
	return flow_reader_first(exchange->reader);
}

int exchange_file_exit_code(const struct exchange_file *exchange)
{
	if (exchange->unwritten)
		return EX_IOERR;
	return exchange->first_exit != 0 ? exchange->first_exit
					 : flow_reader_exit_code(exchange->reader);
}
