#include "enricher/run_options.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/program/log.h"

#define FILE_BYTES_MAX 16384
#define NOT_GIVEN "-"
#define HASH_LENGTH 22 /* of the last line of the options, "hash 0123456789abcdef" */

static void add_duration(struct text *text, const char *name, int64_t ns)
{
	char duration[WHEN_TEXT_SIZE];

	when_format_duration(ns, duration);
	text_add_format(text, "%s %s\n", name, duration);
}

static void add_duration_or_none(struct text *text, const char *name, int64_t ns)
{
	if (ns > 0)
		add_duration(text, name, ns);
	else
		text_add_format(text, "%s " NOT_GIVEN "\n", name);
}

static void add_when(struct text *text, const char *name, struct when when)
{
	char moment[WHEN_TEXT_SIZE] = NOT_GIVEN;

	if (!when_is_min(when) && !when_is_max(when))
		when_format(when, moment);
	text_add_format(text, "%s %s\n", name, moment);
}

static void add_list(struct text *text, const char *name, const char *const *values, size_t count)
{
	text_add_string(text, name);
	for (size_t i = 0; i < count; i++)
		text_add_format(text, " %s", values[i]);
	text_add_string(text, count == 0 ? " " NOT_GIVEN "\n" : "\n");
}

static void describe(const struct run_options *now, struct text *text)
{
	const struct timeline_settings *t = now->timeline;

	add_duration(text, "hold", t->options.hold_ns);
	add_duration(text, "skew", t->options.skew_ns);
	text_add_format(text, "clock %s\n", timeline_settings_clocks[t->clock]);
	text_add_format(text, "cluster %s\n",
			t->options.cluster != NULL ? t->options.cluster : NOT_GIVEN);
	add_list(text, "cluster-cidr", t->ranges.values, t->ranges.count);
	add_list(text, "label", t->options.labels.list, t->options.labels.count);
	add_list(text, "annotation", t->options.annotations.list, t->options.annotations.count);
	add_duration_or_none(text, "retention", t->options.retention_ns);
	add_when(text, "kube-from", t->options.kube_from);
	add_when(text, "kube-until", t->options.kube_until);
	text_add_format(text, "hindsight %s\n", now->hindsight ? "true" : "false");
	add_when(text, "since", now->since);
	add_when(text, "until", now->until);
	add_duration_or_none(text, "revise", now->revise_ns);
}

/* Reads the file PATH into TEXT, which stays empty if there is none. -1 after logging. */
static int read_file(const char *path, struct text *text)
{
	char bytes[FILE_BYTES_MAX];
	FILE *file = fopen(path, "re");
	bool failed = file == NULL && errno != ENOENT;

	if (file != NULL) {
		text_add(text, bytes, fread(bytes, 1, sizeof(bytes), file));
		failed = ferror(file) != 0;
		fclose(file);
	}
	if (failed)
		log_error("%s: cannot be read: %s", path, strerror(errno));
	return failed ? -1 : 0;
}

