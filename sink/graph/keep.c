#include "sink/graph/keep.h"

#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/graph/input.h"
#include "sink/graph/keep_show.h"

#define POLL_MS 200
#define TURN_NS (NS_PER_SECOND / 5)

/* Reads one record, if there is one, and counts. Sets *STATUS. Returns an exit code. */
static int read_one(struct input *input, struct recorder *recorder, struct when *turned,
		    enum bus_status *status)
{
	struct when now = when_now();
	struct bus_record record;
	bool idle;

	*status = input_read(input, POLL_MS, &record);
	if (*status == BUS_BROKEN)
		return input_exit_code(input);
	if (*status == BUS_RECORD && recorder_add(recorder, &record, now) < 0)
		return EX_IOERR;
	if (when_since(now, *turned) < TURN_NS && when_not_after(*turned, now))
		return EX_OK;
	*turned = now;
	idle = *status != BUS_RECORD && input_caught_up(input);
	return recorder_turn(recorder, idle, now) < 0 ? EX_IOERR : EX_OK;
}

static int read_all(const struct keep_options *o, const struct bus_options *bus,
		    struct input *input, struct recorder *recorder, struct display *display)
{
	enum bus_status status = BUS_RECORD;
	struct when turned = WHEN_MIN;
	int rc = EX_OK;

	while (rc == EX_OK && status != BUS_END && !display->closed && !stop_requested()) {
		rc = read_one(input, recorder, &turned, &status);
		if (rc == EX_OK)
			input_turn(input, !display->follow);
		if (rc == EX_OK && display->follow &&
		    (display_due(display, recorder_records(recorder).read, status != BUS_RECORD,
				 turned) ||
		     display_pressed(display, turned)))
			rc = keep_show(o, recorder, bus, display);
	}
	input_tell_end(input);
	/* What was read last is counted too. */
	if (rc == EX_OK && recorder_turn(recorder, status == BUS_END, when_now()) < 0)
		rc = EX_IOERR;
	return rc;
}

int keep_run(const struct keep_options *options, struct recorder *recorder,
	     const struct bus_options *bus)
{
	struct display display = {options->format, bus->follow,
				  .from_file = !bus_is_kafka(options->in), .sort = options->sort};
	struct input *input = input_open(recorder, options->in, bus);
	struct snapshot_records records;
	int rc;

	if (input == NULL)
		return bus_is_kafka(options->in) ? EX_UNAVAILABLE : EX_NOINPUT;
	display_open(&display);
	rc = read_all(options, bus, input, recorder, &display);
	display_close(&display);
	input_close(input);
	records = recorder_records(recorder);
	if (rc == EX_OK && !display.closed && (display.shown == 0 || display.shown != records.read))
		rc = keep_show(options, recorder, bus, &display);
	if (rc == EX_OK && records.read > 0 && records.unreadable == records.read) {
		log_error("%s: no record is a tagged flow, as tenure-enrich writes them",
			  options->in);
		rc = EX_DATAERR;
	}
	return rc;
}
