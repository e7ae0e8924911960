#include "producers/flows/watch.h"

#include <string.h>

void watch_restart(struct watch *watch, struct when now)
{
	memset(watch->first_packet, 0, sizeof(watch->first_packet));
	watch->lost = now;
}

void watch_replace(struct watch *watch, uint16_t interface)
{
	watch->first_packet[interface] = (struct when){0};
}

void watch_lose(struct watch *watch, struct when moment)
{
	watch->lost = when_later(watch->lost, moment);
}

bool watch_is_silence(struct watch *watch, uint16_t interface, struct when moment,
		      int64_t silence_ns)
{
	struct when *since = &watch->first_packet[interface];

	if (since->ns == 0)
		*since = moment;
	return when_since(moment, when_later(*since, watch->lost)) >= silence_ns;
}
