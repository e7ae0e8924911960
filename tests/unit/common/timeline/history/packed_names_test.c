#include "common/timeline/history/packed_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_span(struct span span, const char *text)
{
	assert_int_equal(span.length, strlen(text));
	assert_memory_equal(span.data, text, span.length);
}

static struct named_holder web(void)
{
	return (struct named_holder){
		.kind = HOLDER_POD,
		.cluster = span_of("c\"1"),
		.namespace = span_of("shop"),
		.name = span_of("web-1"),
		.uid = span_of("u1"),
		.full_name = span_of("shop/web-1"),
		.node = span_of("n1"),
		.workload_kind = span_of("Deployment"),
		.workload_name = span_of("web"),
		.workload_member = "deployment",
		.start = {1},
		.end = WHEN_MIN,
		.start_from = "sandbox",
	};
}

/* What comes out of a block. */
struct unpacked {
	struct named_holder holder;
	char json[PACKED_NAMES_BYTES];
};

static void unpack(const struct packed_names *packed, struct unpacked *out)
{
	assert_non_null(packed);
	packed_names_json(packed, out->json);
	out->holder = packed_names_holder(packed, out->json);
}

static void what_is_packed_comes_out_again(void **state)
{
	const char *head = "{\"status\":\"known\",\"kind\":\"pod\",\"k8s\":{\"cluster\":{\"name\":"
			   "\"c\\\"1\"},\"namespace\":{\"name\":\"shop\"},\"pod\":{\"name\":"
			   "\"web-1\",\"uid\":\"u1\"}}";
	const char *tail = ",\"binding\":{\"start\":\"2026-11-23T08:00:02Z\",\"end\":null}}";
	const struct named_holder holder = web();
	struct packed_names *packed = packed_names_new(&holder, span_of(head), span_of(tail));
	struct unpacked out;

	(void)state;
	unpack(packed, &out);
	assert_span(out.holder.cluster, "c\"1");
	assert_span(out.holder.namespace, "shop");
	assert_span(out.holder.name, "web-1");
	assert_span(out.holder.uid, "u1");
	assert_span(out.holder.full_name, "shop/web-1");
	assert_span(out.holder.node, "n1");
	assert_span(out.holder.workload_kind, "Deployment");
	assert_span(out.holder.workload_name, "web");
	assert_span(out.holder.zone, "");
	assert_string_equal(out.holder.workload_member, "deployment");
	assert_string_equal(out.holder.start_from, "sandbox");
	assert_null(out.holder.end_from);
	assert_int_equal(out.holder.start.ns, 1);
	assert_int_equal(out.holder.end.ns, WHEN_MIN.ns);
	assert_int_equal(out.holder.kind, HOLDER_POD);
	assert_int_equal(packed->head_length, strlen(head));
	assert_memory_equal(out.json, head, strlen(head));
	assert_memory_equal(out.json + strlen(head), tail, strlen(tail));
	assert_int_equal(packed->tail_length, strlen(tail));
	assert_true(packed->packed_length < (strlen(head) + strlen(tail)) / 2);
	free(packed);
}

static void a_name_in_the_json_takes_no_space(void **state)
{
	const struct span head = span_of("c\"1 shop web-1 u1 shop/web-1 n1 Deployment");
	const struct named_holder holder = web();
	struct packed_names *packed = packed_names_new(&holder, head, span_of(""));

	(void)state;
	assert_non_null(packed);
	assert_int_equal(packed->own_length, 0);
	free(packed);
}

/* Only JSON is packed: a name may contain any byte. */
static void a_name_of_control_bytes_comes_out_again(void **state)
{
	struct named_holder holder = web();
	struct packed_names *packed;
	struct unpacked out;

	(void)state;
	holder.name = span_of("\001\002");
	packed = packed_names_new(&holder, span_of("{\"\\u0001\\u0002\""), span_of("}"));
	unpack(packed, &out);
	assert_span(out.holder.name, "\001\002");
	free(packed);
}

/* More than a run, and fragments side by side. */
static void any_json_comes_out_again(void **state)
{
	static const char *const parts[] = {"\",\"uid\":\"", "\",\"end\":\"", "x", "\"},\"pod\":"};
	char head[2000];
	const struct named_holder holder = web();

	(void)state;
	for (unsigned seed = 1; seed < 500; seed++) {
		unsigned state_of = seed * 2654435761u;
		struct packed_names *packed;
		struct unpacked out;
		size_t length = 0;

		for (unsigned p = 0; p < seed % 60; p++) {
			unsigned part = (state_of >> p % 24) % 4, times = part == 2 ? seed % 30 : 1;

			for (unsigned t = 0; t < times; t++) {
				memcpy(head + length, parts[part], strlen(parts[part]));
				length += strlen(parts[part]);
			}
		}
		packed = packed_names_new(&holder, (struct span){head, length}, span_of("}"));
		unpack(packed, &out);
		assert_int_equal(packed->head_length, length);
		assert_memory_equal(out.json, head, length);
		assert_int_equal(out.json[length], '}');
		free(packed);
	}
}

static void what_is_too_long_is_not_packed(void **state)
{
	static char text[PACKED_NAMES_BYTES + 1];
	struct named_holder holder = web();

	(void)state;
	memset(text, 'x', sizeof(text));
	holder.zone = (struct span){text, sizeof(text)};
	assert_null(packed_names_new(&holder, span_of("{"), span_of("}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out_again),
		cmocka_unit_test(a_name_in_the_json_takes_no_space),
		cmocka_unit_test(a_name_of_control_bytes_comes_out_again),
		cmocka_unit_test(any_json_comes_out_again),
		cmocka_unit_test(what_is_too_long_is_not_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
