/* failing_alloc.h - runs code again and again, and lets each of its allocations fail in turn.
 *
 * A test that includes this is called NAME_alloc_test.c. The Makefile links it with the
 * linker's --wrap, which reaches the calls in our own objects and no library's.
 */
#ifndef TENURE_TESTS_FAILING_ALLOC_H
#define TENURE_TESTS_FAILING_ALLOC_H

#include <stdbool.h>

/* What SCENARIO may do when an allocation failed: it returns -1, with one logged error
 * where LOGGED, or 0 when it could do without. It does the same in every run, frees
 * everything, and is called with nothing failing first, when it must return 0. */
void failing_alloc_each(int (*scenario)(void), bool logged);

/* No more allocations of this run are counted, nor do they fail. */
void failing_alloc_stop(void);

#endif
