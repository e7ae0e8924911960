#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/end.h"
#include "sink/graph/end_table.h"
#include "tests/unit/sink/graph/flow.h"

static struct span pack(const struct tagged_flow_end *end, char packed[static END_SIZE])
{
	return (struct span){packed, end_pack(end, true, packed)};
}

static void keeps_what_a_level_needs(void **state)
{
	static struct tagged_flow_end pod = {.workload = "cart", .workload_kind = "deployment"};
	char packed[END_SIZE];
	struct end end;

	(void)state;
	flow_pod(&pod, "cart-1", "n1", "shop/cart");
	snprintf(pod.zone, sizeof(pod.zone), "eu-1a");
	assert_int_equal(end_unpack(pack(&pod, packed), &end), 0);
	assert_int_equal(end.kind, END_POD);
	assert_string_equal(end.namespace, "shop");
	assert_string_equal(end.service, "shop/cart");
	assert_string_equal(end.workload, "cart");
	assert_string_equal(end.workload_kind, "deployment");
	assert_string_equal(end.zone, "eu-1a");
	assert_string_equal(end.name, ""); /* the pods of a workload are one end */
}

static void names_a_pod_only_without_a_workload(void **state)
{
	static struct tagged_flow_end pod;
	char packed[END_SIZE];
	struct end end;

	(void)state;
	flow_pod(&pod, "bare", "n1", NULL);
	assert_int_equal(end_unpack(pack(&pod, packed), &end), 0);
	assert_string_equal(end.name, "bare");
}

static void refuses_bytes_that_are_no_end(void **state)
{
	static struct tagged_flow_end unknown;
	char packed[END_SIZE + 1] = {0};
	struct span whole;
	struct end end;

	(void)state;
	flow_unknown(&unknown, "between_holders");
	whole = pack(&unknown, packed);
	assert_int_equal(end_unpack(whole, &end), 0);
	assert_string_equal(end.name, "between_holders");
	for (size_t length = 0; length < whole.length; length++)
		assert_int_equal(end_unpack((struct span){packed, length}, &end), -1);
	assert_int_equal(end_unpack((struct span){packed, whole.length + 1}, &end), -1);
	packed[0] = END_FURTHER + 1;
	assert_int_equal(end_unpack(whole, &end), -1);
}

static void numbers_equal_ends_alike(void **state)
{
	static struct tagged_flow_end pod;
	char packed[END_SIZE], name[20];
	struct end_table table;

	(void)state;
	end_table_init(&table, 1000);
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 500; i++) {
			snprintf(name, sizeof(name), "bare-%d", i);
			flow_pod(&pod, name, "n1", NULL);
			assert_int_equal(end_table_index(&table, pack(&pod, packed)), i);
			assert_true(span_equal(end_table_at(&table, i), pack(&pod, packed)));
		}
	}
	end_table_clear(&table);
	assert_int_equal(end_table_index(&table, end_further()), 0);
	end_table_free(&table);
}

static void counts_the_ends_that_do_not_fit(void **state)
{
	static struct tagged_flow_end pod;
	char packed[END_SIZE], name[20];
	struct end_table table;

	(void)state;
	end_table_init(&table, 3);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "bare-%d", i);
		flow_pod(&pod, name, "n1", NULL);
		assert_int_equal(end_table_index(&table, pack(&pod, packed)), i < 2 ? i : 2);
	}
	assert_int_equal(table.further, 3);
	assert_true(span_equal(end_table_at(&table, 2), end_further()));
	end_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_a_level_needs),
		cmocka_unit_test(names_a_pod_only_without_a_workload),
		cmocka_unit_test(refuses_bytes_that_are_no_end),
		cmocka_unit_test(numbers_equal_ends_alike),
		cmocka_unit_test(counts_the_ends_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
