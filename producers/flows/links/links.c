#include "producers/flows/links/links.h"

#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/alone.h"

struct link {
	struct link_quick quick;
	bool there;
	bool news; /* its next report is due at once */
	bool several; /* it has two addresses of one family; live, its packets count as missed from then on */
	uint8_t endings; /* how often it was said that it is gone */
	struct when next;
	int64_t interval_ns; /* up to NEXT */
	struct alone_missed missed;
	/* Of its addresses, alone is what those that are forgotten leave of it. */
	struct link_report known;
};

struct links {
	size_t max;
	size_t count; /* the numbers used so far are below it */
	bool news;    /* of any of them */
	struct when next;
	struct when looked; /* the clock of the last look at all of them */
	struct when whole;  /* since then no packet is missed; WHEN_MAX: some may be */
	struct when latest; /* packet that no address tells; see find_latest() */
	bool live;          /* SEEN counts, else LATEST */
	struct when seen;
	struct when forgotten; /* the end of the interfaces that are no longer in PAST */
	struct alone_past past;
	struct links_stats stats;
	struct when never; /* WHEN_MAX */
	struct link list[];
};

struct links *links_new(size_t max)
{
	struct links *links = calloc(1, sizeof(*links) + max * sizeof(links->list[0]));

	if (links == NULL)
		return NULL;
	links->max = max;
	links->next = links->whole = links->never = WHEN_MAX;
	links->looked = links->latest = links->seen = links->forgotten = WHEN_MIN;
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

/* The latest packet of any. */
static struct when find_latest(struct links *links)
{
	for (size_t i = 0; i < links->count; i++) {
		const struct link_report *known = &links->list[i].known;

		for (size_t a = 0; a < known->address_count; a++)
			links->latest = when_later(links->latest, known->addresses[a].last);
	}
	return links->latest;
}

/* ---- What others may have carried ---- */

static struct alone_other other_of(const struct links *links, const struct link *link)
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

/* What LINK stood for is gone. */
static void forget(struct links *links, struct link *link)
{
	struct alone_other other = other_of(links, link);

	find_latest(links);
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
		  struct when since)
{
	struct link *link;

	if (number >= links->max)
		return;
	link = &links->list[number];
	links->stats.unsaid += link->news || link->quick.moved;
	/* What this number stood for had an address, of which nothing is known from now on. */
	if (link->known.address_count > 0 && !links->live)
		links->whole = when_later(links->whole, find_latest(links));
	if (link->there)
		forget(links, link);
	*link = (struct link){.there = true, .missed = ALONE_NONE_MISSED};
	expect(links, link, NULL);
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
	expect(links, link, NULL);
	link->known.until = until;
	/* If it is there still, what it carries from now on is told as a gap. */
	if (link->several)
		link->missed.until =
			when_later(when_is_max(until) ? links->seen : until, find_latest(links));
	tell(links, link);
	if (!link->news)
		forget(links, link);
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
	*address = (struct link_address){*source, time, time, links->forgotten, WHEN_MAX};
	expect(links, link, link->several ? NULL : address);
	if (link->several && links->live)
		alone_miss(&link->missed, time, WHEN_MAX);
	link->interval_ns = 0;
	tell(links, link);
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

/* ---- What is said, and when ---- */

static const int64_t ending_intervals[LINKS_ENDINGS] = {LINKS_ENDING_NS, LINKS_FINAL_NS, 0};

/* One with two addresses of a family is said again all the same: if the only record that had both was lost, the
 * interface would count. */
static bool says_more(const struct link *link)
{
	return link->news || link->quick.moved || link->several || link->endings > 0;
}

/* Sets over what each address of LINK was alone, if all packets up to SEEN have been passed. */
static void find_alone(const struct links *links, const struct link *link, struct when seen,
		       struct link_report *report)
{
	for (size_t i = 0; i < report->address_count; i++) {
		struct link_address *address = &report->addresses[i];

		address->alone_since = when_later(address->alone_since, links->whole);
		address->alone_until = when_earlier(address->alone_until, seen);
		for (size_t l = 0; l < links->count; l++) {
			struct alone_other other = other_of(links, &links->list[l]);

			if (&links->list[l] != link && links->list[l].there)
				alone_narrow(address, &other);
		}
		alone_finish(address, &links->past);
	}
}

/* For one of its addresses, time goes on over which it is alone. */
static bool is_alone_still(const struct links *links, const struct link_report *report)
{
	for (size_t i = 0; i < report->address_count; i++) {
		if (report->addresses[i].alone_until.ns == links->seen.ns)
			return true;
	}
	return false;
}

static void take(struct links *links, struct link *link, struct when now, struct when seen,
		 struct link_report *report)
{
	*report = link->known;
	find_alone(links, link, links->live ? links->seen : seen, report);
	link->known.again = true;
	link->news = link->quick.moved = false;
	link->interval_ns = link->interval_ns == 0 ? LINKS_FIRST_NS : 2 * link->interval_ns;
	if (link->interval_ns > LINKS_LONGEST_NS)
		link->interval_ns = LINKS_LONGEST_NS;
	if (link->known.gone)
		link->interval_ns = ending_intervals[link->endings];
	link->next = when_add(now, link->interval_ns);
	if (!link->known.gone)
		return;
	link->endings++;
	if (when_is_min(links->seen) || link->endings == LINKS_ENDINGS ||
	    (link->endings > 1 && !is_alone_still(links, report)))
		forget(links, link);
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
			take(links, link, now, when_add(find_latest(links), -LINKS_LATE_NS),
			     report);
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
	if (link == NULL || link->known.address_count == 0 ||
	    !(link->news || link->quick.moved || link->endings > 0))
		return false;
	if (link->endings > 0)
		link->endings = LINKS_ENDINGS - 1; /* no other can come */
	take(links, link, WHEN_MIN, find_latest(links), report);
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
