#include "producers/flows/copies.h"

static enum repeats_verdict compare(struct copies *copies, uint64_t flow, unsigned direction,
				    const struct packet *packet, bool news)
{
	uint64_t hash = repeats_hash(flow, direction, packet);
	enum repeats_verdict verdict = REPEATS_FIRST;

	if (!news)
		verdict = repeats_find(&copies->repeats, hash, packet);
	if (verdict != REPEATS_COPY)
		repeats_add(&copies->repeats, hash, packet);
	return verdict;
}

bool copies_is_one(struct copies *copies, uint64_t hash, unsigned direction,
		   const struct packet *packet, bool news)
{
	enum repeats_verdict verdict;

	if (packet->cooked || copies->mirrored) {
		verdict = compare(copies, hash, direction, packet, news);
		copies->stats.unsure += verdict == REPEATS_UNSURE;
		copies->stats.repeated += verdict == REPEATS_COPY;
		return verdict == REPEATS_COPY;
	}
	if (copies->stats.compared < COPIES_COMPARED) {
		copies->stats.compared++;
		copies->stats.counted +=
			compare(copies, hash, direction, packet, news) == REPEATS_COPY;
	}
	return false;
}
