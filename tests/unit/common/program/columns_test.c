#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/columns.h"

static void aligns_words_left_and_numbers_right(void **state)
{
	struct columns table;
	struct text out;

	(void)state;
	text_init(&out, 1000);
	columns_init(&table, 3, 1u << 1, 1000);
	columns_add(&table, "NAME");
	columns_add(&table, "N");
	columns_add(&table, "REST");
	columns_add(&table, "a");
	text_add_u64(&table.text, 1234);
	columns_end(&table);
	columns_add(&table, "");
	columns_print(&table, &out);
	assert_string_equal(text_terminate(&out), "NAME     N  REST\na     1234\n");
	columns_free(&table);
	text_free(&out);
}

static void holds_many_rows_and_reports_a_failure(void **state)
{
	struct columns table;
	struct text out;

	(void)state;
	text_init(&out, 100000);
	columns_init(&table, 2, 0, 2000);
	for (int i = 0; i < 1000; i++)
		columns_add(&table, "xy");
	columns_print(&table, &out);
	assert_false(out.failed);
	assert_int_equal(out.length, 500 * 7);
	columns_add(&table, "z");
	columns_print(&table, &out);
	assert_true(out.failed);
	columns_free(&table);
	text_free(&out);
}

static void separates_cells_with_tabs(void **state)
{
	struct columns table;
	struct text out;

	(void)state;
	text_init(&out, 1000);
	columns_init(&table, 2, 0, 1000);
	for (const char *const *cell = (const char *const[]){"A", "B", "a", "", "b b", "c", NULL};
	     *cell != NULL; cell++)
		columns_add(&table, *cell);
	columns_print_tabs(&table, 1, &out);
	assert_string_equal(text_terminate(&out), "a\t\nb b\tc\n");
	columns_free(&table);
	text_free(&out);
}

static void fits_a_width(void **state)
{
	static const struct {
		size_t width;
		const char *lines;
	} cases[] = {
		{80, "CLIENT         SERVER        N  ERRORS\n"
		     "shop/frontend  shop/cart  1234  3 reset\n"},
		{36, "CLIENT         SERVER     ERRORS\nshop/frontend  shop/cart  3 reset\n"},
		{30, "CLIENT      SERVER     ERRORS\nshop/fron~  shop/cart  3 reset\n"},
		{1, "CLIENT    SERVER    ERRORS\nshop/fr~  shop/ca~  3 reset\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const cells[] = {"CLIENT", "SERVER",        "N",
						    "ERRORS", "shop/frontend", "shop/cart",
						    "1234",   "3 reset"};
		struct columns table;
		struct text out;

		text_init(&out, 1000);
		columns_init(&table, 4, 1u << 2, 1000);
		for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
			columns_add(&table, cells[c]);
		columns_fit(&table, cases[i].width, (const unsigned char[]){2}, 1);
		columns_print(&table, &out);
		assert_string_equal(text_terminate(&out), cases[i].lines);
		columns_free(&table);
		text_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_words_left_and_numbers_right),
		cmocka_unit_test(separates_cells_with_tabs),
		cmocka_unit_test(holds_many_rows_and_reports_a_failure),
		cmocka_unit_test(fits_a_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
