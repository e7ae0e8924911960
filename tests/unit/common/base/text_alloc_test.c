/* A text that runs out of memory adds nothing more and sets FAILED. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "tests/unit/failing_alloc.h"

static int write_pieces(void)
{
	static const char piece[] = "\"a piece of some length\"\n\xff";
	struct text text;
	int rc;

	text_init(&text, 1u << 20);
	for (int i = 0; i < 100; i++) {
		text_add_json_repaired(&text, piece, strlen(piece));
		text_add_format(&text, "%d", i);
		text_add_u64(&text, UINT64_MAX);
		text_add_when(&text, (struct when){0});
	}
	rc = text.failed ? -1 : 0;
	/* What was added before is intact. */
	assert_true(text.length <= text.capacity);
	assert_non_null(text_terminate(&text));
	text_free(&text);
	return rc;
}

static void a_text_without_memory_stays_failed(void **state)
{
	(void)state;
	failing_alloc_each(write_pieces, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_without_memory_stays_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
