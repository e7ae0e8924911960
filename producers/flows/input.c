#include "producers/flows/input.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/flows/files.h"
#include "producers/flows/jumps.h"

#define FILTER_MAX 65536 /* bytes */

struct input {
	struct live_options options;
	struct text filter;
	struct interfaces *interfaces;
	struct live *live; /* or FILES */
	struct savefile_options file_options;
	struct files *files;
	bool stopped;
	struct jumps jumps;
	struct when seen;
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

static int open_files(struct input *input, const struct input_options *options)
{
	int rc;

	input->file_options.filter = input->options.capture.filter;
	input->file_options.interface_name = options->interface_name;
	input->file_options.tunnels = options->live.capture.tunnels;
	input->file_options.payload = options->live.capture.payload;
	input->files = files_open(options->files, &input->file_options, input->interfaces, &rc);
	return rc;
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
	input->seen = WHEN_MIN;
	input->interfaces = interfaces;
	*exit_code = join_filter(input, options->filter_words);
	if (*exit_code == EX_OK)
		*exit_code =
			options->files->count > 0 ? open_files(input, options) : open_live(input);
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
	files_close(input->files);
	text_free(&input->filter);
	free(input);
}

static enum live_status read_packets(struct input *input, int timeout_ms, struct packet *packets,
				     size_t max, size_t *count)
{
	if (input->live != NULL)
		return live_read(input->live, timeout_ms, packets, max, count);
	*count = 0;
	if (input->stopped)
		return LIVE_END;
	return files_read(input->files, packets, max, count) == CAPTURE_PACKETS ? LIVE_PACKETS
										: LIVE_END;
}

int input_exit_code(const struct input *input)
{
	return input->files != NULL ? files_exit_code(input->files) : EX_OK;
}

/* Packets that are held back are still to come, and strays do not. */
static void see(struct input *input, uint64_t strays)
{
	if (input->jumps.strays != strays && input->options.whole)
		links_whole(input->options.links, when_now());
	if (input->jumps.held_count == 0)
		input->seen = live_seen(input->live);
}

enum live_status input_read(struct input *input, int timeout_ms, struct packet *packets, size_t max,
			    size_t *count)
{
	uint64_t strays = input->jumps.strays;
	enum live_status status =
		read_packets(input, timeout_ms, packets, max - input->jumps.held_count, count);

	if (status == LIVE_PACKETS) {
		*count = jumps_pass(&input->jumps, packets, *count);
	} else if (input->jumps.held_count > 0) {
		*count = jumps_release(&input->jumps, packets);
		status = LIVE_PACKETS;
	}
	if (input->live != NULL)
		see(input, strays);
	return status;
}

void input_stop(struct input *input)
{
	input->stopped = true;
	if (input->live != NULL)
		live_stop(input->live);
}

struct when input_seen(const struct input *input)
{
	return input->seen;
}

struct live_stats input_get_stats(const struct input *input)
{
	struct live_stats stats = {0};

	if (input->live != NULL)
		stats = live_get_stats(input->live);
	else
		files_get_stats(input->files, &stats.capture);
	stats.capture.verdicts[PACKET_OK] -= input->jumps.strays;
	stats.capture.verdicts[PACKET_BAD_TIME] += input->jumps.strays;
	return stats;
}

void input_progress(const struct input *input, uint64_t *done, uint64_t *total)
{
	*done = *total = 0;
	if (input->files != NULL)
		files_progress(input->files, done, total);
}

bool input_get_interface(const struct input *input, size_t at, struct live_interface *interface)
{
	return input->live != NULL && live_get_interface(input->live, at, interface);
}
