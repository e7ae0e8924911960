#include "tests/unit/enricher/memory_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct exchange memory_exchange;

enum exchange_outcome exchange_serve(struct exchange *e, struct when now)
{
	(void)now;
	return e->serves;
}

size_t exchange_partitions(const struct exchange *e)
{
	(void)e;
	return MEMORY_PARTITIONS;
}

enum exchange_head exchange_head(struct exchange *e, size_t index, struct bus_record *flow)
{
	const char *value = e->flows[index][e->next[index]];

	if (e->next[index] == e->count[index])
		return e->ended ? EXCHANGE_ENDED : EXCHANGE_NONE;
	*flow = (struct bus_record){.value = value,
				    .value_length = strlen(value),
				    .partition = (int32_t)index,
				    .offset = e->next[index]};
	return EXCHANGE_FLOW;
}

enum exchange_outcome exchange_put(struct exchange *e, size_t index, enum exchange_topic topic,
				   const char *bytes, size_t length, struct when now)
{
	struct memory_outcome *outcome = &e->outcomes[e->put];

	(void)now;
	if (e->refuses[topic])
		return EXCHANGE_REFUSED;
	assert_true(length < MEMORY_RECORD_SIZE);
	*outcome = (struct memory_outcome){topic, index, e->next[index]++, ""};
	memcpy(outcome->record, bytes, length);
	e->put++;
	return EXCHANGE_DONE;
}

void exchange_skip(struct exchange *e, size_t index, struct when now)
{
	(void)now;
	e->next[index]++;
}

int exchange_wait(struct exchange *e, int fd, int timeout_ms)
{
	(void)fd;
	e->waited_ms = timeout_ms;
	return 0;
}
