#include "sink/graph/once.h"

#include <inttypes.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/program/stop.h"
#include "common/record/flow_reader.h"
#include "sink/graph/formats/display.h"
#include "sink/graph/formats/edge_writer.h"

#define POLL_MS 200
#define COUNT_BEFORE 1000 /* records, between two looks at the clock */

/* The window that is shown, and the earlier one that it is compared with. */
struct windows {
	struct aggregator now, base;
	bool compared;
};

static void report(const struct once_options *o, const struct aggregator *aggregator)
{
	intake_report(&aggregator->intake, o->in->values[0]);
	if (aggregator->nodes.further > 0)
		log_warn("%" PRIu64 " ends beyond the first %d nodes are shown as further nodes",
			 aggregator->nodes.further, NODES_MAX);
	log_debug("outside the window %" PRIu64 ", late %" PRIu64, aggregator->outside,
		  aggregator->window.late);
}

static int show_comparison(struct windows *windows, struct display *display)
{
	struct snapshot before = {0}, after = {0};
	struct comparison comparison = {0};
	int rc = EX_OSERR;

	if (aggregator_snapshot(&windows->base, true, 0, &before) < 0 ||
	    aggregator_snapshot(&windows->now, true, 0, &after) < 0 ||
	    compare_make(&comparison,
			 (struct compare_window){&before, aggregator_complete(&windows->base)},
			 (struct compare_window){&after, aggregator_complete(&windows->now)}) < 0)
		log_error("out of memory");
	else
		rc = display_show_comparison(display, &comparison) < 0 ? EX_IOERR : EX_OK;
	compare_free(&comparison);
	snapshot_free(&before);
	snapshot_free(&after);
	return rc;
}

static int show_series(const struct once_options *o, const struct bus_options *bus,
		       struct aggregator *aggregator, struct display *display)
{
	struct when from, to;
	struct snapshot snapshot;
	struct series series;
	int rc = EX_DATAERR;

	if (aggregator_series(aggregator, &snapshot, &series) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	aggregator_reach(aggregator, &from, &to);
	if (series.full)
		log_error("--step: more than %d edges in all steps: a longer --step, or --from and "
			  "--to nearer together",
			  SERIES_EDGES_MAX);
	else if (o->edges == NULL)
		rc = display_show_series(display, &snapshot, &series) < 0 ? EX_IOERR : EX_OK;
	else
		rc = edge_writer_write(o->edges, bus, &snapshot, &series, from, to) < 0
			     ? EX_UNAVAILABLE
			     : EX_OK;
	display->shown = snapshot.records.read;
	series_free(&series);
	snapshot_free(&snapshot);
	return rc;
}

static int show(const struct once_options *o, const struct bus_options *bus,
		struct windows *windows, bool idle, struct display *display)
{
	struct aggregator *aggregator = &windows->now;
	struct snapshot snapshot;
	int rc;

	if (windows->compared)
		return show_comparison(windows, display);
	if (o->aggregation.step_ns > 0)
		return show_series(o, bus, aggregator, display);

	if (aggregator_snapshot(aggregator, idle, (uint64_t)o->least, &snapshot) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	rc = display_show(display, &snapshot) < 0 ? EX_IOERR : EX_OK;
	snapshot_free(&snapshot);
	return rc;
}

struct reading {
	const struct flow_reader *reader;
	const struct aggregator *aggregator;
};

static struct progress how_far(const void *of)
{
	const struct reading *reading = of;
	struct progress progress = {.count = reading->aggregator->intake.read,
				    .unit = "flows",
				    .event = reading->aggregator->intake.flow.end};

	progress.offsets = flow_reader_progress(reading->reader, &progress.done, &progress.total);
	return progress;
}

/* Reads until the end, a signal, or the output is closed. Returns an exit code. */
static int run(const struct once_options *o, const struct bus_options *bus,
	       struct flow_reader *reader, struct windows *windows, struct display *display)
{
	struct aggregator *aggregator = &windows->now;
	struct progress_show shown = progress_begin();
	const struct reading reading = {reader, aggregator};
	uint64_t count = 0;
	enum bus_status status = BUS_RECORD;
	struct bus_record record;
	int rc = EX_OK;

	while (rc == EX_OK && status != BUS_END && !display->closed && !stop_requested()) {
		struct when now = when_now();

		status = flow_reader_read(reader, POLL_MS, &record);
		if (status == BUS_BROKEN)
			return flow_reader_exit_code(reader);
		if (status == BUS_RECORD &&
		    (aggregator_add(aggregator, &record, now) < 0 ||
		     (windows->compared && aggregator_add(&windows->base, &record, now) < 0))) {
			log_error("out of memory");
			return EX_OSERR;
		}
		progress_turn(&shown, !bus->follow && ++count % COUNT_BEFORE == 0, how_far,
			      &reading);
		if (bus->follow &&
		    (display_due(display, aggregator->intake.read, status != BUS_RECORD, now) ||
		     display_pressed(display, now)))
			rc = show(o, bus, windows, status != BUS_RECORD, display);
	}
	progress_end(&shown);
	/* The last snapshot includes everything that was read. */
	if (rc == EX_OK && !display->closed &&
	    (display->shown == 0 || display->shown != aggregator->intake.read))
		rc = show(o, bus, windows, status != BUS_RECORD, display);
	if (rc == EX_OK && aggregator->intake.read > 0 &&
	    aggregator_records(aggregator).unreadable == aggregator->intake.read) {
		log_error("%s: no record is a tagged flow, as tenure-enrich writes them",
			  o->in->values[0]);
		rc = EX_DATAERR;
	}
	return rc;
}

int once_run(const struct once_options *o, const struct bus_options *bus)
{
	static struct windows windows;
	struct aggregator_options base = o->aggregation;
	struct display display = {o->format, bus->follow,
				  .from_file = !bus_is_kafka(o->in->values[0]), .sort = o->sort};
	struct flow_reader *reader = NULL;
	struct flow_reader_options reading = {
		.addresses = o->in, .bus = bus, .wanted = FILE_TAGGED, .from = BUS_FROM_START};
	int rc = EX_OSERR;

	windows.compared = !when_is_max(o->base_from);
	base.from = o->base_from;
	base.to = o->base_to;
	if (aggregator_init(&windows.now, &o->aggregation) < 0 ||
	    (windows.compared && aggregator_init(&windows.base, &base) < 0)) {
		log_error("out of memory");
		goto out;
	}
	/* A record is written after its flow has ended. */
	reading.since = when_add(when_earlier(o->aggregation.from, o->base_from),
				 -o->aggregation.horizon_ns);
	reader = flow_reader_open(&reading, &rc);
	if (reader == NULL)
		goto out;
	display_open(&display);
	rc = run(o, bus, reader, &windows, &display);
	display_close(&display);
	report(o, &windows.now);
out:
	flow_reader_close(reader);
	aggregator_free(&windows.now);
	aggregator_free(&windows.base);
	return rc;
}
