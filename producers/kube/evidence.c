#include "producers/kube/evidence.h"

#define STALLED_NS (2 * NS_PER_SECOND)   /* without a byte of what is owed */
#define PATIENCE_NS (30 * NS_PER_SECOND) /* for a line that arrives slowly; doubled each time */

bool evidence_provable(const struct watch *watch)
{
	return watch->revision > 0 && watch->gap == NULL && !watch->partial;
}

bool evidence_is_listed(const struct watch *watch)
{
	return !evidence_provable(watch) && (watch->begun || watch->state == WATCH_LISTING);
}

void evidence_resume(struct watch *watch, uint64_t proved, struct when sure, uint64_t witness)
{
	if (watch->revision < proved)
		watch->revision = proved;
	watch->sure = when_earlier(watch->sure, sure);
	watch->witness = witness;
}

void evidence_prove(struct watch *watch, uint64_t era, uint64_t revision, struct when known)
{
	if (era != watch->era)
		return;
	if (watch->revision < revision)
		watch->revision = revision;
	watch->known = when_later(watch->known, known);
	watch->short_lives = 0; /* nothing had expired */
}

void evidence_owe(struct watch *watch, uint64_t revision, const struct clocks *now)
{
	if (revision <= watch->delivered || revision <= watch->owed)
		return;
	if (watch->owed <= watch->delivered) {
		watch->owed_since = now->tick;
		watch->stalls = 0;
	}
	watch->owed = revision;
}

bool evidence_stalled(const struct watch *watch, const struct clocks *now)
{
	struct when since = when_later(watch->owed_since, watch->heard_at);
	unsigned doubled = watch->stalls < 5 ? watch->stalls : 5;

	if (watch->state != WATCH_OPEN || watch->owed <= watch->delivered)
		return false;
	return when_since(now->tick, when_later(since, watch->byte_at)) >= STALLED_NS ||
	       when_since(now->tick, since) >= PATIENCE_NS << doubled;
}
