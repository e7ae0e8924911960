#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/database/database_error.h"

/* As RocksDB words them. */
#define OF_ANOTHER "IO error: While lock file: state/LOCK: Resource temporarily unavailable"
#define OF_THIS \
	"IO error: lock hold by current process, acquire time 1: state/LOCK: No locks available"
#define BAD_BLOCK "Corruption: block checksum mismatch"

static void a_database_that_is_open_elsewhere_is_not_damaged(void **state)
{
	(void)state;
	assert_true(database_error_is_lock(OF_ANOTHER));
	assert_true(database_error_is_lock(OF_THIS));
	assert_false(database_error_is_lock(BAD_BLOCK));
	assert_false(database_error_is_damage(OF_ANOTHER));
	assert_false(database_error_is_damage(OF_THIS));
	assert_true(database_error_is_damage(BAD_BLOCK));
	/* Nor is a file of the user's, which must not be set aside. */
	assert_false(database_error_is_damage(
		"IO error: `/home/x/notes' exists but is not a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_that_is_open_elsewhere_is_not_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
