/* Addresses as Kubernetes reads them (docs/answers.md section 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/timeline/feed/object.h"

static void reads_addresses_as_kubernetes_does(void **state)
{
	static const struct {
		const char *text, *address;
	} cases[] = {
		{"10.96.011.012", "10.96.11.12"},
		{" 192.0.2.9 \t", "192.0.2.9"},
		{"010.1.0.1/24", "10.1.0.1"},
		{"0.0.0.0", "0.0.0.0"},
		{"000.00.0.01", "0.0.0.1"},
		{"fd00:0000::000a", "fd00::a"},
		{"::ffff:10.1.002.3", "10.1.2.3"},
		{"10.1.0.256", ""},
		{"10.1.0", ""},
		{"10.1.0.1 2", ""},
		{" ", ""},
		{"", ""},
	};
	char text[IP_TEXT_SIZE];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct address_list addresses = {.count = 0};

		assert_null(object_add_address(&addresses, span_of(cases[c].text),
					       (struct object_address){.shared = false}));
		text[0] = '\0';
		if (addresses.count > 0)
			ip_format(&addresses.list[0].ip, text);
		assert_string_equal(text, cases[c].address);
		assert_int_equal(addresses.count + addresses.refused,
				 cases[c].text[0] != '\0' ? 1 : 0);
		free(addresses.list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses_as_kubernetes_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
