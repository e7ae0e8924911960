#include "sink/lookup/lines/line_question.h"

#include <string.h>

#include "common/base/when_text.h"

#define TIME_WORDS_MAX 3 /* "2026-11-23 08:00:00 +0100" */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_word(const char *line, size_t length, size_t at)
{
	while (at < length && !is_blank(line[at]))
		at++;
	return at;
}

static size_t skip_blanks(const char *line, size_t length, size_t at)
{
	while (at < length && is_blank(line[at]))
		at++;
	return at;
}

static int read_time(const char *text, size_t length, struct when now, struct when *at)
{
	if (when_text_is_now(text, length)) {
		*at = WHEN_MIN;
		return 0;
	}
	return when_text_parse(text, length, now, at);
}

/* Reads the longest time at the start of LINE[LENGTH]. */
static int read_first_time(const char *line, size_t length, struct when now, struct when *at)
{
	size_t ends[TIME_WORDS_MAX], count = 0;

	for (size_t from = 0; from < length && count < TIME_WORDS_MAX; count++) {
		ends[count] = skip_word(line, length, from);
		from = skip_blanks(line, length, ends[count]);
	}
	while (count > 0) {
		if (read_time(line, ends[--count], now, at) == 0)
			return 0;
	}
	return -1;
}

static bool has_address(const char *line, size_t length)
{
	struct ip ip;

	for (size_t from = 0, end; from < length; from = skip_blanks(line, length, end)) {
		end = skip_word(line, length, from);
		if (ip_parse(line + from, end - from, &ip) == 0)
			return true;
	}
	return false;
}

/* LINE begins and ends with words. */
static enum line_question_outcome read_words(const char *line, size_t length, struct when now,
					     struct line_question *question)
{
	struct line_question read = {.timed = true};
	size_t first = skip_word(line, length, 0), last = length, time;

	if (ip_parse(line, first, &read.ip) == 0) {
		time = skip_blanks(line, length, first);
		read.timed = time < length;
		if (read.timed && read_time(line + time, length - time, now, &read.at) < 0)
			return LINE_NO_TIME;
		*question = read;
		return LINE_QUESTION;
	}
	while (last > 0 && !is_blank(line[last - 1]))
		last--;
	if (ip_parse(line + last, length - last, &read.ip) < 0)
		return LINE_NO_ADDRESS;
	if (has_address(line, last))
		return LINE_TWO_ADDRESSES;
	if (read_first_time(line, last, now, &read.at) < 0)
		return LINE_NO_TIME;
	*question = read;
	return LINE_QUESTION;
}

enum line_question_outcome line_question_read(const char *line, size_t length, struct when now,
					      struct line_question *question)
{
	size_t start = skip_blanks(line, length, 0);

	while (length > start && is_blank(line[length - 1]))
		length--;
	if (start == length)
		return LINE_BLANK;
	return read_words(line + start, length - start, now, question);
}
