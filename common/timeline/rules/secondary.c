#include "common/timeline/rules/secondary.h"

static bool is_held(const struct secondaries *held, const struct ip *ip)
{
	for (size_t h = 0; h < held->count; h++) {
		if (ip_compare(&held->list[h].ip, ip) == 0)
			return true;
	}
	return false;
}

void secondary_update(struct secondaries *held, const struct ip *shown, size_t count,
		      const struct arrival *arrival, struct secondaries *gone)
{
	size_t left = 0;

	gone->count = 0;
	for (size_t h = 0; h < held->count; h++) {
		if (ip_among(&held->list[h].ip, shown, count))
			held->list[left++] = held->list[h];
		else
			gone->list[gone->count++] = held->list[h];
	}
	held->count = left;
	for (size_t s = 0; s < count && held->count < EPOCH_ADDRESSES_MAX; s++) {
		if (!is_held(held, &shown[s]))
			held->list[held->count++] = (struct secondary){
				shown[s], arrival->offset, arrival->received, arrival->known};
	}
}

struct evidence secondary_evidence(const struct evidence *epoch, const struct secondary *one)
{
	struct evidence evidence = *epoch;

	/* What the kubelet reports is of the pod, not of this network. */
	evidence.shared = true;
	evidence.all_terminated = false;
	evidence.sandbox_ready = WHEN_MIN;
	evidence.first_started = WHEN_MIN;
	evidence.shown_started = WHEN_MIN;
	evidence.last_finished = WHEN_MIN;
	evidence.last_running = WHEN_MIN;
	evidence.first_received = one->first_received;
	evidence.first_known = one->first_known;
	return evidence;
}

struct evidence secondary_gone(const struct evidence *epoch, const struct secondary *one,
			       const struct arrival *arrival)
{
	struct evidence evidence = secondary_evidence(epoch, one);

	evidence.how = BINDING_ADDRESS_GONE;
	evidence.sandbox_gone = WHEN_MIN;
	evidence.ended_received = arrival->received;
	evidence.ended_known = arrival->known;
	return evidence;
}
