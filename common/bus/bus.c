#include "common/bus/bus.h"

#include <string.h>

#include "common/program/sandbox.h"

#define KAFKA_SCHEME "kafka:"

bool bus_is_kafka(const char *address)
{
	return strncmp(address, KAFKA_SCHEME, strlen(KAFKA_SCHEME)) == 0;
}

const char *bus_topic(const char *address)
{
	return bus_is_kafka(address) ? address + strlen(KAFKA_SCHEME) : address;
}

unsigned bus_sandbox_parts(const char *address, bool written)
{
	if (address == NULL || strcmp(address, "-") == 0)
		return 0;
	if (bus_is_kafka(address))
		return SANDBOX_NETWORK;
	return written ? SANDBOX_WRITING : SANDBOX_FILES;
}

unsigned bus_sandbox_parts_in(const struct settings_list *list)
{
	unsigned parts = 0;

	for (size_t i = 0; i < list->count; i++)
		parts |= bus_sandbox_parts(list->values[i], false);
	return parts;
}
