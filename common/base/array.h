/* array.h - room in an array that grows. Pure. */
#ifndef TENURE_ARRAY_H
#define TENURE_ARRAY_H

#include <stddef.h>

/* Makes room for NEEDED elements of SIZE bytes in the array that *LIST points to; LIST is the
 * address of that pointer, *CAPACITY is how many elements fit. It at least doubles, so adding
 * elements one by one takes linear time. -1 if out of memory; the array is then unchanged. */
int array_grow(void *list, size_t *capacity, size_t needed, size_t size);

#endif
