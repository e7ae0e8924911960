#include "common/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16

int array_grow(void *list, size_t *capacity, size_t needed, size_t size)
{
	size_t larger = *capacity == 0 ? FIRST_CAPACITY : *capacity;
	void *elements;

	if (needed <= *capacity)
		return 0;
	while (larger < needed && larger <= SIZE_MAX / 2)
		larger *= 2;
	if (larger < needed || larger > SIZE_MAX / size)
		return -1;
	memcpy(&elements, list, sizeof(elements));
	elements = realloc(elements, larger * size);
	if (elements == NULL)
		return -1;
	memcpy(list, &elements, sizeof(elements));
	*capacity = larger;
	return 0;
}

size_t array_up_to(const void *list, size_t count, size_t size, size_t member, uint64_t limit)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t number;

		memcpy(&number, (const char *)list + middle * size + member, sizeof(number));
		if (number <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
