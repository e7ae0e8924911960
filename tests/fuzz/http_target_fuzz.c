/* What a target is read as is within its bytes, and is UTF-8 without control characters. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/http/http_accept.h"
#include "common/http/http_host.h"
#include "common/http/http_reply.h"
#include "common/http/http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct span span)
{
	bool well = true;

	for (size_t i = 0; i < span.length;) {
		if ((unsigned char)span.data[i] < ' ' || span.data[i] == 0x7f)
			abort();
		i += utf8_sequence(span.data + i, span.length - i, &well);
		if (!well)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct settings_list allowed = {.values = {"a.b"}, .count = 1};
	struct http_target *target = malloc(sizeof(*target));
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (http_target_parse(text, target) == HTTP_TARGET_GOOD) {
		for (size_t w = 0; w < target->word_count; w++)
			check(target->words[w]);
		for (size_t p = 0; p < target->parameter_count; p++) {
			check(target->parameters[p].name);
			check(target->parameters[p].value);
		}
	}
	if (http_host_is_ours(text, &allowed) && (size == 0 || strchr(text, '/') != NULL))
		abort();
	http_reply_has_tag(text, "\"0123456789abcdef\"", true);
	http_accept_gzip(text);
	free(text);
	free(target);
	return 0;
}
