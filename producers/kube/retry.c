#include "producers/kube/retry.h"

#define WISH_MAX_S 3600

void retry_init(struct retry *retry, uint64_t seed)
{
	*retry = (struct retry){.at = WHEN_MIN, .random = seed | 1};
}

/* xorshift64 (Marsaglia 2003), good enough to spread waiting times. */
uint64_t retry_draw(struct retry *retry)
{
	retry->random ^= retry->random << 13;
	retry->random ^= retry->random >> 7;
	retry->random ^= retry->random << 17;
	return retry->random;
}

void retry_wait(struct retry *retry, const struct clocks *now, int64_t first, unsigned times,
		int64_t longest, int64_t server_wish_s)
{
	int64_t wait = first;

	for (unsigned i = 0; i < times && wait < longest; i++)
		wait *= 2;
	if (wait > longest)
		wait = longest;
	wait += (int64_t)(retry_draw(retry) % (uint64_t)wait);
	if (server_wish_s > WISH_MAX_S)
		server_wish_s = WISH_MAX_S;
	if (wait < server_wish_s * NS_PER_SECOND)
		wait = server_wish_s * NS_PER_SECOND;
	retry->unreached = false;
	retry->at = when_add(now->tick, wait);
}

void retry_failed(struct retry *retry, const struct clocks *now, int64_t first, int64_t longest,
		  int64_t server_wish_s)
{
	retry_wait(retry, now, first, retry->failures, longest, server_wish_s);
	if (first << retry->failures < longest)
		retry->failures++;
}

void retry_hurry(struct retry *retry, const struct clocks *now)
{
	if (retry->unreached)
		retry->at = when_earlier(retry->at, now->tick);
}

bool retry_due(const struct retry *retry, const struct clocks *now)
{
	return when_not_after(retry->at, now->tick);
}
