#include "producers/flows/statistics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/outlet.h"

#define RECORD_MAX \
	(512 * 1024) /* bytes: 8 KiB of counters, and 300 for each of LIVE_MAX interfaces */

struct statistics {
	const struct statistics_options *options;
	struct outlet *outlet;
	struct when started; /* the wall clock */
	struct when written; /* the steady one */
	bool failed;         /* the output did; logged */
	struct text text;
};

struct statistics *statistics_open(const struct statistics_options *options)
{
	/* A broker that is away for long gets the last totals only. */
	const struct kafka_queue_limits limits = {100, 4 * RECORD_MAX};
	struct statistics *statistics = calloc(1, sizeof(*statistics));

	if (statistics == NULL) {
		log_error("%s: out of memory for the statistics", options->address);
		return NULL;
	}
	statistics->options = options;
	statistics->started = when_now();
	statistics->written = when_steady();
	text_init(&statistics->text, RECORD_MAX);
	statistics->outlet = outlet_open(options->address, &options->bus, true, &limits);
	if (statistics->outlet != NULL)
		return statistics;
	free(statistics);
	return NULL;
}

bool statistics_is_due(struct statistics *statistics, struct when now)
{
	if (statistics->failed ||
	    when_since(now, statistics->written) < statistics->options->interval_ns)
		return false;
	statistics->written = now;
	return true;
}

static void add_interfaces(struct text *text, const struct input *input)
{
	struct live_interface one;

	text_add_string(text, ",\"interfaces\":[");
	for (size_t i = 0; input_get_interface(input, i, &one); i++) {
		text_add_string(text, i > 0 ? ",{\"name\":" : "{\"name\":");
		text_add_json_repaired(text, one.name, strlen(one.name));
		text_add_format(text,
				",\"id\":%u,\"ring_bytes\":%" PRId64 ",\"frames\":%" PRIu64
				",\"kernel_drops\":%" PRIu64 ",\"interface_drops\":%" PRIu64
				",\"unread\":%" PRIu64 "}",
				one.index, one.ring, one.stats.frames, one.stats.kernel_drops,
				one.stats.interface_drops, one.stats.unread);
	}
	text_add_string(text, "]");
}

static void format(struct statistics *statistics, struct when now, const struct counters *counters,
		   const struct input *input, bool final)
{
	struct text *text = &statistics->text;

	text_clear(text);
	text_add_string(text, "{\"event\":{\"start\":");
	text_add_when(text, statistics->started);
	text_add_string(text, ",\"end\":");
	text_add_when(text, when_later(now, statistics->started));
	text_add_string(text, "},\"observer\":{\"hostname\":");
	text_add_json_string(text, statistics->options->hostname);
	text_add_format(text, "},\"final\":%s,\"counters\":{", final ? "true" : "false");
	for (size_t i = 0; i < counters->count; i++)
		text_add_format(text, "%s\"%s\":%" PRIu64, i > 0 ? "," : "", counters->list[i].name,
				counters->list[i].value);
	text_add_string(text, "}");
	add_interfaces(text, input);
	text_add_string(text, "}");
}

static int write_record(struct statistics *statistics, const struct counters *counters,
			const struct input *input, bool final)
{
	struct when now = when_now();
	const char *key = statistics->options->hostname;

	format(statistics, now, counters, input, final);
	if (statistics->text.failed) {
		log_error("%s: out of memory for the statistics", statistics->options->address);
		return -1;
	}
	if (outlet_write(statistics->outlet,
			 &(struct bus_record){.key = key,
					      .key_length = strlen(key),
					      .value = statistics->text.data,
					      .value_length = statistics->text.length,
					      .partition = BUS_ANY_PARTITION,
					      .timestamp_ms = now.ns / NS_PER_MS},
			 0, 0) < 0)
		return -1;
	return outlet_flush(statistics->outlet);
}

static int write_one(struct statistics *statistics, const struct counters *counters,
		     const struct input *input, bool final)
{
	if (!statistics->failed)
		statistics->failed = write_record(statistics, counters, input, final) < 0;
	return statistics->failed ? -1 : 0;
}

int statistics_write(struct statistics *statistics, const struct counters *counters,
		     const struct input *input)
{
	return write_one(statistics, counters, input, false);
}

int statistics_finish(struct statistics *statistics, const struct counters *counters,
		      const struct input *input, struct when deadline)
{
	int rc;

	outlet_stop(statistics->outlet, deadline);
	rc = write_one(statistics, counters, input, true);
	return outlet_settle(statistics->outlet) < 0 ? -1 : rc;
}

int statistics_close(struct statistics *statistics)
{
	int rc;

	if (statistics == NULL)
		return 0;
	rc = outlet_close(statistics->outlet);
	text_free(&statistics->text);
	free(statistics);
	return rc;
}
