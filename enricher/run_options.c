#include "enricher/run_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/text.h"
#include "common/program/log.h"

#define OPTIONS_MAX 16384 /* bytes of the file */
#define NOT_GIVEN "-"

static void add_duration(struct text *text, const char *name, int64_t ns)
{
	char duration[WHEN_TEXT_SIZE];

	when_format_duration(ns, duration);
	text_add_format(text, "%s %s\n", name, duration);
}

static void add_when(struct text *text, const char *name, struct when when)
{
	char moment[WHEN_TEXT_SIZE] = NOT_GIVEN;

	if (!when_is_min(when) && !when_is_max(when))
		when_format(when, moment);
	text_add_format(text, "%s %s\n", name, moment);
}

static void describe(const struct run_options *now, struct text *text)
{
	const char *cluster = now->options->cluster;

	add_duration(text, "hold", now->options->hold_ns);
	add_duration(text, "skew", now->options->skew_ns);
	text_add_format(text, "clock %s\n", now->clock);
	text_add_format(text, "cluster %s\n", cluster ? cluster : NOT_GIVEN);
	text_add_string(text, "cluster-cidr");
	for (size_t i = 0; i < now->ranges->count; i++)
		text_add_format(text, " %s", now->ranges->values[i]);
	text_add_string(text, now->ranges->count == 0 ? " " NOT_GIVEN "\n" : "\n");
	text_add_format(text, "hindsight %s\n", now->hindsight ? "true" : "false");
	add_when(text, "since", now->since);
	add_when(text, "until", now->until);
}

/* Reads the file into TEXT; one that is not there is empty. -1 after logging. */
static int read_file(const char *path, struct text *text)
{
	char bytes[OPTIONS_MAX];
	FILE *file = fopen(path, "re");
	int rc = 0;

	if (file == NULL && errno == ENOENT)
		return 0;
	if (file != NULL)
		text_add(text, bytes, fread(bytes, 1, sizeof(bytes), file));
	if (file == NULL || ferror(file)) {
		log_error("%s: cannot be read: %s", path, strerror(errno));
		rc = -1;
	}
	if (file != NULL)
		fclose(file);
	return rc;
}

static int write_file(const char *path, const struct text *text)
{
	char beside[4096];
	FILE *file;
	int rc = -1;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.new", path) >= sizeof(beside)) {
		log_error("%s: the name is too long", path);
		return -1;
	}
	file = fopen(beside, "we");
	if (file != NULL && fwrite(text->data, 1, text->length, file) == text->length)
		rc = 0;
	if (file != NULL && fclose(file) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(beside, path);
	if (rc < 0)
		log_error("%s: cannot be written: %s", path, strerror(errno));
	return rc;
}

/* The line of TEXT that begins as LINE does up to its first space; NULL for none. */
static const char *same_option(const char *text, const char *line)
{
	size_t name = strcspn(line, " ") + 1;

	while (*text != '\0' && strncmp(text, line, name) != 0) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text == '\0' ? NULL : text;
}

/* What stands behind the name in LINE. */
static void add_value(struct text *text, const char *line)
{
	const char *value = line + strcspn(line, " ");
	size_t length = strcspn(value, "\n");

	if (length > 0) {
		value++;
		length--;
	}
	if (length == strlen(NOT_GIVEN) && strncmp(value, NOT_GIVEN, length) == 0)
		text_add_string(text, "none");
	else
		text_add(text, value, length);
}

/* Says the first option of NOW that is another one in BEFORE. */
static int compare(const char *before, const char *now, const char *outputs)
{
	for (; *now != '\0'; now += strcspn(now, "\n") + 1) {
		const char *then = same_option(before, now);
		size_t length = strcspn(now, "\n");
		struct text message;

		if (then == NULL ||
		    (strcspn(then, "\n") == length && strncmp(then, now, length) == 0))
			continue;
		text_init(&message, 4 * OPTIONS_MAX);
		text_add_format(&message, "--%.*s: %s were made with ", (int)strcspn(now, " "), now,
				outputs);
		add_value(&message, then);
		text_add_string(&message, ", and this run has ");
		add_value(&message, now);
		text_add_string(&message, ": give the same, or begin with new outputs");
		log_error("%s", text_terminate(&message));
		text_free(&message);
		return -1;
	}
	return 0;
}

int run_options_keep(const struct run_options *now, const char *state, bool begun,
		     const char *outputs)
{
	struct text before, wanted;
	const char *had, *has;
	char path[4096];
	int rc = EX_OSERR;

	text_init(&before, OPTIONS_MAX);
	text_init(&wanted, OPTIONS_MAX);
	snprintf(path, sizeof(path), "%s/options", state);
	describe(now, &wanted);
	has = text_terminate(&wanted);
	if (wanted.failed) {
		log_error("no memory, or the options take more than %d bytes", OPTIONS_MAX);
		goto out;
	}
	rc = EX_IOERR;
	if (read_file(path, &before) < 0)
		goto out;
	had = text_terminate(&before);
	rc = EX_CONFIG;
	if (begun && compare(had, has, outputs) < 0)
		goto out;
	rc = 0;
	if (strcmp(had, has) != 0 && write_file(path, &wanted) < 0)
		rc = EX_CANTCREAT;
out:
	text_free(&before);
	text_free(&wanted);
	return rc;
}
