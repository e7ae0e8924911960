#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/progress.h"

static void reads_what_it_wrote(void **state)
{
	const struct conversation_carry carry = {2, 16, true, {true, 77, {{1}}, 80}};
	const struct conversation_place places[] = {{1, 90}, {1, 7}, {0, 3}, {1, 8}};
	struct progress progress = {0}, again = {0};
	struct span address;
	struct text bytes;

	(void)state;
	text_init(&bytes, 1000);
	assert_int_equal(progress_set(&progress, 1, 100, (struct when){5}), 0);
	assert_int_equal(progress_set(&progress, 0, 4, WHEN_MIN), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(progress_hold(&progress, &places[i], i == 1 ? &carry : NULL), 0);
	progress.mark = (struct input_mark){70000, UINT64_MAX, 1};
	progress.unsure_until.ns = 300;
	progress_sort(&progress);
	progress_write(&progress, "kafka:flows", &bytes);
	assert_false(bytes.failed);
	assert_int_equal(progress_read(text_span(&bytes), &again, &address), 0);
	assert_true(span_equal(address, span_of("kafka:flows")));
	assert_int_equal(again.count, 2);
	assert_int_equal(again.partitions[1].next, 100);
	assert_int_equal(again.partitions[1].newest.ns, 5);
	assert_int_equal(again.partitions[1].held[0], 7);
	for (size_t i = 0; i < 4; i++)
		assert_false(progress_has_counted(&again, &places[i]));
	assert_true(progress_has_counted(&again, &(struct conversation_place){1, 9}));
	assert_false(progress_has_counted(&again, &(struct conversation_place){1, 100}));
	assert_false(progress_has_counted(&again, &(struct conversation_place){2, 0}));
	assert_int_equal(progress_carry(&again, &places[1])->counted.observer, 77);
	assert_null(progress_carry(&again, &places[0]));
	assert_memory_equal(&again.mark, &progress.mark, sizeof(again.mark));
	assert_int_equal(again.unsure_until.ns, 300);
	for (size_t length = 0; length < bytes.length; length++) {
		progress_free(&again);
		assert_int_equal(progress_read((struct span){bytes.data, length}, &again, &address),
				 -1);
	}
	progress_free(&again);
	progress_free(&progress);
	text_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
