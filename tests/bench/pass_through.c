/* pass_through - the enricher's edges with nothing between them: the same group member,
 * transactions, codec and batches, and records of the same size. The scan and the
 * lookup are replaced by one of at most 4,096 tags that a real run rendered.
 *
 *   pass_through BROKER FLOWS TAGGED REJECTED NAME TAGS
 *
 * TAGS holds what the enricher appended to a flow, one a line. Ends where the flows ended
 * at the start. With files BROKER and NAME are not used.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/bus/lines.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/exchange.h"

#define TAGS_MAX 4096
#define FLOWS_PER_TURN 512 /* as the enricher's */

struct tags {
	char *text[TAGS_MAX];
	size_t length[TAGS_MAX];
	size_t count;
};

static int read_tags(const char *path, struct tags *tags)
{
	struct lines_reader *reader = lines_reader_open(path, false, 0);
	struct lines_line line;

	if (reader == NULL)
		return -1;
	while (tags->count < TAGS_MAX && lines_read(reader, -1, &line) == LINES_RECORD) {
		tags->text[tags->count] = malloc(line.length + 1);
		if (tags->text[tags->count] == NULL)
			break;
		memcpy(tags->text[tags->count], line.bytes, line.length);
		tags->length[tags->count++] = line.length;
	}
	lines_reader_close(reader);
	return tags->count > 0 ? 0 : -1;
}

/* Passes on what one partition has. false at its end. */
static bool pass_on(struct exchange *exchange, size_t index, const struct tags *tags,
		    struct text *record, uint64_t *count, struct when now, bool *broken)
{
	struct bus_record flow;

	for (int n = 0; n < FLOWS_PER_TURN; n++) {
		enum exchange_head head = exchange_head(exchange, index, &flow);
		size_t tag = (size_t)(*count % tags->count);

		*broken = *broken || head == EXCHANGE_FAILED;
		if (head != EXCHANGE_FLOW)
			return head == EXCHANGE_NONE;
		text_clear(record);
		text_add(record, flow.value, flow.value_length - 1);
		text_add(record, tags->text[tag], tags->length[tag]);
		if (exchange_put(exchange, index, EXCHANGE_TAGGED, record->data, record->length,
				 now) != EXCHANGE_DONE)
			*broken = true;
		++*count;
	}
	return true;
}

static int run(struct exchange *exchange, const struct tags *tags)
{
	struct text record;
	uint64_t count = 0;
	bool more = true, broken = false;

	text_init(&record, BUS_RECORD_MAX);
	while (more && !broken && !stop_requested()) {
		struct when now = when_now();
		uint64_t before = count;

		more = exchange_partitions(exchange) == 0;
		if (exchange_serve(exchange, now) == EXCHANGE_BROKEN)
			broken = true;
		for (size_t i = 0; i < exchange_partitions(exchange); i++)
			more = pass_on(exchange, i, tags, &record, &count, now, &broken) || more;
		if (count == before && more)
			exchange_wait(exchange, -1, 100);
	}
	if (exchange_commit(exchange) != EXCHANGE_DONE)
		broken = true;
	log_info("flows read=%" PRIu64, count);
	text_free(&record);
	return broken ? -1 : 0;
}

int main(int argc, char **argv)
{
	const struct timeline_settings timeline = TIMELINE_SETTINGS_DEFAULT;
	struct exchange_settings settings = {
		.run = {.timeline = &timeline, .since = WHEN_MIN, .until = {INT64_MAX - 1}}};
	struct exchange *exchange = NULL;
	static struct tags tags;
	int rc = EXIT_FAILURE, code;

	log_init("pass_through", LOG_LEVEL_INFO, LOG_LOGFMT);
	if (argc != 7) {
		log_error("usage: pass_through BROKER FLOWS TAGGED REJECTED NAME TAGS");
		return 64;
	}
	settings.bus.brokers = argv[1];
	settings.flows = (struct settings_list){{argv[2]}, 1};
	settings.outputs[EXCHANGE_TAGGED] = argv[3];
	settings.outputs[EXCHANGE_REJECTED] = argv[4];
	settings.group = settings.instance = argv[5];
	stop_install();
	if (read_tags(argv[6], &tags) == 0)
		exchange = exchange_open(&settings, &code);
	if (exchange != NULL && run(exchange, &tags) == 0)
		rc = EXIT_SUCCESS;
	exchange_close(exchange);
	for (size_t i = 0; i < tags.count; i++)
		free(tags.text[i]);
	return rc;
}
