/* table_use.h - how much of a table, queue or buffer with a limit is used. */
#ifndef TENURE_TABLE_USE_H
#define TENURE_TABLE_USE_H

#include <stdint.h>

struct table_use {
	const char *name; /* static */
	uint64_t used, limit;
};

#endif
