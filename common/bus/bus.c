#include "common/bus/bus.h"

#include <string.h>

#define KAFKA_SCHEME "kafka:"

bool bus_is_kafka(const char *address)
{
	return strncmp(address, KAFKA_SCHEME, strlen(KAFKA_SCHEME)) == 0;
}

const char *bus_topic(const char *address)
{
	return bus_is_kafka(address) ? address + strlen(KAFKA_SCHEME) : address;
}
