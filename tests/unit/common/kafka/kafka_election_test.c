#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/kafka/kafka_election.h"

static struct when ms(int64_t count)
{
	return (struct when){count * NS_PER_MS};
}

/* A leader keeps its role because the group sorts its members by name. */
static void the_member_that_joined_first_sorts_first(void **state)
{
	static const int64_t joined[] = {999999999, 1767225600000, 1767225600001, 4102444800000};
	char earlier[KAFKA_ELECTION_NAME_SIZE], later[KAFKA_ELECTION_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(joined) / sizeof(joined[0]); i++) {
		kafka_election_name(ms(joined[i]), "z", 99999, earlier);
		kafka_election_name(ms(joined[i + 1]), "a", 1, later);
		assert_true(strcmp(earlier, later) < 0);
	}
}

static void a_name_says_which_process_it_is(void **state)
{
	char name[KAFKA_ELECTION_NAME_SIZE], host[200];

	(void)state;
	kafka_election_name(ms(1767225600123), "tenure-kube-7d9f", 17, name);
	assert_string_equal(name, "tenure-1767225600123-tenure-kube-7d9f-17");
	memset(host, 'h', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	kafka_election_name(WHEN_MAX, host, INT64_MIN, name);
	assert_non_null(strstr(name, "-9223372036854775808"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_member_that_joined_first_sorts_first),
		cmocka_unit_test(a_name_says_which_process_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
