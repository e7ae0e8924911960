#include "producers/flows/interfaces.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program/log.h"

#define CACHE 4096 /* places for learned numbers; a power of two */

struct interface {
	struct flow_observer observer;
	struct when retired_at; /* WHEN_MAX while it is in use */
};

struct interfaces {
	char hostname[FLOW_HOSTNAME_SIZE];
	int64_t rest_ns;
	size_t count;
	uint16_t section; /* the last one */
	uint64_t reuses;
	uint16_t reused[INTERFACES_MAX]; /* the last of them */
	struct interface known[INTERFACES_MAX];
	struct learned {
		uint32_t id;
		uint16_t number; /* plus 1; 0 if empty */
	} learned[CACHE];
};

static void copy_ascii(const char *from, char *to, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i] != '\0'; i++)
		to[i] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : '?';
	to[i] = '\0';
}

struct interfaces *interfaces_new(const char *hostname, int64_t rest_ns)
{
	struct interfaces *interfaces = calloc(1, sizeof(*interfaces));
	char own[FLOW_HOSTNAME_SIZE] = "";

	if (interfaces == NULL) {
		log_error("out of memory");
		return NULL;
	}
	if (hostname == NULL) {
		if (gethostname(own, sizeof(own) - 1) != 0)
			log_warn("this host has no name; set one with --observer-name");
		hostname = own;
	}
	interfaces->rest_ns = rest_ns;
	copy_ascii(hostname, interfaces->hostname, sizeof(interfaces->hostname));
	return interfaces;
}

const char *interfaces_hostname(const struct interfaces *interfaces)
{
	return interfaces->hostname;
}

void interfaces_free(struct interfaces *interfaces)
{
	free(interfaces);
}

/* The number that was retired first, if it has rested. */
static uint16_t rested(const struct interfaces *interfaces, struct when now)
{
	const struct interface *known = interfaces->known;
	uint16_t first = 0;

	for (uint16_t i = 1; i < interfaces->count; i++) {
		if (when_before(known[i].retired_at, known[first].retired_at))
			first = i;
	}
	return when_since(now, known[first].retired_at) >= interfaces->rest_ns ? first
									       : INTERFACES_NONE;
}

uint16_t interfaces_add(struct interfaces *interfaces, const char *name, uint32_t id,
			struct when now)
{
	uint16_t number;
	struct interface *known;

	if (interfaces->count < INTERFACES_MAX) {
		number = (uint16_t)interfaces->count++;
	} else {
		number = rested(interfaces, now);
		if (number == INTERFACES_NONE)
			return number;
		interfaces->reused[interfaces->reuses++ % INTERFACES_MAX] = number;
	}
	known = &interfaces->known[number];
	*known = (struct interface){.retired_at = WHEN_MAX};
	memcpy(known->observer.hostname, interfaces->hostname, sizeof(interfaces->hostname));
	copy_ascii(name, known->observer.interface_name, sizeof(known->observer.interface_name));
	known->observer.interface_id = id;
	return number;
}

uint16_t interfaces_find(const struct interfaces *interfaces, uint32_t id)
{
	const struct learned *learned = &interfaces->learned[id & (CACHE - 1)];

	return learned->number != 0 && learned->id == id ? (uint16_t)(learned->number - 1)
							 : INTERFACES_NONE;
}

uint16_t interfaces_learn(struct interfaces *interfaces, const char *name, uint32_t id,
			  struct when now)
{
	struct learned *learned = &interfaces->learned[id & (CACHE - 1)];

	if (learned->number != 0)
		interfaces_retire(interfaces, (uint16_t)(learned->number - 1), now);
	learned->number = 0;

	uint16_t number = interfaces_add(interfaces, name, id, now);

	if (number != INTERFACES_NONE)
		*learned = (struct learned){id, (uint16_t)(number + 1)};
	return number;
}

static bool is_named(const struct interfaces *interfaces, size_t number, const char *name,
		     uint32_t id)
{
	const struct flow_observer *observer = &interfaces->known[number].observer;

	return observer->interface_id == id && strcmp(observer->interface_name, name) == 0;
}

uint16_t interfaces_named(struct interfaces *interfaces, const char *name, uint32_t id)
{
	struct learned *learned = &interfaces->learned[id & (CACHE - 1)];
	char ascii[FLOW_INTERFACE_SIZE];
	size_t at = 0;

	copy_ascii(name, ascii, sizeof(ascii));
	if (learned->number != 0 && is_named(interfaces, (size_t)(learned->number - 1), ascii, id))
		return (uint16_t)(learned->number - 1);
	while (at < interfaces->count && !is_named(interfaces, at, ascii, id))
		at++;
	if (at == interfaces->count) {
		at = interfaces_add(interfaces, name, id, WHEN_MIN);
		if (at == INTERFACES_NONE)
			return INTERFACES_NONE;
	}
	*learned = (struct learned){id, (uint16_t)(at + 1)};
	return (uint16_t)at;
}

bool interfaces_full(const struct interfaces *interfaces)
{
	return interfaces->count == INTERFACES_MAX;
}

uint16_t interfaces_next_section(struct interfaces *interfaces)
{
	if (++interfaces->section == 0)
		interfaces->section = 1;
	return interfaces->section;
}

void interfaces_retire(struct interfaces *interfaces, uint16_t number, struct when now)
{
	interfaces->known[number].retired_at = now;
}

uint16_t interfaces_reused(const struct interfaces *interfaces, uint64_t nth)
{
	return nth < interfaces->reuses ? interfaces->reused[nth % INTERFACES_MAX]
					: INTERFACES_NONE;
}

void interfaces_set_uid(struct interfaces *interfaces, uint16_t number, const char *uid)
{
	copy_ascii(uid, interfaces->known[number].observer.interface_uid, FLOW_INTERFACE_UID_SIZE);
}

const struct flow_observer *interfaces_observer(const struct interfaces *interfaces,
						uint16_t number)
{
	return &interfaces->known[number].observer;
}
