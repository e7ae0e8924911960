#include "common/program/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/base/when.h"

#define MESSAGE_MAX 4096                 /* bytes of one message; the rest is cut */
#define LINE_MAX_BYTES (8 * MESSAGE_MAX) /* every byte escaped, and the other fields */

static const char *const level_names[] = {"error", "warn", "info", "debug"};

/* State of the process, so that any code can log. */
static struct {
	const char *component;
	enum log_level level;
	enum log_format format;
	bool erase; /* before the next message */
} state = {"tenure", LOG_LEVEL_INFO, LOG_AUTO, false};

static enum log_format format_from_environment(void)
{
	static const char *const names[] = {"text", "logfmt", "json"};
	const char *name = getenv("TENURE_LOG_FORMAT");

	for (int i = 0; name != NULL && i < LOG_JSON; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_format)(LOG_TEXT + i);
	return isatty(STDERR_FILENO) ? LOG_TEXT : LOG_LOGFMT;
}

void log_init(const char *component, enum log_level level, enum log_format format)
{
	state.component = component;
	state.level = level;
	state.format = format == LOG_AUTO ? format_from_environment() : format;
}

bool log_is_for_people(void)
{
	if (state.format == LOG_AUTO)
		state.format = format_from_environment();
	return state.format == LOG_TEXT && isatty(STDERR_FILENO);
}

void log_erase_before(bool something)
{
	state.erase = something;
}

static void add_time(struct text *line)
{
	char text[WHEN_TEXT_SIZE];
	struct when now = when_now();

	now.ns -= now.ns % NS_PER_MS;
	text_add(line, text, when_format(now, text));
}

/* A message is one line in every format, so control characters are escaped. */
static void add_text_message(struct text *line, const char *message)
{
	for (const char *c = message; *c; c++) {
		if (*c == '\n')
			text_add_string(line, "\\n");
		else if ((unsigned char)*c < 0x20 || *c == 0x7f)
			text_add_format(line, "\\x%02x", (unsigned)*c);
		else
			text_add(line, c, 1);
	}
}

static void add_line(struct text *line, enum log_level level, const char *message)
{
	switch (state.format) {
	case LOG_JSON:
		text_add_string(line, "{\"ts\":\"");
		add_time(line);
		text_add_format(line, "\",\"level\":\"%s\",\"component\":", level_names[level]);
		text_add_json_string(line, state.component);
		text_add_string(line, ",\"msg\":");
		text_add_json_repaired(line, message, strlen(message));
		text_add_string(line, "}");
		break;
	case LOG_LOGFMT:
		text_add_string(line, "ts=");
		add_time(line);
		text_add_format(line, " level=%s component=%s msg=", level_names[level],
				state.component);
		text_add_json_repaired(line, message, strlen(message));
		break;
	case LOG_AUTO:
	case LOG_TEXT:
		text_add_format(line, "%s: ", state.component);
		if (level == LOG_LEVEL_WARN || level == LOG_LEVEL_DEBUG)
			text_add_format(line, "%s: ", level_names[level]);
		add_text_message(line, message);
		break;
	}
	text_add_string(line, "\n");
}

void log_write(enum log_level level, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list arguments;
	struct text line;

	if (level > state.level)
		return;
	if (state.format == LOG_AUTO)
		state.format = format_from_environment();
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	text_init(&line, LINE_MAX_BYTES);
	if (state.erase)
		text_add_string(&line, LOG_ERASE);
	add_line(&line, level, message);
	if (line.failed)
		fprintf(stderr, "%s: %s\n", state.component, message);
	else
		/* One call, so that the lines of two programs do not mix. */
		fwrite(line.data, 1, line.length, stderr);
	text_free(&line);
}
