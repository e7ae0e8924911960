#include "sink/graph/input.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/record/file_kind.h"
#include "common/topic/topic_reader.h"

struct input {
	struct recorder *recorder;
	const char *address;
	struct topic_reader *reader;
	struct progress_show show;
	bool begun; /* its start was looked at (1) */
	bool refused;
};

struct input *input_open(struct recorder *recorder, const char *address,
			 const struct bus_options *bus)
{
	struct input *input = calloc(1, sizeof(*input));

	if (input == NULL) {
		log_error("%s: out of memory for its records", address);
		return NULL;
	}
	input->recorder = recorder;
	input->address = address;
	input->show = progress_begin();
	input->begun = bus_is_kafka(address);
	input->reader = recorder_input(recorder, bus);
	if (input->reader != NULL)
		return input;
	free(input);
	return NULL;
}

void input_close(struct input *input)
{
	if (input == NULL)
		return;
	progress_end(&input->show);
	topic_reader_close(input->reader);
	free(input);
}

/* BUS_RECORD if the file may be what is wanted (1). */
static enum bus_status check_start(struct input *input, int timeout_ms)
{
	struct span start;
	enum bus_status status = topic_reader_peek(input->reader, timeout_ms, &start);
	char why[FILE_KIND_SIZE];

	if (status != BUS_RECORD)
		return status;
	input->begun = true;
	if (file_kind_may_be(FILE_TAGGED, start, why))
		return BUS_RECORD;
	log_error("%s: %s", input->address, why);
	input->refused = true;
	return BUS_BROKEN;
}

enum bus_status input_read(struct input *input, int timeout_ms, struct bus_record *record)
{
	enum bus_status status = BUS_RECORD;

	if (!input->begun)
		status = check_start(input, timeout_ms);
	return status == BUS_RECORD ? topic_reader_read(input->reader, timeout_ms, record) : status;
}

bool input_caught_up(const struct input *input)
{
	return topic_reader_caught_up(input->reader);
}

int input_exit_code(const struct input *input)
{
	if (input->refused)
		return EX_DATAERR;
	return bus_is_kafka(input->address) ? EX_UNAVAILABLE : EX_IOERR;
}

static struct progress how_far(const void *reading)
{
	const struct input *input = reading;
	struct progress progress = {
		.count = recorder_records(input->recorder).read,
		.unit = "records",
		.event = recorder_watermark(input->recorder),
	};

	progress.offsets = topic_reader_progress(input->reader, &progress.done, &progress.total);
	return progress;
}

void input_tell(struct input *input)
{
	struct progress progress = how_far(input);

	progress_tell(&input->show, &progress);
}

void input_turn(struct input *input, bool due)
{
	progress_turn(&input->show, due, how_far, input);
}

void input_tell_end(struct input *input)
{
	progress_end(&input->show);
}
