/* What a flow costs at most: everything that the table allocates for each flow of its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __SANITIZE_ADDRESS__
/* Of the sanitizer, whose header is not in every compiler's package. */
size_t __sanitizer_get_current_allocated_bytes(void);
#else
#include <malloc.h>
#endif

#include <cmocka.h>

#include "producers/flows/flow_table.h"

#define FEW 262144
#define MANY 1048576

/* Bytes in use, whether touched or not. */
static size_t allocated(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#endif
}

static size_t size_of_table(size_t max_flows)
{
	const struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream_ns = 60 * NS_PER_SECOND,
		.idle_datagram_ns = 30 * NS_PER_SECOND,
		.active_ns = 60 * NS_PER_SECOND,
		.linger_ns = NS_PER_SECOND,
	};
	size_t before = allocated();
	struct flow_table *table = flow_table_new(&options);
	size_t size = allocated() - before;

	assert_non_null(table);
	flow_table_free(table);
	return size;
}

static void a_flow_takes_at_most_512_bytes_without_messages(void **state)
{
	size_t few = size_of_table(FEW), many = size_of_table(MANY);
	double each = (double)(many - few) / (MANY - FEW);

	(void)state;
	print_message("%.1f bytes for each flow, %zu bytes besides\n", each,
		      few - (size_t)(each * FEW));
	assert_true(each <= 512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_takes_at_most_512_bytes_without_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
