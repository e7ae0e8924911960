#include "producers/kube/http_message.h"

#include <stdio.h>
#include <string.h>

/* libcurl quotes a proxy's URL that it cannot read, with the password in it. */
static void hide_user(char *message, size_t size)
{
	char *begin = strstr(message, "://"), *end = strrchr(message, '@');

	/* The message may have been cut before the @. */
	if (end == NULL && begin != NULL && strlen(message) == size - 1)
		end = message + size - 1;
	if (end == NULL)
		return;
	begin = begin != NULL && begin < end ? begin + 3 : message;
	memset(begin, '*', (size_t)(end - begin));
}

/* What nghttp2 and libcurl say when a connection ends before or inside a frame. */
static void say_what_ended(char *message, size_t size)
{
	static const char *const said[] = {
		"peer does not support HTTP/2 properly",
		"Error in the HTTP2 framing layer",
		"not closed cleanly before end of the underlying stream",
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (strstr(message, said[i]) != NULL)
			snprintf(message, size, "the connection ended before the answer did");
	}
}

void http_message_clean(char *message, size_t size)
{
	hide_user(message, size);
	say_what_ended(message, size);
}
