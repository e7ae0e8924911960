/* The flow that an outcome says it is of is a number that is there, and a rejection says the flow that it was made of. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "enricher/outcome_source.h"
#include "enricher/rejected.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has(const char *bytes, size_t length, const char *digits, size_t count)
{
	for (size_t i = 0; i + count <= length; i++)
		if (memcmp(bytes + i, digits, count) == 0)
			return true;
	return false;
}

static void check(enum exchange_topic topic, const char *bytes, size_t length, bool revise)
{
	int64_t source = outcome_source(topic, bytes, length, revise, NULL);
	char digits[32];
	int count = snprintf(digits, sizeof(digits), "%" PRId64, source);

	if (source < OUTCOME_SOURCE_NONE)
		abort();
	if (source != OUTCOME_SOURCE_NONE && !has(bytes, length, digits, (size_t)count))
		abort();
}

static void check_rejection(const char *bytes, size_t length)
{
	struct rejected rejected = {
		.reason = "bad_json",
		.detail = "",
		.flow = {.topic = "flows", .partition = 1, .offset = (int64_t)length * 7919},
		.bytes = bytes,
		.length = length,
	};
	struct text text;

	text_init(&text, 64u * 1024 * 1024);
	rejected_add(&text, &rejected);
	if (!text.failed && (outcome_source(EXCHANGE_REJECTED, text.data, text.length, false,
					    "flows") != rejected.flow.offset ||
			     outcome_source(EXCHANGE_REJECTED, text.data, text.length, false,
					    "other") != OUTCOME_SOURCE_NONE))
		abort();
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;

	check(EXCHANGE_TAGGED, bytes, size, false);
	check(EXCHANGE_TAGGED, bytes, size, true);
	check(EXCHANGE_REJECTED, bytes, size, false);
	check_rejection(bytes, size);
	return 0;
}
