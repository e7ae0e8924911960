/* array.h - room in an array that grows, and search in one that is sorted. Pure. */
#ifndef TENURE_ARRAY_H
#define TENURE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/* Makes room for NEEDED elements of SIZE bytes in the array that *LIST points to; LIST is the
 * address of that pointer, *CAPACITY is how many elements fit. It at least doubles, so adding
 * elements one by one takes linear time. -1 if out of memory; the array is then unchanged. */
int array_grow(void *list, size_t *capacity, size_t needed, size_t size);

/* How many of LIST[COUNT], elements of SIZE bytes, are up to LIMIT: by their uint64_t at MEMBER, an
 * offset in bytes, in whose order they are. */
size_t array_up_to(const void *list, size_t count, size_t size, size_t member, uint64_t limit);

#endif
