/* outside.h - stub */
#ifndef TENURE_OUTSIDE_H
#define TENURE_OUTSIDE_H
#include "common/timeline/history/history.h"
#include "common/timeline/timeline_internal.h"
bool outside_in_range(const struct timeline *timeline, struct history *history, const struct ip *ip,
		      uint64_t position);
bool outside_judge(const struct timeline *timeline, struct history *history,
		   const struct timeline_question *question, bool unpublished_may_hold,
		   const char **reason);
static inline bool ranges_podcidrs_in_use(const struct ranges *r, uint64_t p)
{
	(void)r;
	(void)p;
	return false;
}
static inline uint64_t ranges_node_of(const struct ranges *r, const struct ip *ip, uint64_t p)
{
	(void)r;
	(void)p;
	(void)ip;
	return 0;
}
static inline bool services_shared_port(const struct membership *m, size_t n, struct span uid,
					const struct timeline_question *q)
{
	(void)m;
	(void)n;
	(void)uid;
	(void)q;
	return true;
}
#endif
