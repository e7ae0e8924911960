/* ring.h - rings of numbered items, each with a head, in an array of links: the head is one of them. */
#ifndef TENURE_FLOWS_RING_H
#define TENURE_FLOWS_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring_link {
	uint32_t next;
	uint32_t previous;
};

/* AT, the head of an empty ring or an item of none, is alone. */
static inline void ring_clear(struct ring_link *links, uint32_t at)
{
	links[at] = (struct ring_link){at, at};
}

static inline bool ring_is_empty(const struct ring_link *links, uint32_t head)
{
	return links[head].next == head;
}

/* Puts ITEM last. */
static inline void ring_append(struct ring_link *links, uint32_t head, uint32_t item)
{
	uint32_t last = links[head].previous;

	links[item] = (struct ring_link){head, last};
	links[last].next = item;
	links[head].previous = item;
}

/* The links of ITEM itself stay as they are. */
static inline void ring_remove(struct ring_link *links, uint32_t item)
{
	struct ring_link link = links[item];

	links[link.previous].next = link.next;
	links[link.next].previous = link.previous;
}

#endif
