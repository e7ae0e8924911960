/* tenure-observe - tagged flows, one line each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/when_text.h"
#include "common/bus/bus.h"
#include "common/program/confine.h"
#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/record/fault_tally.h"
#include "common/record/flow_reader.h"
#include "common/topic/topic_reader.h"
#include "sink/observe/flow_filter.h"
#include "sink/observe/flow_line.h"
#include "sink/observe/in_order.h"
#include "sink/observe/manual.h"
#include "sink/observe/screen.h"

#define POLL_MS 200
#define TELL_RECORDS 1000 /* between two looks at the clock */
#define HELD_MAX 100000   /* lines, also the most for --last */

struct observe_options {
	struct settings_list in;
	const char *since, *until;
	int64_t last; /* 0: all */
	int form;     /* enum flow_line_form */
	struct flow_filter filter;
	struct bus_options bus;
	bool no_seccomp;
};

/* What the loop holds. */
struct observing {
	const struct observe_options *options;
	struct flow_reader *reader;
	struct screen screen;
	struct in_order order;
	bool holding;        /* lines wait until their order is known */
	struct when printed; /* the latest of the lines that left the order */
	struct progress_show show;
	uint64_t read, late; /* LATE: flows that came after later ones had been printed */
	struct fault_tally unreadable;
	struct tagged_flow flow; /* the current record, too large for the stack */
};

static int read_time(const char *option, const char *text, struct when now, struct when *moment)
{
	if (text == NULL || when_text_parse(text, strlen(text), now, moment) == 0)
		return 0;
	log_error("%s: \"%s\" is not " WHEN_TEXT_FORMS, option, text);
	return -1;
}

static int check_options(struct observe_options *o)
{
	struct when now = when_now();

	if (read_time("--since", o->since, now, &o->filter.since) < 0 ||
	    read_time("--until", o->until, now, &o->filter.until) < 0 ||
	    flow_filter_check(&o->filter) < 0)
		return -1;
	if (o->bus.follow && o->until != NULL) {
		log_error("--follow: prints what comes from now on, so it takes no --until");
		return -1;
	}
	if (o->last > HELD_MAX) {
		log_error("--last: must be from 0 (all) to %d", HELD_MAX);
		return -1;
	}
	if (flow_reader_check("--in", &o->in, o->bus.follow) < 0)
		return -1;
	return topic_options_check_in(o->in.values[0], &o->bus);
}

/* From where on records are needed: BUS_FROM_START or BUS_FROM_TAIL. */
static int64_t start_of(const struct observe_options *o)
{
	const char *in = o->in.values[0];

	if (o->since != NULL)
		return BUS_FROM_START;
	if (o->last > 0 && bus_is_kafka(in) && flow_filter_is_empty(&o->filter))
		return BUS_FROM_TAIL(o->last);
	if (o->last == 0 && o->bus.follow && strcmp(in, "-") != 0)
		return BUS_FROM_TAIL(0);
	return BUS_FROM_START;
}

static struct flow_reader *open_input(const struct observe_options *o, int *exit_code)
{
	const struct flow_reader_options options = {
		.addresses = &o->in,
		.bus = &o->bus,
		.wanted = FILE_TAGGED,
		.since = o->since != NULL ? o->filter.since : WHEN_MIN,
		.from = start_of(o),
	};

	return flow_reader_open(&options, exit_code);
}

static void report(const struct observing *observing)
{
	fault_tally_report(&observing->unreadable, observing->options->in.values[0]);
	if (observing->late > 0)
		log_warn("%" PRIu64 " flows came after later ones, because more than %d were "
			 "out of order",
			 observing->late, HELD_MAX);
}

static struct progress how_far(const void *reading)
{
	const struct observing *observing = reading;
	struct progress progress = {
		.count = observing->read, .unit = "records", .event = observing->flow.end};

	if (observing->read == fault_tally_count(&observing->unreadable))
		progress.event = WHEN_MIN;

	progress.offsets = flow_reader_progress(observing->reader, &progress.done, &progress.total);
	return progress;
}

static void print(struct observing *observing, struct flow_line *line)
{
	progress_end(&observing->show);
	if (when_before(line->time, observing->printed))
		observing->late++;
	observing->printed = when_later(observing->printed, line->time);
	screen_print(&observing->screen, line);
	free(line);
}

/* Prints what is held; from now on lines are printed as they come. */
static int let_go(struct observing *observing)
{
	struct flow_line *line;

	while ((line = in_order_take(&observing->order)) != NULL)
		print(observing, line);
	observing->holding = false;
	screen_reserve(&observing->screen);
	return screen_flush(&observing->screen) < 0 ? EX_IOERR : EX_OK;
}

/* Holds LINE, or prints it. An exit code. */
static int take(struct observing *observing, struct flow_line *line)
{
	if (line == NULL || (observing->holding && in_order_add(&observing->order, line) < 0)) {
		log_error("out of memory");
		return EX_OSERR;
	}
	screen_measure(&observing->screen, line);
	if (!observing->holding) {
		screen_print(&observing->screen, line);
		free(line);
	} else if (in_order_is_full(&observing->order)) {
		line = in_order_take(&observing->order);
		if (observing->options->last > 0)
			free(line);
		else
			print(observing, line);
	}
	return EX_OK;
}

static int see(struct observing *observing, const struct bus_record *record)
{
	const struct observe_options *o = observing->options;
	struct span bytes = {record->value, record->value_length};
	struct fault fault;

	observing->read++;
	if (tagged_flow_parse(bytes.data, bytes.length, &observing->flow, &fault) < 0) {
		fault_tally_add(&observing->unreadable, &fault, record->partition, record->offset);
		return EX_OK;
	}
	if (!flow_filter_shows(&o->filter, &observing->flow))
		return EX_OK;
	return take(observing,
		    flow_line_new(&observing->flow, bytes, (enum flow_line_form)o->form));
}

