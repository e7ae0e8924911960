#include "producers/flows/rings.h"

#define LATER 64 /* a later interface takes this part of what is left */
#define NODE 128 /* interfaces of a full node; Kubernetes' default is 110 pods */

/* What is kept for the interfaces that come after the first FIRST. */
static int64_t kept(int64_t total, size_t first)
{
	int64_t wanted = first < NODE ? (int64_t)(NODE - first) * RINGS_BLOCK : 0;

	if (wanted > total / 2)
		return total / 2;
	return wanted > total / 8 ? wanted : total / 8;
}

struct rings rings_of(int64_t total, int64_t largest, size_t first, bool more)
{
	struct rings rings = {.left = total, .share = total, .largest = largest, .first = first};

	if (more)
		rings.share -= kept(total, first);
	if (first > 0)
		rings.share /= (int64_t)first;
	return rings;
}

int64_t rings_take(struct rings *rings)
{
	int64_t size = rings->first > 0 ? rings->share : rings->left / LATER;

	if (rings->first > 0)
		rings->first--;
	if (size > rings->largest)
		size = rings->largest;
	size = size / RINGS_BLOCK * RINGS_BLOCK;
	if (size == 0)
		size = RINGS_BLOCK;
	if (size > rings->left)
		size = rings->left / RINGS_BLOCK * RINGS_BLOCK;
	rings->left -= size;
	return size;
}

void rings_give(struct rings *rings, int64_t size)
{
	rings->left += size;
}
