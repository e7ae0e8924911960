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
