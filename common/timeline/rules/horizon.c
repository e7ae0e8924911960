#include "common/timeline/rules/horizon.h"

#define STEPS 32 /* of a retention: what is forgotten together */

static int64_t step_of(int64_t retention_ns)
{
	return retention_ns < STEPS ? 1 : retention_ns / STEPS;
}

struct when horizon_of(struct when known, int64_t retention_ns)
{
	int64_t step = step_of(retention_ns);
	struct when moment = when_add(known, -retention_ns);

	if (retention_ns == 0 || moment.ns < 0)
		return WHEN_MIN;
	return (struct when){moment.ns / step * step};
}

struct when horizon_after(struct when moment, int64_t retention_ns)
{
	int64_t step = step_of(retention_ns);

	if (moment.ns < 0)
		return (struct when){0};
	return when_add((struct when){moment.ns / step * step}, step);
}
