/* A line is a question or is refused with a sentence; what is read is within its limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/lookup/http/http_question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE] = "";
	const struct lookup_question *asked = &question.question;

	if (http_question_line((struct span){(const char *)data, size}, (struct when){0}, &question,
			       why) < 0) {
		if (why[0] == '\0' || memchr(why, '\0', sizeof(why)) == NULL)
			abort();
		return 0;
	}
	if (asked->port < -1 || asked->port == 0 || asked->port > UINT16_MAX ||
	    asked->transport > UINT8_MAX ||
	    (asked->basis == LOOKUP_POSITION && asked->position < 0))
		abort();
	return 0;
}
