#include "sink/graph/http/question.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/when_text.h"

#define SHOWN 60 /* bytes of a value that a sentence quotes */
#define DURATION "a duration of at least a second, such as 90s, 5m or 2h"

/* What reads the parameters of one target. */
struct reader {
	const struct http_target *target;
	struct when now;
	int64_t window_ns;
	char *why;
};

static int refuse(struct reader *reader, const char *name, struct span value, const char *wanted)
{
	snprintf(reader->why, QUESTION_WHY_SIZE, "%s: \"%.*s\" is not %s", name,
		 (int)(value.length < SHOWN ? value.length : SHOWN), value.data, wanted);
	return -1;
}

static int refuse_all(struct reader *reader, const char *why)
{
	snprintf(reader->why, QUESTION_WHY_SIZE, "%s", why);
	return -1;
}

/* These leave *RESULT alone if there is no parameter NAME. -1 with a sentence. */
static int read_time(struct reader *reader, const char *name, struct when *result)
{
	struct span value = http_target_value(reader->target, name);

	if (value.data == NULL)
		return 0;
	if (when_text_is_now(value.data, value.length))
		*result = reader->now;
	else if (when_text_parse(value.data, value.length, reader->now, result) < 0)
		return refuse(reader, name, value, WHEN_TEXT_FORMS);
	return 0;
}

static int read_duration(struct reader *reader, const char *name, int64_t *result)
{
	struct span value = http_target_value(reader->target, name);
	char text[WHEN_TEXT_SIZE];
	int64_t ns;

	if (value.data == NULL)
		return 0;
	if (value.length >= sizeof(text))
		return refuse(reader, name, value, DURATION);
	snprintf(text, sizeof(text), "%.*s", (int)value.length, value.data);
	if (when_parse_duration(text, &ns) < 0 || ns < NS_PER_SECOND)
		return refuse(reader, name, value, DURATION);
	*result = ns;
	return 0;
}

static int read_number(struct reader *reader, const char *name, uint64_t most, uint64_t *result)
{
	struct span value = http_target_value(reader->target, name);
	char wanted[64];
	uint64_t number = 0;

	if (value.data == NULL)
		return 0;
	snprintf(wanted, sizeof(wanted), "a whole number up to %" PRIu64, most);
	if (value.length == 0)
		return refuse(reader, name, value, wanted);
	for (size_t i = 0; i < value.length; i++) {
		char c = value.data[i];

		if (c < '0' || c > '9' || number > (most - (uint64_t)(c - '0')) / 10)
			return refuse(reader, name, value, wanted);
		number = 10 * number + (uint64_t)(c - '0');
	}
	*result = number;
	return 0;
}

static int read_level(struct reader *reader, enum node_level *result)
{
	struct span value = http_target_value(reader->target, "level");

	if (value.data == NULL)
		return 0;
	for (size_t i = 0; node_level_names[i] != NULL; i++) {
		if (!span_equal(value, span_of(node_level_names[i])))
			continue;
		*result = (enum node_level)i;
		return 0;
	}
	return refuse(reader, "level", value, "service, workload, namespace or zone");
}

static int read_name(struct reader *reader, const char *name,
		     char result[static QUESTION_NAME_SIZE])
{
	struct span value = http_target_value(reader->target, name);

	if (value.data == NULL)
		return 0;
	if (value.length == 0 || value.length >= QUESTION_NAME_SIZE)
		return refuse(reader, name, value, "a name; the ids of nodes are in a graph");
	memcpy(result, value.data, value.length);
	result[value.length] = '\0';
	return 0;
}

static bool has(const struct reader *reader, const char *name)
{
	return http_target_value(reader->target, name).data != NULL;
}

/* (2) */
static int read_window(struct reader *reader, struct question *question)
{
	int64_t window_ns = reader->window_ns;

	question->to = reader->now;
	if (has(reader, "at") && has(reader, "to"))
		return refuse_all(reader, "at and to are two names of the window's end: give one");
	if (has(reader, "from") && has(reader, "window"))
		return refuse_all(reader, "from and window: the window begins at one place, so "
					  "give one");
	if (read_time(reader, "at", &question->to) < 0 ||
	    read_time(reader, "to", &question->to) < 0 ||
	    read_duration(reader, "window", &window_ns) < 0)
		return -1;
	question->from = when_add(question->to, -window_ns);
	if (read_time(reader, "from", &question->from) < 0)
		return -1;
	if (when_not_after(question->to, question->from))
		return refuse_all(reader, "the window is empty: from must be before its end");
	return 0;
}

/* (3) */
static int read_base(struct reader *reader, struct question *question)
{
	int64_t window_ns = when_since(question->to, question->from);

	question->base_to = question->from;
	if (read_time(reader, "base_at", &question->base_to) < 0 ||
	    read_duration(reader, "base_window", &window_ns) < 0)
		return -1;
	question->base_from = when_add(question->base_to, -window_ns);
	if (when_is_min(question->from) || when_is_min(question->base_from))
		return refuse_all(reader, "the window is too long");
	return 0;
}

/* (4) */
static int read_step(struct reader *reader, struct question *question)
{
	int64_t length_ns = when_since(question->to, question->from);
	int64_t shortest = length_ns / QUESTION_POINTS_MAX + (length_ns % QUESTION_POINTS_MAX > 0);
	int64_t steps = shortest / QUESTION_STEP + (shortest % QUESTION_STEP > 0);

	question->step_ns = steps * QUESTION_STEP;
	if (!has(reader, "step"))
		return 0;
	if (read_duration(reader, "step", &question->step_ns) < 0)
		return -1;
	if (question->step_ns % QUESTION_STEP == 0 && question->step_ns >= shortest)
		return 0;
	snprintf(reader->why, QUESTION_WHY_SIZE,
		 "step: whole minutes, and at most %d of them in the window", QUESTION_POINTS_MAX);
	return -1;
}

int question_read(const struct http_target *target, struct when now, int64_t window_ns,
		  struct question *question, char why[static QUESTION_WHY_SIZE])
{
	struct reader reader = {target, now, window_ns, why};
	uint64_t limit = QUESTION_LIMIT;

	*question = (struct question){
		.level = NODE_LEVEL_SERVICE,
		.text = http_target_value(target, "q"),
		.format = http_target_value(target, "format"),
	};
	if (read_window(&reader, question) < 0 || read_base(&reader, question) < 0 ||
	    read_step(&reader, question) < 0 || read_level(&reader, &question->level) < 0 ||
	    read_name(&reader, "source", question->source) < 0 ||
	    read_name(&reader, "target", question->target) < 0 ||
	    read_name(&reader, "namespace", question->namespace) < 0 ||
	    read_number(&reader, "least", UINT64_MAX, &question->least) < 0 ||
	    read_number(&reader, "limit", QUESTION_LIMIT_MAX, &limit) < 0)
		return -1;
	question->limit = (size_t)limit;
	return 0;
}
