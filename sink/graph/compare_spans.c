#include "sink/graph/compare_spans.h"

#include "sink/graph/history/history.h"

/* How far MOMENT is after a multiple of UNIT. */
static int64_t past(struct when moment, int64_t unit)
{
	return (moment.ns % unit + unit) % unit;
}

int compare_spans_round(struct compare_spans *spans)
{
	bool later = when_not_after(spans->from, spans->base_from);
	int64_t unit = history_unit(spans->base_from, spans->base_to);

	history_round(&spans->from, &spans->to);
	history_round(&spans->base_from, &spans->base_to);
	if (later && when_before(spans->base_from, spans->to))
		spans->base_from = when_add(spans->to, (unit - past(spans->to, unit)) % unit);
	else if (!later && when_before(spans->from, spans->base_to))
		spans->base_to = when_add(spans->from, -past(spans->from, unit));
	return when_before(spans->base_from, spans->base_to) ? 0 : -1;
}
