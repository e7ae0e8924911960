/* A query is a question within its limits, or is refused with a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/graph/http/question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct question *question)
{
	int64_t length_ns = when_since(question->to, question->from);

	if (when_not_after(question->to, question->from) ||
	    when_not_after(question->base_to, question->base_from))
		abort();
	if (question->step_ns <= 0 || question->step_ns % QUESTION_STEP != 0 ||
	    (length_ns - 1) / question->step_ns >= QUESTION_POINTS_MAX)
		abort();
	if (question->level > NODE_LEVEL_ZONE || question->limit > QUESTION_LIMIT_MAX ||
	    memchr(question->source, '\0', sizeof(question->source)) == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct when now = {INT64_C(1795506569) * NS_PER_SECOND};
	struct http_target *target = malloc(sizeof(*target));
	char why[QUESTION_WHY_SIZE] = "";
	char *text = malloc(size + 2);
	struct question question;

	text[0] = '/';
	memcpy(text + 1, data, size);
	text[size + 1] = '\0';
	if (http_target_parse(text, target) == HTTP_TARGET_GOOD) {
		if (question_read(target, now, 300 * NS_PER_SECOND, &question, why) == 0)
			check(&question);
		else if (why[0] == '\0' || memchr(why, '\0', sizeof(why)) == NULL)
			abort();
	}
	free(text);
	free(target);
	return 0;
}