/* Replaces the file PATH (1). -1 after logging. */
static int write_file(const char *path, const char *text)
{
	char draft[PATH_MAX];
	FILE *file = NULL;
	int rc = -1;

	if ((size_t)snprintf(draft, sizeof(draft), "%s.new", path) >= sizeof(draft))
		errno = ENAMETOOLONG;
	else
		file = fopen(draft, "we");
	if (file != NULL && fputs(text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0)
		rc = 0;
	if (file != NULL && fclose(file) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(draft, path);
	if (rc < 0)
		log_error("%s: cannot be written: %s", path, strerror(errno));
	return rc;
}

/* Returns the value in LINE, after the name, and its LENGTH. */
static const char *value_of(const char *line, int *length)
{
	const char *value = line + strcspn(line, " \n");

	value += *value == ' ';
	*length = (int)strcspn(value, "\n");
	if (*length != (int)strlen(NOT_GIVEN) || strncmp(value, NOT_GIVEN, strlen(NOT_GIVEN)) != 0)
		return value;
	*length = (int)strlen("none");
	return "none";
}

/* Returns the line of TEXT for the same option as LINE, or NULL. */
static const char *same_option(const char *text, const char *line)
{
	size_t name = strcspn(line, " ") + 1;

	while (*text != '\0' && strncmp(text, line, name) != 0) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text == '\0' ? NULL : text;
}

/* Reports the first option in NOW that has another value in BEFORE: -1. */
static int compare(const char *before, const char *now, const char *outputs)
{
	for (; *now != '\0'; now += strcspn(now, "\n") + 1) {
		const char *line = same_option(before, now), *then, *is;
		int then_length, is_length;

		if (line == NULL)
			continue;
		then = value_of(line, &then_length);
		is = value_of(now, &is_length);
		if (then_length == is_length && strncmp(then, is, (size_t)is_length) == 0)
			continue;
		log_error("--%.*s: %s were made with %.*s, but this run has %.*s: give the same "
			  "value, or start with new outputs",
			  (int)strcspn(now, " "), now, outputs, then_length, then, is_length, is);
		return -1;
	}
	return 0;
}

static void add_hash(struct text *text)
{
	uint64_t hash = span_hash(text_span(text));

	text_add_format(text, "hash %016" PRIx64 "\n", hash);
}

/* Removes the hash from TEXT, which is what add_hash() left. -1 if it is not. */
static int remove_hash(struct text *text)
{
	struct text whole;
	bool same = false;

	if (text->length < HASH_LENGTH)
		return -1;
	text_init(&whole, FILE_BYTES_MAX);
	text_add(&whole, text->data, text->length - HASH_LENGTH);
	add_hash(&whole);
	same = !whole.failed && span_equal(text_span(&whole), text_span(text));
	text_free(&whole);
	text->length -= HASH_LENGTH;
	return same ? 0 : -1;
}

/* Reads the options that OUTPUTS were made with into BEFORE; none if it is not BEGUN. Returns 0,
 * or the exit code. */
static int read_options(const char *path, bool begun, const char *outputs, struct text *before)
{
	if (read_file(path, before) < 0)
		return EX_IOERR;
	if (remove_hash(before) == 0 || !begun)
		return 0;
	log_error("%s: is missing or damaged, so nothing shows what %s were made with: restore the "
		  "file, or start with new outputs",
		  path, outputs);
	return EX_CONFIG;
}

int run_options_keep(const struct run_options *now, bool begun, const char *outputs)
{
	struct text before, wanted;
	const char *has;
	char path[PATH_MAX];
	int rc = EX_OSERR;

	text_init(&before, FILE_BYTES_MAX);
	text_init(&wanted, FILE_BYTES_MAX);
	snprintf(path, sizeof(path), "%s/options", now->timeline->state);
	describe(now, &wanted);
	has = text_terminate(&wanted);
	if (wanted.failed) {
		log_error("out of memory, or the options take more than %d bytes", FILE_BYTES_MAX);
		goto out;
	}
	rc = read_options(path, begun, outputs, &before);
	if (rc != 0)
		goto out;
	rc = EX_CONFIG;
	if (begun && compare(text_terminate(&before), has, outputs) < 0)
		goto out;
	add_hash(&wanted);
	rc = write_file(path, text_terminate(&wanted)) < 0 ? EX_CANTCREAT : 0;
out:
	text_free(&before);
	text_free(&wanted);
	return rc;
}

int run_options_keep_first_flow(const struct run_options *now, uint64_t hash, bool begun,
				const char *outputs, const char *flows)
{
	char path[PATH_MAX], line[32];
	bool known = false;
	struct text before;
	uint64_t had = 0;
	int rc;

	text_init(&before, FILE_BYTES_MAX);
	snprintf(path, sizeof(path), "%s/first-flow", now->timeline->state);
	rc = read_file(path, &before) < 0 ? EX_IOERR : 0;
	if (rc == 0)
		known = sscanf(text_terminate(&before), "%" SCNx64, &had) == 1;
	text_free(&before);
	if (rc != 0 || (known && had == hash))
		return rc;
	if (!known && begun) {
		log_error("%s: is missing or damaged, so nothing shows which flows %s were made "
			  "from: restore the file, or start with new outputs",
			  path, outputs);
		return EX_CONFIG;
	}
	if (begun) {
		log_error("%s: its first record is not the one that %s were made from; give the "
			  "same file, or start with new outputs",
			  flows, outputs);
		return EX_CONFIG;
	}
	snprintf(line, sizeof(line), "%016" PRIx64 "\n", hash);
	return write_file(path, line) < 0 ? EX_CANTCREAT : 0;
}

int run_options_name(const struct run_options *now, const char *const *addresses,
		     char name[static RUN_OPTIONS_NAME_SIZE])
{
	struct text text;
	bool failed;

	text_init(&text, FILE_BYTES_MAX);
	describe(now, &text);
	for (; *addresses != NULL; addresses++)
		text_add_format(&text, "%s\n", *addresses);
	failed = text.failed;
	snprintf(name, RUN_OPTIONS_NAME_SIZE, "tenure %016" PRIx64, span_hash(text_span(&text)));
	text_free(&text);
	if (failed)
		log_error("out of memory, or the options take more than %d bytes", FILE_BYTES_MAX);
	return failed ? -1 : 0;
}
