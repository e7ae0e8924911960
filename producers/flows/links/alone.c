#include "producers/flows/links/alone.h"

#include <string.h>

void alone_miss(struct alone_missed *missed, struct when since, struct when until)
{
	missed->since = when_earlier(missed->since, since);
	missed->until = when_later(missed->until, until);
}

static struct when end_of(const struct link_address *theirs, struct when gone)
{
	return when_is_max(gone) ? theirs->last : when_later(theirs->last, gone);
}

static void narrow_by_packets(struct link_address *address, const struct link_address *theirs,
			      struct when gone)
{
	if (when_before(theirs->last, address->first))
		address->alone_since = when_later(
			address->alone_since, when_earlier(end_of(theirs, gone), address->first));
	else
		address->alone_until =
			when_earlier(address->alone_until, when_add(theirs->first, -1));
}

/* Whether a packet of IP may be among what OTHER missed. */
static bool may_miss(const struct alone_other *other, const struct ip *ip)
{
	if (when_before(other->missed.until, other->missed.since))
		return false;
	for (size_t i = 0; i < other->count && !other->missed.any; i++) {
		if (ip_is_v4(&other->addresses[i].ip) == ip_is_v4(ip))
			return ip_compare(&other->addresses[i].ip, ip) == 0;
	}
	return true;
}

/* From its first to its last packet ADDRESS was here. */
static void narrow_by_missed(struct link_address *address, const struct alone_missed *missed)
{
	if (when_before(missed->since, address->first))
		address->alone_since = when_later(address->alone_since,
						  when_earlier(missed->until, address->first));
	if (when_before(address->last, missed->until))
		address->alone_until =
			when_earlier(address->alone_until,
				     when_later(when_add(missed->since, -1), address->last));
}

void alone_narrow(struct link_address *address, const struct alone_other *other)
{
	for (size_t i = 0; i < other->count; i++) {
		if (ip_compare(&other->addresses[i].ip, &address->ip) == 0)
			narrow_by_packets(address, &other->addresses[i], other->gone);
	}
	if (may_miss(other, &address->ip))
		narrow_by_missed(address, &other->missed);
}

struct when alone_end(const struct alone_other *other)
{
	struct when end = other->missed.until;

	for (size_t i = 0; i < other->count; i++)
		end = when_later(end, end_of(&other->addresses[i], other->gone));
	return end;
}

struct alone_other alone_other_of(const struct alone_gone *gone)
{
	return (struct alone_other){gone->addresses, gone->count, gone->gone, gone->missed};
}

static size_t find_first_ended(const struct alone_past *past)
{
	size_t first = 0;
	struct when least = WHEN_MAX;

	for (size_t i = 0; i < past->count; i++) {
		struct alone_other other = alone_other_of(&past->list[i]);
		struct when end = alone_end(&other);

		if (when_before(end, least)) {
			first = i;
			least = end;
		}
	}
	return first;
}

bool alone_past_add(struct alone_past *past, const struct alone_other *other,
		    struct alone_gone *forgotten)
{
	bool full = past->count == ALONE_PAST_MAX;
	struct alone_gone *gone = &past->list[full ? find_first_ended(past) : past->count];

	if (full)
		*forgotten = *gone;
	else
		past->count++;
	*gone = (struct alone_gone){
		.count = (uint8_t)other->count, .gone = other->gone, .missed = other->missed};
	if (other->count > 0)
		memcpy(gone->addresses, other->addresses,
		       other->count * sizeof(gone->addresses[0]));
	return full;
}

void alone_finish(struct link_address *address, const struct alone_past *past)
{
	for (size_t i = 0; i < past->count; i++) {
		struct alone_other other = alone_other_of(&past->list[i]);

		alone_narrow(address, &other);
	}
	if (when_before(address->first, address->alone_since) ||
	    when_before(address->alone_until, address->first)) {
		address->alone_since = WHEN_MAX;
		address->alone_until = WHEN_MIN;
	}
}
