#include "enricher/rejections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/program/log.h"

static struct when at(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

static void see(struct episode *rejections, enum fault_reason reason, int64_t now)
{
	struct bus_record flow = {.partition = 1, .offset = 7};
	struct fault fault = {.reason = reason, .member = "event.end"};

	rejections_see(rejections, "flows", &flow, &fault, at(now));
}

/* What RUN logs. */
static const char *logged(void (*run)(struct episode *), struct episode *rejections)
{
	static char text[2048];
	FILE *log = tmpfile();
	int before = dup(STDERR_FILENO);

	assert_non_null(log);
	fflush(stderr);
	dup2(fileno(log), STDERR_FILENO);
	run(rejections);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(log);
	text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
	fclose(log);
	return text;
}

static void begin(struct episode *rejections)
{
	rejections_tend(rejections, at(99));
	see(rejections, FAULT_MISSING_MEMBER, 100);
	see(rejections, FAULT_NOT_JSON, 110);
	rejections_tend(rejections, at(169));
}

static void end(struct episode *rejections)
{
	rejections_tend(rejections, at(170));
	rejections_tend(rejections, at(171));
}

static void they_are_said_once_and_so_is_their_end(void **state)
{
	struct episode rejections = {0};
	const char *text = logged(begin, &rejections);

	(void)state;
	assert_non_null(strstr(text, "flows: flows are rejected: that at partition 1, offset 7: "
				     "event.end is missing; "));
	assert_null(strstr(text, "is not JSON"));
	assert_null(strstr(text, "for a minute"));
	text = logged(end, &rejections);
	assert_non_null(strstr(text, "no flow has been rejected for a minute: 2 were"));
	assert_null(strstr(strstr(text, "for a minute") + 1, "for a minute"));
	assert_non_null(strstr(logged(begin, &rejections), "flows are rejected"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_said_once_and_so_is_their_end),
	};

	log_init("test", LOG_LEVEL_INFO, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
