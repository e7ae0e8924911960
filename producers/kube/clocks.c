#include "producers/kube/clocks.h"

#include <time.h>

void clocks_init(struct clocks *clocks, struct when floor)
{
	clocks->received = floor;
	clocks_read(clocks);
}

void clocks_read(struct clocks *clocks)
{
	struct timespec monotonic;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clocks->tick.ns = (int64_t)monotonic.tv_sec * NS_PER_SECOND + monotonic.tv_nsec;
	clocks->wall = when_now();
	clocks->received = when_later(clocks->received, clocks->wall);
}
