#include "common/timeline/history/generations.h"

uint32_t *generations_of(struct generations *generations, enum row_table table, struct span name)
{
	return &generations->slots[(span_hash(name) + (uint64_t)table) % GENERATIONS];
}
