#include "tests/unit/producers/kube/watch_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/quoted.h"

struct when steps_at(int64_t seconds)
{
	return (struct when){(1767225600 + seconds) * NS_PER_SECOND};
}

const struct clocks *steps_now(int64_t seconds)
{
	static struct clocks clocks;

	clocks = (struct clocks){steps_at(seconds), steps_at(seconds), steps_at(seconds)};
	return &clocks;
}

struct watch_stats steps_stats;

void steps_begin(struct watch *watch, enum kube_resource resource)
{
	steps_stats = (struct watch_stats){0};
	watch_init(watch, resource, "c", 1, &steps_stats);
}

void steps_bring(struct watch *watch, const char *text)
{
	text_add_string(&watch->body, text);
}

const char *steps_next(struct watch *watch, const struct clocks *clocks)
{
	static char what[64];
	struct text record;
	const char *type, *revision;

	text_init(&record, 65536);
	what[0] = '\0';
	if (watch_records_next(watch, clocks, &record)) {
		type = strstr(text_terminate(&record), quoted("'type':'")) + 8;
		revision = strstr(type, quoted("resourceVersion':'"));
		revision = revision != NULL ? revision + 18 : quoted("'");
		snprintf(what, sizeof(what), "%.*s %.*s", (int)strcspn(type, quoted("'")), type,
			 (int)strcspn(revision, quoted("'")), revision);
		if (strstr(type, quoted("'reason':'")))
			snprintf(what, sizeof(what), "GAP %.20s",
				 strstr(type, quoted("'reason':'")) + 10);
	}
	text_free(&record);
	return what;
}

void steps_ask(struct watch *watch, const char *path_begins, int64_t second)
{
	struct text path;

	text_init(&path, 4096);
	assert_true(watch_due(watch, steps_now(second)));
	watch_ask(watch, steps_now(second), &path);
	if (strncmp(text_terminate(&path), path_begins, strlen(path_begins)) != 0)
		fail_msg("%s does not begin with %s", path.data, path_begins);
	text_free(&path);
}

void steps_answer_list(struct watch *watch, const char *page, int64_t second)
{
	steps_bring(watch, page);
	watch_answered(watch, 200, steps_now(second));
}

void steps_open_watch(struct watch *watch)
{
	steps_begin(watch, KUBE_PODS);
	steps_ask(watch, "/api/v1/pods?limit=500", 0);
	steps_answer_list(watch, quoted("{'metadata':{'resourceVersion':'10'},'items':[]}"), 0);
	assert_string_equal(steps_next(watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(watch, steps_now(0)), "SYNC_END 10");
	assert_string_equal(steps_next(watch, steps_now(0)), "");
	steps_ask(watch, "/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=", 0);
	watch_answered(watch, 200, steps_now(0));
	assert_int_equal(watch->state, WATCH_OPEN);
}
