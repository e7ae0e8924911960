#include "sink/lookup/http/http_question.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/scan.h"
#include "common/base/transport.h"
#include "common/base/when_text.h"

#define SHOWN 60 /* bytes of a value that a sentence quotes */

static void init(struct http_question *question)
{
	*question = (struct http_question){
		.question = {.at = WHEN_MIN, .port = -1, .transport = -1, .basis = LOOKUP_LAST},
	};
}

static int refuse(char *why, const char *name, struct span value, const char *wanted)
{
	snprintf(why, HTTP_QUESTION_WHY_SIZE, "%s: \"%.*s\" is not %s", name,
		 (int)(value.length < SHOWN ? value.length : SHOWN), value.data, wanted);
	return -1;
}

/* Reads a whole number up to MOST. */
static int read_number(struct span text, int64_t most, int64_t *number)
{
	int64_t value = 0;

	if (text.length == 0)
		return -1;
	for (size_t i = 0; i < text.length; i++) {
		int digit = text.data[i] - '0';

		if (digit < 0 || digit > 9 || value > (most - digit) / 10)
			return -1;
		value = 10 * value + digit;
	}
	*number = value;
	return 0;
}

static bool is(struct span value, const char *word)
{
	return span_equal(value, span_of(word));
}

int http_question_ip(struct span text, struct http_question *question,
		     char why[static HTTP_QUESTION_WHY_SIZE])
{
	if (ip_parse(text.data, text.length, &question->question.ip) == 0)
		return 0;
	return refuse(why, "ip", text, "an IP address");
}

static int set_position(struct span value, struct lookup_question *question, char *why)
{
	if (is(value, "last")) {
		question->basis = LOOKUP_LAST;
	} else if (is(value, "final")) {
		question->basis = LOOKUP_FINAL;
	} else if (read_number(value, INT64_MAX, &question->position) == 0) {
		question->basis = LOOKUP_POSITION;
	} else {
		return refuse(why, "position", value, "last, final or the offset of a record");
	}
	return 0;
}

/* Sets *CHOICE to which of four NAMES the value is. */
static int choose(struct span value, const char *const names[static 4], int *choice)
{
	for (int i = 0; i < 4; i++) {
		if (!is(value, names[i]))
			continue;
		*choice = i;
		return 0;
	}
	return -1;
}

static int set_format(struct span value, struct http_question *question, char *why)
{
	/* By enum http_format. */
	static const char *const names[] = {"json", "table", "explain", "annotation"};
	int choice;

	if (choose(value, names, &choice) < 0)
		return refuse(why, "format", value, "json, table, explain or annotation");
	question->format = (enum http_format)choice;
	return 0;
}

static int set_with(struct span value, struct http_question *question, char *why)
{
	/* By enum annotation_with. */
	static const char *const names[] = {"service", "workload", "pod", "node"};
	int choice;

	if (choose(value, names, &choice) < 0)
		return refuse(why, "with", value, "service, workload, pod or node");
	question->with = (enum annotation_with)choice;
	return 0;
}

static int set_transport(struct span value, struct lookup_question *question, char *why)
{
	int transport = transport_parse(value.data, value.length);

	if (transport < 0)
		return refuse(why, "transport", value, "tcp, udp, sctp or a protocol's number");
	question->transport = transport;
	return 0;
}

static int set_at(struct span value, struct when now, struct http_question *question, char *why)
{
	if (when_text_is_now(value.data, value.length))
		return 0;
	if (when_text_parse(value.data, value.length, now, &question->question.at) < 0)
		return refuse(why, "at", value, WHEN_TEXT_FORMS);
	question->fixed = !when_text_is_relative(value.data, value.length);
	return 0;
}

/* Sets what NAME, which is not the address, says. */
static int set(struct http_question *question, const char *name, struct span value, struct when now,
	       char *why)
{
	struct lookup_question *asked = &question->question;
	int64_t number;

	if (strcmp(name, "at") == 0) {
		return set_at(value, now, question, why);
	} else if (strcmp(name, "port") == 0) {
		if (read_number(value, UINT16_MAX, &number) < 0 || number == 0)
			return refuse(why, name, value, "a port from 1 to 65535");
		asked->port = (int32_t)number;
	} else if (strcmp(name, "transport") == 0) {
		return set_transport(value, asked, why);
	} else if (strcmp(name, "received") == 0) {
		if (!is(value, "true") && !is(value, "false"))
			return refuse(why, name, value, "true or false");
		asked->received = is(value, "true");
	} else if (strcmp(name, "position") == 0) {
		return set_position(value, asked, why);
	} else if (strcmp(name, "with") == 0) {
		return set_with(value, question, why);
	} else {
		return set_format(value, question, why);
	}
	return 0;
}

