/* Lines as records of a kube topic, fed to a timeline and asked about: whatever they are, the
 * timeline continues, each answer is a JSON object, and an answer at a position is the same after
 * more was fed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/program/log.h"
#include "common/timeline/timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define ASKED 4

static const char *const addresses[ASKED] = {"10.1.0.1", "10.2.0.1", "10.3.0.1", "fd00::1"};

static struct timeline *timeline; /* opening one for each input takes too long */

static void close_it(void)
{
	timeline_close(timeline);
}

static void begin_again(void)
{
	static const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
							.skew_ns = 500 * NS_PER_MS};

	if (timeline == NULL) {
		log_init("timeline_fuzz", LOG_LEVEL_ERROR, LOG_TEXT);
		timeline = timeline_open(NULL, &options);
		atexit(close_it);
	}
	if (timeline == NULL || timeline_reset(timeline) < 0)
		abort();
}

static void ask(int which, int64_t position, struct text *out)
{
	struct timeline_answer answer;
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.start = {(SECOND_0 + 20) * NS_PER_SECOND},
		.end = {(SECOND_0 + 21) * NS_PER_SECOND},
		.sent = true,
		.position = position,
	};
	struct json_object *tree;
	enum scan_outcome outcome;

	if (ip_parse(addresses[which], strlen(addresses[which]), &question.ip) < 0)
		abort();
	if (timeline_answer(timeline, &question, &answer) < 0)
		abort();
	text_clear(out);
	timeline_answer_json(&answer, out);
	if (out->failed)
		abort();
	tree = json_parse(out->data, out->length, &outcome);
	if (tree == NULL)
		abort();
	json_free(tree);
}

/* Feeds the lines of DATA[SIZE]. */
static void feed(const char *data, size_t size)
{
	while (size > 0) {
		const char *end = memchr(data, '\n', size);
		size_t length = end != NULL ? (size_t)(end - data) : size;
		const char *why;

		if (timeline_apply(timeline, timeline_next_offset(timeline), data, length, -1,
				   &why) == TIMELINE_BROKEN)
			abort();
		length += end != NULL ? 1 : 0;
		data += length;
		size -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text answers[ASKED], again;
	int64_t position;

	begin_again();
	text_init(&again, 1 << 20);
	feed((const char *)data, size / 2);
	position = timeline_next_offset(timeline) - 1;
	for (int a = 0; a < ASKED; a++) {
		text_init(&answers[a], 1 << 20);
		ask(a, position, &answers[a]);
	}
	feed((const char *)data + size / 2, size - size / 2);
	for (int a = 0; a < ASKED; a++) {
		struct timeline_history history;
		struct ip ip;

		ask(a, position, &again);
		if (again.length != answers[a].length ||
		    memcmp(again.data, answers[a].data, again.length) != 0)
			abort();
		ask(a, timeline_next_offset(timeline) - 1, &again);
		if (ip_parse(addresses[a], strlen(addresses[a]), &ip) < 0 ||
		    timeline_history(timeline, &ip, timeline_next_offset(timeline) - 1, &history) <
			    0)
			abort();
		text_clear(&again);
		for (size_t b = 0; b < history.count; b++)
			timeline_binding_json(&history.bindings[b], &again);
		timeline_history_clear(&history);
		text_free(&answers[a]);
	}
	text_free(&again);
	return 0;
}
