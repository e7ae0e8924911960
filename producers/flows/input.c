#include "producers/flows/input.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/flows/jumps.h"

#define FILTER_MAX 65536 /* bytes */

struct input {
	struct live_options options;
	struct text filter;
	struct live *live; /* NULL for a file */
	struct interfaces *interfaces;
	struct capture *file;
	const char *name; /* of the file's interface */
	uint16_t number;
	bool stopped;
	struct jumps jumps;
};

static int join_filter(struct input *input, char **words)
{
	text_init(&input->filter, FILTER_MAX);
	for (; *words != NULL; words++) {
		if (input->filter.length > 0)
			text_add_string(&input->filter, " ");
		text_add_string(&input->filter, *words);
	}
	input->options.capture.filter = text_terminate(&input->filter);
	if (!input->filter.failed)
		return EX_OK;
	log_error("the filter is longer than %d bytes", FILTER_MAX);
	return EX_USAGE;
}

static int open_file(struct input *input, const struct input_options *options)
{
	const char *slash = strrchr(options->file, '/');
	int rc;

	input->name = options->interface_name;
	if (input->name == NULL)
		input->name = slash != NULL ? slash + 1 : options->file;
	input->number = interfaces_add(input->interfaces, input->name, 0, WHEN_MIN);
	input->file = capture_open_file(options->file, &input->options.capture, &rc);
	return input->file != NULL ? EX_OK : rc;
}

static int open_live(struct input *input)
{
	int rc;

	input->live = live_open(&input->options, input->interfaces, &rc);
	return input->live != NULL ? EX_OK : rc;
}

struct input *input_open(const struct input_options *options, struct interfaces *interfaces,
			 int *exit_code)
{
	struct input *input = calloc(1, sizeof(*input));

	*exit_code = EX_OSERR;
	if (input == NULL) {
		log_error("out of memory");
		return NULL;
	}
	input->options = options->live;
	input->interfaces = interfaces;
	*exit_code = join_filter(input, options->filter_words);
	if (*exit_code == EX_OK)
		*exit_code = options->file != NULL ? open_file(input, options) : open_live(input);
	if (*exit_code == EX_OK)
		return input;
	input_close(input);
	return NULL;
}

void input_close(struct input *input)
{
	if (input == NULL)
		return;
	live_close(input->live);
	capture_close(input->file);
	text_free(&input->filter);
	free(input);
}

/* The number of a packet's interface. A packet of a file may carry the index that its
 * interface had where it was captured; the interface's name is not known here. */
static uint16_t number_of(struct input *input, uint32_t index)
{
	uint16_t number = index == 0 ? input->number : interfaces_find(input->interfaces, index);

	if (number == INTERFACES_NONE)
		number = interfaces_learn(input->interfaces, input->name, index, WHEN_MIN);
	return number == INTERFACES_NONE ? input->number : number;
}

static enum live_status read_packets(struct input *input, int timeout_ms, struct packet *packets,
				     size_t max, size_t *count)
{
	enum capture_status status;

	if (input->live != NULL)
		return live_read(input->live, timeout_ms, packets, max, count);
	*count = 0;
	if (input->stopped)
		return LIVE_END;
	status = capture_read(input->file, packets, max, count);
	for (size_t i = 0; i < *count; i++)
		packets[i].interface = number_of(input, packets[i].interface);
	return status == CAPTURE_PACKETS ? LIVE_PACKETS : LIVE_END;
}

enum live_status input_read(struct input *input, int timeout_ms, struct packet *packets, size_t max,
			    size_t *count)
{
	enum live_status status =
		read_packets(input, timeout_ms, packets, max - input->jumps.held_count, count);

	if (status == LIVE_PACKETS) {
		*count = jumps_pass(&input->jumps, packets, *count);
	} else if (input->jumps.held_count > 0) {
		*count = jumps_release(&input->jumps, packets);
		status = LIVE_PACKETS;
	}
	return status;
}

void input_stop(struct input *input)
{
	input->stopped = true;
	if (input->live != NULL)
		live_stop(input->live);
}

struct live_stats input_get_stats(const struct input *input)
{
	struct live_stats stats = {0};

	if (input->live != NULL)
		stats = live_get_stats(input->live);
	else
		capture_add_stats(input->file, &stats.capture);
	stats.capture.verdicts[PACKET_OK] -= input->jumps.strays;
	stats.capture.verdicts[PACKET_BAD_TIME] += input->jumps.strays;
	return stats;
}
