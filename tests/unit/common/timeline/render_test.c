/* A holder's names as JSON (docs/answers.md section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/render.h"
#include "tests/unit/quoted.h"

static void a_node_shows_the_places_that_it_has(void **state)
{
	static const struct {
		const char *zone, *region, *cloud;
	} cases[] = {
		{"", "", ""},
		{"z1", "", ",'cloud':{'availability_zone':'z1'}"},
		{"", "r1", ",'cloud':{'region':'r1'}"},
		{"z1", "r1", ",'cloud':{'availability_zone':'z1','region':'r1'}"},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct named_holder holder = {
			.kind = HOLDER_NODE,
			.name = span_of("n1"),
			.uid = span_of("uid-n"),
			.zone = span_of(cases[c].zone),
			.region = span_of(cases[c].region),
		};
		const char *node = quoted("'kind':'node','k8s':{'node':{'name':'n1',"
					  "'uid':'uid-n'}}");
		struct text out;

		text_init(&out, 1024);
		render_names(&out, &holder);
		assert_memory_equal(text_terminate(&out), node, strlen(node));
		assert_string_equal(text_terminate(&out) + strlen(node), quoted(cases[c].cloud));
		text_free(&out);
	}
}

static void a_pod_shows_what_is_kept_of_it(void **state)
{
	struct named_holder holder = {
		.kind = HOLDER_POD,
		.namespace = span_of("shop"),
		.name = span_of("web-1"),
		.uid = span_of("u1"),
		.labels = span_of("{\"app\":\"web\"}"),
		.annotations = span_of("{\"note\":\"\"}"),
	};
	struct text out;

	(void)state;
	text_init(&out, 1024);
	render_names(&out, &holder);
	assert_string_equal(text_terminate(&out),
			    quoted("'kind':'pod','k8s':{'namespace':{'name':'shop'},'pod':{'name':"
				   "'web-1','uid':'u1','labels':{'app':'web'},'annotations':{"
				   "'note':''}}}"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_shows_the_places_that_it_has),
		cmocka_unit_test(a_pod_shows_what_is_kept_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
