#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/topic/topic_reader.h"
#include "producers/kube/resume.h"
#include "tests/unit/quoted.h"

/* A topic that this test reads itself: one PROGRESS, then what a transaction wrote that was aborted, which has offsets and
 * which no reader sees. */
#define BEFORE 100 /* records of another cluster */

static struct {
	int64_t aborted;
	int opened;
} topic;

struct topic_reader {
	int64_t next;
};

static struct topic_reader reader;

struct topic_reader *topic_reader_open(const char *address, const struct bus_options *options,
				       int64_t from)
{
	int64_t end = BEFORE + 1 + topic.aborted, start = end + from + 1;

	(void)address;
	(void)options;
	assert_true(from < 0);
	topic.opened++;
	reader.next = start < 0 ? 0 : start;
	return &reader;
}

enum bus_status topic_reader_read(struct topic_reader *self, int timeout_ms,
				  struct bus_record *record)
{
	const char *value =
		self->next < BEFORE
			? quoted("{'type':'PROGRESS','cluster':'other','received':'2026-01-"
				 "01T00:00:02Z','known':'2026-01-01T00:00:01Z','revisions':"
				 "{'pods':'7'}}")
			: quoted("{'type':'PROGRESS','cluster':'c','received':'2026-01-01T00:00:"
				 "02Z','known':'2026-01-01T00:00:01Z','revisions':{'pods':'20'}}");

	(void)timeout_ms;
	if (self->next > BEFORE)
		return BUS_END;
	*record = (struct bus_record){
		.value = value, .value_length = strlen(value), .offset = self->next++};
	return BUS_RECORD;
}

bool topic_reader_progress(const struct topic_reader *self, uint64_t *done, uint64_t *total)
{
	(void)self;
	*done = *total = 0;
	return true;
}

void topic_reader_close(struct topic_reader *self)
{
	assert_ptr_equal(self, &reader);
}

static struct resume resumed(int64_t aborted)
{
	static const struct bus_options options;
	struct resume resume;

	topic.aborted = aborted;
	topic.opened = 0;
	assert_int_equal(resume_read("kafka:t", &options, "c", NULL, &resume), 0);
	return resume;
}

/* However long the transaction was that was aborted: not one step back is without records and is not the last. */
static void what_is_before_an_aborted_transaction_is_found(void **state)
{
	static const int64_t lengths[] = {0, 1, 998, 999, 1000, 1500, 19999, 20000, 499999};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct resume resume = resumed(lengths[i]);

		assert_true(resume.proven);
		assert_int_equal(resume.points[KUBE_PODS].revision, 20);
	}
}

/* It lists again, which costs time and no history. */
static void what_is_further_back_than_any_list_is_not_looked_for(void **state)
{
	struct resume resume = resumed(500001);

	(void)state;
	assert_false(resume.any);
	assert_int_equal(topic.opened, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_before_an_aborted_transaction_is_found),
		cmocka_unit_test(what_is_further_back_than_any_list_is_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