int http_question_query(const struct http_target *target, struct when now,
			struct http_question *question, char why[static HTTP_QUESTION_WHY_SIZE])
{
	static const char *const names[] = {"at",       "port",   "transport", "received",
					    "position", "format", "with"};
	struct ip ip = question->question.ip;

	init(question);
	question->question.ip = ip;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span value = http_target_value(target, names[i]);

		if (value.data != NULL && set(question, names[i], value, now, why) < 0)
			return -1;
	}
	return 0;
}

/* ---- A line of JSON ---- */

/* A member's value as a text; a number is written to NUMBER. -1 if it is of another type. */
static int text_of(const struct json_object *value, bool is_number, bool is_truth,
		   char number[static 24], struct span *text)
{
	const char *string;
	int64_t integer;
	bool truth;

	if (is_truth && json_boolean(value, "", &truth) == JSON_FOUND)
		*text = span_of(truth ? "true" : "false");
	else if (is_number && json_i64(value, "", &integer) == JSON_FOUND && integer >= 0)
		*text = (struct span){number, (size_t)snprintf(number, 24, "%" PRId64, integer)};
	else if (!is_truth && json_text(value, "", &string) == JSON_FOUND)
		*text = span_of(string);
	else
		return -1;
	return 0;
}

static int set_member(struct http_question *question, const char *name,
		      const struct json_object *value, struct when now, char *why)
{
	static const struct {
		const char *name;
		bool is_number, is_truth;
	} members[] = {
		{"ip", false, false},       {"at", false, false},      {"port", true, false},
		{"transport", true, false}, {"received", false, true}, {"position", true, false},
	};
	char number[24];
	struct span text;

	for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
		if (strcmp(members[m].name, name) != 0)
			continue;
		if (text_of(value, members[m].is_number, members[m].is_truth, number, &text) < 0) {
			snprintf(why, HTTP_QUESTION_WHY_SIZE, "%s: its value has the wrong type",
				 name);
			return -1;
		}
		return m == 0 ? http_question_ip(text, question, why)
			      : set(question, name, text, now, why);
	}
	snprintf(why, HTTP_QUESTION_WHY_SIZE, "there is no member \"%.60s\"", name);
	return -1;
}

/* Parses LINE; NULL with a sentence in WHY. json-c would take the last of two members with one name. */
static struct json_object *parse(struct span line, char *why)
{
	static const struct scan_member members[] = {
		SCAN_MEMBER("ip", 0, 0),       SCAN_MEMBER("at", 0, 0),
		SCAN_MEMBER("port", 0, 0),     SCAN_MEMBER("transport", 0, 0),
		SCAN_MEMBER("received", 0, 0), SCAN_MEMBER("position", 0, 0),
	};
	const size_t count = sizeof(members) / sizeof(members[0]);
	enum scan_outcome outcome;
	struct json_object *tree = NULL;
	struct scan scan;

	outcome = scan_object(line.data, line.length, members, count, count, &scan);
	if (outcome == SCAN_GOOD)
		tree = json_parse(line.data, line.length, &outcome);
	if (tree == NULL)
		snprintf(why, HTTP_QUESTION_WHY_SIZE, "the line is not a JSON object%s",
			 outcome == SCAN_TWICE ? ": a member is there twice" : "");
	return tree;
}

int http_question_line(struct span line, struct when now, struct http_question *question,
		       char why[static HTTP_QUESTION_WHY_SIZE])
{
	struct json_object *tree = parse(line, why), *value;
	struct json_members members = {0};
	const char *name;
	bool has_ip = false;
	int rc = -1;

	init(question);
	if (tree == NULL)
		goto out;
	while (json_next_member(tree, &members, &name, &value)) {
		/* null counts as absent. */
		if (value != NULL && set_member(question, name, value, now, why) < 0)
			goto out;
		has_ip = has_ip || (strcmp(name, "ip") == 0 && value != NULL);
	}
	if (has_ip)
		rc = 0;
	else
		snprintf(why, HTTP_QUESTION_WHY_SIZE, "the line has no \"ip\"");
out:
	json_free(tree);
	return rc;
}
