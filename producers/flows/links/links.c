#include "producers/flows/links/links.h"

#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/links_internal.h"

struct links *links_new(size_t max)
{
	struct links *links = calloc(1, sizeof(*links) + max * sizeof(links->list[0]));

	if (links == NULL)
		return NULL;
	links->max = max;
	links->next = links->whole = links->never = WHEN_MAX;
	links->looked = links->latest = links->seen = links->forgotten = WHEN_MIN;
	open_init(&links->open);
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

struct link_quick *links_quick(struct links *links, uint16_t number)
{
	return &links->list[number].quick;
}

/* The next packets of LINK change only the last time of ADDRESS, one of its own; NULL: of none. */
static void expect(struct links *links, struct link *link, struct link_address *address)
{
	link->quick.source = address != NULL ? address->ip : (struct ip){{0}};
	link->quick.last = address != NULL ? &address->last : &links->never;
}

struct when links_find_latest(struct links *links)
{
	for (size_t i = 0; i < links->count; i++) {
		const struct link_report *known = &links->list[i].known;

		for (size_t a = 0; a < known->address_count; a++)
			links->latest = when_later(links->latest, known->addresses[a].last);
	}
	return links->latest;
}

/* ---- What others may have carried ---- */

struct alone_other links_other_of(const struct links *links, const struct link *link)
{
	struct alone_other other = {link->known.addresses, link->known.address_count,
				    link->known.until, link->missed};

	other.missed.any = links->live && link->several;
	return other;
}

/* OTHER is gone. */
static void remember(struct links *links, const struct alone_other *other)
{
	struct alone_gone forgotten;
	struct alone_other old;

	if (other->count == 0 && when_before(other->missed.until, other->missed.since))
		return;
	if (!alone_past_add(&links->past, other, &forgotten))
		return;
	links->stats.forgotten++;
	old = alone_other_of(&forgotten);
	links->forgotten = when_later(links->forgotten, alone_end(&old));
	for (size_t i = 0; i < links->count; i++) {
		struct link_report *known = &links->list[i].known;

		for (size_t a = 0; a < known->address_count; a++)
			alone_narrow(&known->addresses[a], &old);
	}
}

void links_forget(struct links *links, struct link *link)
{
	struct alone_other other = links_other_of(links, link);

	links_find_latest(links);
	if (links->live)
		remember(links, &other);
	*link = (struct link){.missed = ALONE_NONE_MISSED};
	expect(links, link, NULL);
}

void links_gap(struct links *links, struct when since, struct when until)
{
	struct alone_other other = {NULL, 0, WHEN_MAX, {since, until, true}};

	links->stats.missed++;
	remember(links, &other);
}

void links_miss(struct links *links, uint16_t number, struct when since, struct when until)
{
	struct link *link = find(links, number);

	if (link == NULL)
		return;
	links->stats.missed++;
	alone_miss(&link->missed, since, until);
}

void links_whole(struct links *links, struct when since)
{
	links->whole = since;
}

void links_see(struct links *links, struct when seen)
{
	links->live = true;
	links->seen = seen;
}

/* ---- What is known ---- */

void links_appear(struct links *links, uint16_t number, const char *name, uint32_t index,
		  struct when since, struct when appeared)
{
	struct link *link;
	bool unsaid;

	if (number >= links->max)
		return;
	link = &links->list[number];
	unsaid = open_leave(&links->open, number) || link->news || link->quick.moved;
	links->stats.unsaid += unsaid;
	links->records += unsaid;
	/* What this number stood for had an address, of which nothing is known from now on. */
	if (link->known.address_count > 0 && !links->live)
		links->whole = when_later(links->whole, links_find_latest(links));
	if (link->there)
		links_forget(links, link);
	*link = (struct link){.there = true, .missed = ALONE_NONE_MISSED};
	expect(links, link, NULL);
	link->known.number = number;
	link->known.order = links->stats.followed++;
	link->known.index = index;
	link->known.since = since;
	link->known.appeared = appeared;
	link->known.until = WHEN_MAX;
	strncat(link->known.name, name, sizeof(link->known.name) - 1);
	if (links->count <= number)
		links->count = (size_t)number + 1;
}

void links_tell(struct links *links, struct link *link)
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
	links_tell(links, link);
}

void links_end(struct links *links, uint16_t number, struct when until)
{
	struct link *link = find(links, number);

	if (link == NULL || link->known.gone)
		return;
	link->known.gone = true;
	expect(links, link, NULL);
	link->known.until = until;
	/* If it is there still, what it carries from now on is told as a gap. */
	if (link->several)
		link->missed.until = when_later(when_is_max(until) ? links->seen : until,
						links_find_latest(links));
	links_tell(links, link);
	if (!link->news)
		links_forget(links, link);
}

static void add_address(struct links *links, struct link *link, const struct ip *source,
			struct when time)
{
	struct link_report *known = &link->known;
	struct link_address *address;

	for (size_t i = 0; i < known->address_count; i++)
		link->several |= ip_is_v4(&known->addresses[i].ip) == ip_is_v4(source);
	links->stats.several += link->several;
	address = &known->addresses[known->address_count++];
	*address = (struct link_address){*source, time, time, links->forgotten, WHEN_MAX, false};
	expect(links, link, link->several ? NULL : address);
	if (link->several && links->live)
		alone_miss(&link->missed, time, WHEN_MAX);
	schedule_restart(&link->schedule);
	links_tell(links, link);
}

void links_packet(struct links *links, uint16_t number, const struct ip *source, struct when time)
{
	struct link *link = &links->list[number];
	struct link_report *known = &link->known;

	if (number >= links->count ||
	    (link->there && links_quick_packet(&link->quick, source, time)))
		return;
	links->latest = when_later(links->latest, time);
	if (!link->there || link->several || known->gone || ip_is_local_scope(source))
		return;
	for (struct link_address *address = known->addresses;
	     address < known->addresses + known->address_count; address++) {
		if (ip_compare(&address->ip, source) != 0)
			continue;
		address->first = when_earlier(address->first, time);
		address->last = when_later(address->last, time);
		link->quick.moved = true;
		expect(links, link, address);
		return;
	}
	add_address(links, link, source, time);
}

struct links_stats links_get_stats(const struct links *links)
{
	struct links_stats stats = links->stats;

	stats.not_open = links->open.refused;
	return stats;
}