/* Reads until the end, a signal, or the output is closed. Returns an exit code. */
static int run(struct observing *observing)
{
	struct flow_reader *reader = observing->reader;
	enum bus_status status = BUS_RECORD;
	struct bus_record record;
	int rc = EX_OK;

	while (rc == EX_OK && status != BUS_END && !observing->screen.closed && !stop_requested()) {
		status = flow_reader_read(reader, POLL_MS, &record);
		if (status == BUS_BROKEN)
			return flow_reader_exit_code(reader);
		if (status == BUS_RECORD)
			rc = see(observing, &record);
		/* While nothing is printed. */
		progress_turn(&observing->show,
			      observing->holding && when_is_min(observing->printed) &&
				      observing->read % TELL_RECORDS == 0,
			      how_far, observing);
		if (rc == EX_OK && observing->holding &&
		    (status == BUS_END || flow_reader_caught_up(reader)))
			rc = let_go(observing);
		if (rc == EX_OK && (status != BUS_RECORD || ferror(stdout)))
			rc = screen_flush(&observing->screen) < 0 ? EX_IOERR : EX_OK;
	}
	if (rc == EX_OK && observing->read > 0 &&
	    fault_tally_count(&observing->unreadable) == observing->read) {
		log_error("%s: no record is a tagged flow, as tenure-enrich writes them",
			  observing->options->in.values[0]);
		rc = EX_DATAERR;
	}
	return rc;
}

/* The filters of one END, "either end": their options begin with PREFIX. */
#define END_SETTINGS(prefix, end, letter, filter)                                           \
	SETTING_LIST(prefix "namespace", letter, "NAME", &(filter)->namespaces,             \
		     end ": its namespace"),                                                \
		SETTING_LIST(prefix "pod", 0, "NAME", &(filter)->pods, end ": its pod"),    \
		SETTING_LIST(prefix "workload", 0, "NAME", &(filter)->workloads,            \
			     end ": its deployment or other workload"),                     \
		SETTING_LIST(prefix "service", 0, "NAME", &(filter)->services,              \
			     end ": a service that it is, or is in"),                       \
		SETTING_LIST(prefix "node", 0, "NAME", &(filter)->nodes,                    \
			     end ": the node that it is, or is on"),                        \
		SETTING_LIST(prefix "ip", 0, "ADDRESS", &(filter)->ips,                     \
			     end ": its address, or a range with it"),                      \
		SETTING_LIST(prefix "port", 0, "PORT", &(filter)->ports, end ": its port"), \
		SETTING_LIST(prefix "kind", 0, "KIND", &(filter)->kinds,                    \
			     end ": pod, node, service or outside"),                        \
		SETTING_LIST(prefix "status", 0, "STATUS", &(filter)->statuses,             \
			     end ": known, unknown or ambiguous"),                          \
		SETTING_LIST(prefix "reason", 0, "REASON", &(filter)->reasons,              \
			     end ": why it is not known, such as gap")

int main(int argc, char **argv)
{
	static struct observing observing;
	static struct observe_options o = {
		.in = {{"kafka:tenure.flows.tagged"}, 1},
		.filter = {.since = WHEN_MIN, .until = WHEN_MAX},
	};
	struct flow_filter *filter = &o.filter;
	const struct setting table[] = {
		SETTING_LIST("in", 0, "ADDRESS", &o.in,
			     "tagged flows: kafka:TOPIC, a file, or -; files may be repeated"),
		SETTING_TEXT("since", 0, "TIME", &o.since,
			     "only flows that ended at TIME or later"),
		SETTING_TEXT("until", 0, "TIME", &o.until, "only flows that ended before TIME"),
		SETTING_NUMBER("last", 0, "FLOWS", &o.last, "only the last FLOWS flows; 0 is all"),
		SETTING_BOOL("follow", 0, &o.bus.follow,
			     "print what comes from now on, after --since or --last if given"),
		SETTING_CHOICE("output", 'o', "FORM", flow_line_forms, &o.form,
			       "form of a line; json is the record, unchanged"),
		SETTING_BOOL("not", 0, &filter->inverted,
			     "print what the filters below leave out, and nothing else"),
		END_SETTINGS("", "either end", 'n', &filter->either),
		END_SETTINGS("from-", "source", 0, &filter->source),
		END_SETTINGS("to-", "destination", 0, &filter->destination),
		BUS_SETTINGS(&o.bus),
		CONFINE_SETTING(&o.no_seccomp),
		SETTING_END,
	};
	int rc = EX_USAGE;

	if (settings_read(&manual, table, argc, argv) < 0 || check_options(&o) < 0)
		goto out;
	stop_install();
	if (confine_enter(manual.program, o.no_seccomp, bus_sandbox_parts_in(&o.in),
			  PRIVILEGE_NONE) < 0) {
		rc = EX_OSERR;
		goto out;
	}
	observing.options = &o;
	observing.printed = WHEN_MIN;
	observing.show = progress_begin();
	observing.holding = o.last > 0 || strcmp(o.in.values[0], "-") != 0;
	observing.order.most = (size_t)(o.last > 0 ? o.last : HELD_MAX);
	screen_init(&observing.screen, (enum flow_line_form)o.form);
	if (!observing.holding)
		screen_reserve(&observing.screen);
	observing.reader = open_input(&o, &rc);
	if (observing.reader == NULL)
		goto out;
	rc = run(&observing);
	progress_end(&observing.show);
	report(&observing);
out:
	flow_reader_close(observing.reader);
	in_order_free(&observing.order);
	return rc;
}
