/* retry.h - how long to wait after a failure. Pure. */
#ifndef TENURE_KUBE_RETRY_H
#define TENURE_KUBE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/kube/clocks.h"

#define RETRY_FIRST_NS (200 * NS_PER_MS)
#define RETRY_LONGEST_NS (30 * NS_PER_SECOND)  /* before chance doubles it, as client-go */
#define RETRY_UNREACHED_NS (2 * NS_PER_SECOND) /* while there is no server to load */

struct retry {
	struct when at;    /* by clocks.h (1) */
	unsigned failures; /* in a row; the owner decides what ends the row */
	bool unreached;    /* it waits because the server could not be reached */
	uint64_t random;
};

/* SEED makes several waits differ. */
void retry_init(struct retry *retry, uint64_t seed);
uint64_t retry_draw(struct retry *retry);
/* Waits FIRST, doubled TIMES times but not beyond LONGEST, then up to as much again by chance;
 * at least SERVER_WISH_S, up to an hour. */
void retry_wait(struct retry *retry, const struct clocks *now, int64_t first, unsigned times,
		int64_t longest, int64_t server_wish_s);
/* One more failure in a row: waits FIRST, doubled with each, and so on as above. After an outage
 * a refusal's wait begins where the outage's LONGEST was. */
void retry_failed(struct retry *retry, const struct clocks *now, int64_t first, int64_t longest,
		  int64_t server_wish_s);
/* The server answers: who could not reach it need not wait any longer. */
void retry_hurry(struct retry *retry, const struct clocks *now);
bool retry_due(const struct retry *retry, const struct clocks *now);

#endif
