#include "common/database/database_error.h"

#include <stddef.h>
#include <string.h>

bool database_error_is_lock(const char *error)
{
	return strstr(error, "lock hold") != NULL || strstr(error, "lock file") != NULL;
}

bool database_error_is_damage(const char *error)
{
	static const char *const others[] = {
		"Permission denied",      "No space left",   "quota exceeded",
		"File too large",         "Read-only",       "Too many open files",
		"Cannot allocate memory", "Not a directory", "not a directory",
	};

	if (strncmp(error, "Corruption", strlen("Corruption")) == 0)
		return true;
	if (database_error_is_lock(error))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strstr(error, others[i]) != NULL)
			return false;
	}
	return true;
}
