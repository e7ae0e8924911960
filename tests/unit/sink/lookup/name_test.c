/* Names as the command line has them, and whose they are. */
#include "sink/lookup/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SPAN(text)                       \
	{                                \
		(text), sizeof(text) - 1 \
	}

static void a_name_has_the_parts_of_its_kind(void **state)
{
	static const struct {
		const char *text;
		bool full, node; /* good of a service or pod; of a node */
	} cases[] = {
		{"shop/web", true, false}, {"web", false, true},    {"", false, false},
		{"/web", false, false},    {"shop/", false, false}, {"/", false, false},
		{"a/b/c", false, false},   {"a//b", false, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct lookup_name name = {TIMELINE_SERVICE, span_of(cases[c].text)};

		assert_int_equal(lookup_name_is_good(&name), cases[c].full);
		name.kind = TIMELINE_POD;
		assert_int_equal(lookup_name_is_good(&name), cases[c].full);
		name.kind = TIMELINE_NODE;
		assert_int_equal(lookup_name_is_good(&name), cases[c].node);
	}
}

static void only_who_is_known_has_a_name(void **state)
{
	static const struct named_holder pod = {.kind = HOLDER_POD, .full_name = SPAN("shop/web")};
	static const struct named_holder node = {.kind = HOLDER_NODE, .full_name = SPAN("n1")};
	static const struct named_holder service = {.kind = HOLDER_SERVICE,
						    .full_name = SPAN("shop/web")};
	static const struct {
		enum timeline_name_kind kind;
		const char *name;
		const struct named_holder *holder;
		bool in_service, has; /* IN_SERVICE: the holder is in shop/web */
	} cases[] = {
		{TIMELINE_POD, "shop/web", &pod, false, true},
		{TIMELINE_POD, "shop/web", &service, true, false},
		{TIMELINE_POD, "shop/we", &pod, false, false},
		{TIMELINE_SERVICE, "shop/web", &pod, false, false},
		{TIMELINE_SERVICE, "shop/web", &pod, true, true},
		{TIMELINE_SERVICE, "shop/cart", &pod, true, false},
		{TIMELINE_SERVICE, "shop/web", &service, true, true},
		/* A node is in a service only by the port at which it serves; then it is. */
		{TIMELINE_SERVICE, "shop/web", &node, false, false},
		{TIMELINE_SERVICE, "shop/web", &node, true, true},
		{TIMELINE_NODE, "n1", &node, false, true},
		{TIMELINE_NODE, "n2", &node, false, false},
		/* Nobody's, though a service lists it. */
		{TIMELINE_SERVICE, "shop/web", NULL, true, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct lookup_name name = {cases[c].kind, span_of(cases[c].name)};
		struct timeline_answer answer = {.holder = cases[c].holder};
		struct timeline_membership membership = {.service = SPAN("shop/web")};
		struct timeline_binding binding = {.holder = cases[c].holder,
						   .memberships = &membership,
						   .membership_count = cases[c].in_service};

		answer.services.list[0] = (struct service_use){.name = SPAN("shop/web")};
		answer.services.count = cases[c].in_service;
		assert_int_equal(lookup_name_is_of(&name, &answer), cases[c].has);
		if (cases[c].holder != NULL)
			assert_int_equal(lookup_name_is_of_binding(&name, &binding), cases[c].has);
		answer.status = TIMELINE_UNKNOWN;
		assert_false(lookup_name_is_of(&name, &answer));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_the_parts_of_its_kind),
		cmocka_unit_test(only_who_is_known_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
