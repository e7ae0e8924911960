#include "producers/flows/links/links.h"

#include <stdlib.h>
#include <string.h>

struct link {
	bool there;
	bool news;    /* its next report is due at once */
	bool moved;   /* since the last report packets came, and nothing else is new */
	bool several; /* it has two addresses of one family */
	bool quick;   /* a packet of the last address changes its times and nothing else */
	uint8_t at;   /* the address of the last packet */
	struct when next;
	int64_t interval_ns; /* up to NEXT */
	struct link_report known;
};

struct links {
	size_t max;
	size_t count; /* the numbers used so far are below it */
	bool news;    /* of any of them */
	struct when next;
	struct when looked; /* the clock of the last look at all of them */
	struct when whole;  /* since then no packet is missed; WHEN_MAX: some may be */
	struct when latest; /* packet of any */
	struct links_stats stats;
	struct link list[];
};

struct links *links_new(size_t max)
{
	struct links *links = calloc(1, sizeof(*links) + max * sizeof(links->list[0]));

	if (links == NULL)
		return NULL;
	links->max = max;
	links->next = WHEN_MAX;
	links->looked = links->latest = WHEN_MIN;
	links->whole = WHEN_MAX;
	return links;
}

void links_free(struct links *links)
{
	free(links);
}

static struct link *find(struct links *links, uint16_t number)
{
	return links_has(links, number) ? &links->list[number] : NULL;
}

bool links_has(const struct links *links, uint16_t number)
{
	return number < links->count && links->list[number].there;
}

/* ---- What is known ---- */

void links_appear(struct links *links, uint16_t number, const char *name, uint32_t index,
		  struct when since)
{
	struct link *link;

	if (number >= links->max)
		return;
	link = &links->list[number];
	links->stats.unsaid += link->news || link->moved;
	/* What this number stood for had an address, of which nothing is known from now on. */
	if (link->known.address_count > 0)
		links->whole = when_later(links->whole, links->latest);
	*link = (struct link){.there = true};
	link->known.number = number;
	link->known.order = links->stats.followed++;
	link->known.index = index;
	link->known.since = since;
	link->known.until = WHEN_MAX;
	strncat(link->known.name, name, sizeof(link->known.name) - 1);
	if (links->count <= number)
		links->count = (size_t)number + 1;
}

/* Something else than that packets came is new. Without an address nothing is said. */
static void tell(struct links *links, struct link *link)
{
	link->news = link->known.address_count > 0;
	links->news |= link->news;
}

void links_mac(struct links *links, uint16_t number, const uint8_t mac[static LINKS_MAC_SIZE])
{
	struct link *link = find(links, number);

	if (link == NULL ||
	    (link->known.has_mac && memcmp(link->known.mac, mac, LINKS_MAC_SIZE) == 0))
		return;
	link->known.has_mac = true;
	memcpy(link->known.mac, mac, LINKS_MAC_SIZE);
	tell(links, link);
}

void links_end(struct links *links, uint16_t number, struct when until)
{
	struct link *link = find(links, number);

	if (link == NULL || link->known.gone)
		return;
	link->known.gone = true;
	link->quick = false;
	link->known.until = until;
	tell(links, link);
	link->there = link->news;
}

/* A packet of another address than the last one. */
static void add_packet(struct links *links, struct link *link, const struct ip *source,
		       struct when time)
{
	struct link_report *known = &link->known;

	if (!link->there || link->several || known->gone || ip_is_local_scope(source))
		return;
	for (uint8_t i = 0; i < known->address_count; i++) {
		if (ip_compare(&known->addresses[i].ip, source) == 0) {
			link->at = i;
			links_packet(links, known->number, source, time);
			return;
		}
	}
	for (size_t i = 0; i < known->address_count; i++)
		link->several |= ip_is_v4(&known->addresses[i].ip) == ip_is_v4(source);
	links->stats.several += link->several;
	link->quick = !link->several;
	link->at = (uint8_t)known->address_count++;
	known->addresses[link->at] = (struct link_address){*source, time, time, WHEN_MAX, WHEN_MIN};
	link->interval_ns = 0;
	tell(links, link);
}

