/* What an annotation looks like. */
#include "sink/lookup/lines/annotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SPAN(text)                       \
	{                                \
		(text), sizeof(text) - 1 \
	}

static const struct named_holder alone = {.kind = HOLDER_POD, .full_name = SPAN("shop/web-1")};
static const struct named_holder pod = {.kind = HOLDER_POD,
					.full_name = SPAN("shop/web-1"),
					.workload_kind = SPAN("Deployment"),
					.workload_name = SPAN("web"),
					.workload_member = "deployment"};
static const struct named_holder rollout = {.kind = HOLDER_POD,
					    .full_name = SPAN("shop/web-1"),
					    .workload_kind = SPAN("Rollout"),
					    .workload_name = SPAN("web")};
static const struct named_holder node = {
	.kind = HOLDER_NODE, .full_name = SPAN("n1"), .node = SPAN("n1")};
static const struct named_holder service = {.kind = HOLDER_SERVICE, .full_name = SPAN("shop/cart")};
static const struct named_holder evil = {.kind = HOLDER_POD,
					 .full_name = SPAN("a\"\\/b]\n\xff\0x")};

static void an_annotation_is_short_and_plain(void **state)
{
	static const struct {
		const struct named_holder *holder; /* NULL: none */
		const char *reason;                /* NULL: known */
		size_t services;
		bool provisional, uncertain, after;
		const char *text;
		enum annotation_kind kind;
	} cases[] = {
		{&pod, NULL, 1, false, false, false, "[shop/a]", ANNOTATION_NAMED},
		{&pod, NULL, 3, false, false, false, "[shop/a,shop/b,shop/c]", ANNOTATION_NAMED},
		{&pod, NULL, 5, false, false, false, "[shop/a,shop/b,shop/c,+2]", ANNOTATION_NAMED},
		{&pod, NULL, 0, false, false, false, "[shop/deployment/web]", ANNOTATION_NAMED},
		{&rollout, NULL, 0, false, false, false, "[shop/Rollout/web]", ANNOTATION_NAMED},
		{&alone, NULL, 0, false, false, false, "[shop/pod/web-1]", ANNOTATION_NAMED},
		{&node, NULL, 0, false, false, false, "[node/n1]", ANNOTATION_NAMED},
		{&service, NULL, 0, false, false, false, "[shop/cart]", ANNOTATION_NAMED},
		{&pod, NULL, 1, true, false, false, "[shop/a?]", ANNOTATION_DOUBTED},
		{&pod, NULL, 1, false, true, false, "[shop/a?]", ANNOTATION_DOUBTED},
		{&pod, NULL, 1, true, false, true, "[?after_known]", ANNOTATION_UNCOVERED},
		{NULL, "gap", 0, false, false, true, "[?after_known]", ANNOTATION_UNCOVERED},
		{NULL, "before_coverage", 0, false, false, false, "[?before_coverage]",
		 ANNOTATION_UNCOVERED},
		{NULL, "hand_over", 0, false, false, false, "[?hand_over]", ANNOTATION_UNKNOWN},
		{NULL, "local_scope", 0, false, false, false, "", ANNOTATION_OUTSIDE},
		{NULL, NULL, 0, false, false, false, "", ANNOTATION_OUTSIDE},
		{&evil, NULL, 0, false, false, false, "[a__/pod/b____x]", ANNOTATION_NAMED},
	};
	static const struct service_use uses[] = {{.name = SPAN("shop/a")},
						  {.name = SPAN("shop/b")},
						  {.name = SPAN("shop/c")},
						  {.name = SPAN("shop/d")},
						  {.name = SPAN("shop/e")}};
	enum annotation_kind read;
	struct text out;

	(void)state;
	text_init(&out, 1000);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct lookup_answer asked = {
			.answer = {.status = cases[c].reason == NULL ? TIMELINE_KNOWN
								     : TIMELINE_UNKNOWN,
				   .reason = cases[c].reason,
				   .certain = !cases[c].uncertain,
				   .holder = cases[c].holder},
			.at = {cases[c].after ? 8 : 7},
			.known = {7},
			.provisional = cases[c].provisional,
		};

		memcpy(asked.answer.services.list, uses, cases[c].services * sizeof(uses[0]));
		asked.answer.services.count = cases[c].services;
		text_clear(&out);
		assert_int_equal(annotation_add(&out, &asked, ANNOTATION_SERVICE), cases[c].kind);
		assert_string_equal(text_terminate(&out), cases[c].text);
		assert_true(annotation_read(out.data, out.length, &read));
		assert_int_equal(read, cases[c].kind);
	}
	text_free(&out);
}

static void a_pod_is_named_as_chosen(void **state)
{
	static const struct named_holder placed = {.kind = HOLDER_POD,
						   .full_name = SPAN("shop/web-1"),
						   .node = SPAN("n1"),
						   .workload_kind = SPAN("Deployment"),
						   .workload_name = SPAN("web"),
						   .workload_member = "deployment"};
	static const struct named_holder *const holders[] = {&placed, &alone, &node, &service};
	static const char *const texts[][4] = {
		[ANNOTATION_SERVICE] = {"[shop/a]", "[shop/a]", "[node/n1]", "[shop/cart]"},
		[ANNOTATION_WORKLOAD] = {"[shop/deployment/web]", "[shop/pod/web-1]", "[node/n1]",
					 "[shop/cart]"},
		[ANNOTATION_POD] = {"[shop/pod/web-1]", "[shop/pod/web-1]", "[node/n1]",
				    "[shop/cart]"},
		[ANNOTATION_NODE] = {"[node/n1]", "[shop/pod/web-1]", "[node/n1]", "[shop/cart]"},
	};
	struct lookup_answer asked = {.answer = {.certain = true}};
	struct text out;

	(void)state;
	asked.answer.services.list[0] = (struct service_use){.name = SPAN("shop/a")};
	asked.answer.services.count = 1;
	text_init(&out, 1000);
	for (size_t w = ANNOTATION_SERVICE; w <= ANNOTATION_NODE; w++) {
		for (size_t h = 0; h < sizeof(holders) / sizeof(holders[0]); h++) {
			asked.answer.holder = holders[h];
			text_clear(&out);
			annotation_add(&out, &asked, (enum annotation_with)w);
			assert_string_equal(text_terminate(&out), texts[w][h]);
		}
	}
	text_free(&out);
}

static void what_is_no_annotation_is_not_read_as_one(void **state)
{
	static const char *const texts[] = {
		"{\"line\":1,\"error\":\"a [b]\"}", "[", "]", "[]", "shop/a", "[shop/a"};
	enum annotation_kind kind;

	(void)state;
	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
		assert_false(annotation_read(texts[t], strlen(texts[t]), &kind));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_annotation_is_short_and_plain),
		cmocka_unit_test(a_pod_is_named_as_chosen),
		cmocka_unit_test(what_is_no_annotation_is_not_read_as_one)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
