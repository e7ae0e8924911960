/* failing_alloc.h - runs code repeatedly, and makes each of its allocations fail in turn.
 *
 * A test that includes this is called NAME_alloc_test.c. The Makefile links it with the
 * linker's --wrap, which reaches the calls in our own objects and no library's.
 */
#ifndef TENURE_TESTS_FAILING_ALLOC_H
#define TENURE_TESTS_FAILING_ALLOC_H

#include <stdbool.h>

/* What SCENARIO may do when an allocation failed: it returns -1, with one logged error if LOGGED,
 * or 0 if it could do without. It must do the same in every run and free everything. It is first
 * called with nothing failing, and must then return 0. */
void failing_alloc_each(int (*scenario)(void), bool logged);

/* From now on, the allocations of this run are not counted and do not fail. */
void failing_alloc_stop(void);

#endif