void links_packet(struct links *links, uint16_t number, const struct ip *source, struct when time)
{
	struct link *link = &links->list[number];
	struct link_address *address;

	if (number >= links->count)
		return;
	links->latest = when_later(links->latest, time);
	address = &link->known.addresses[link->at];
	if (!link->quick || memcmp(&address->ip, source, sizeof(*source)) != 0) {
		add_packet(links, link, source, time);
		return;
	}
	address->last = when_later(address->last, time);
	address->first = when_earlier(address->first, time);
	link->moved = true;
}

/* ---- What is said, and when ---- */

/* One with two addresses of a family is said again all the same: if the only record that had both was lost, the
 * interface would count. */
static bool says_more(const struct link *link)
{
	return link->news || link->moved || link->several;
}

/* Narrows what ADDRESS, of LINK, was alone over by what OTHER had of it. */
static void narrow(struct link_address *address, const struct link *other)
{
	for (size_t i = 0; i < other->known.address_count; i++) {
		const struct link_address *theirs = &other->known.addresses[i];

		if (ip_compare(&theirs->ip, &address->ip) != 0)
			continue;
		if (when_before(theirs->last, address->first))
			address->alone_since = when_later(address->alone_since, theirs->last);
		else
			address->alone_until =
				when_earlier(address->alone_until, when_add(theirs->first, -1));
	}
}

/* Sets over what each address of LINK was alone, if all packets up to SEEN have been passed. */
static void find_alone(const struct links *links, const struct link *link, struct when seen,
		       struct link_report *report)
{
	for (size_t i = 0; i < report->address_count; i++) {
		struct link_address *address = &report->addresses[i];

		address->alone_since = links->whole;
		address->alone_until = seen;
		for (size_t l = 0; l < links->count; l++) {
			if (&links->list[l] != link)
				narrow(address, &links->list[l]);
		}
		if (when_before(address->first, address->alone_since) ||
		    when_before(address->alone_until, address->first)) {
			address->alone_since = WHEN_MAX;
			address->alone_until = WHEN_MIN;
		}
	}
}

void links_whole(struct links *links, struct when since)
{
	links->whole = since;
}

static void take(const struct links *links, struct link *link, struct when now, struct when seen,
		 struct link_report *report)
{
	*report = link->known;
	find_alone(links, link, seen, report);
	link->known.again = true;
	link->news = link->moved = false;
	link->interval_ns = link->interval_ns == 0 ? LINKS_FIRST_NS : 2 * link->interval_ns;
	if (link->interval_ns > LINKS_LONGEST_NS)
		link->interval_ns = LINKS_LONGEST_NS;
	link->next = when_add(now, link->interval_ns);
	if (link->known.gone)
		*link = (struct link){0};
}

/* Whether NOW is not only a packet that overtook another one, but a clock that was set back. */
static bool is_set_back(struct when before, struct when now)
{
	return when_before(now, when_add(before, -LINKS_FIRST_NS));
}

static bool is_due(const struct link *link, struct when now)
{
	return link->news || when_not_after(link->next, now) ||
	       is_set_back(when_add(link->next, -link->interval_ns), now);
}

bool links_is_due(const struct links *links, struct when now)
{
	return links->news || when_not_after(links->next, now) || is_set_back(links->looked, now);
}

bool links_next(struct links *links, struct when now, struct link_report *report)
{
	struct when next = WHEN_MAX;

	if (!links_is_due(links, now))
		return false;
	for (size_t i = 0; i < links->count; i++) {
		struct link *link = &links->list[i];
		bool due = link->known.address_count > 0 && is_due(link, now);

		if (due && says_more(link)) {
			take(links, link, now, when_add(links->latest, -LINKS_LATE_NS), report);
			links->next = WHEN_MIN; /* the others have not been looked at */
			return true;
		}
		if (due)
			link->next = when_add(now, link->interval_ns);
		if (link->known.address_count > 0)
			next = when_earlier(next, link->next);
	}
	links->news = false;
	links->next = next;
	links->looked = now;
	return false;
}

bool links_rest_of(struct links *links, uint16_t number, struct link_report *report)
{
	struct link *link = find(links, number);

	/* Of one with two addresses nothing has changed. */
	if (link == NULL || link->known.address_count == 0 || !(link->news || link->moved))
		return false;
	take(links, link, WHEN_MIN, links->latest, report);
	return true;
}

bool links_rest(struct links *links, struct link_report *report)
{
	for (uint16_t i = 0; i < links->count; i++) {
		if (links_rest_of(links, i, report))
			return true;
	}
	return false;
}

struct links_stats links_get_stats(const struct links *links)
{
	return links->stats;
}
