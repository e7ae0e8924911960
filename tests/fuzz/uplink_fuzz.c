/* Any line is read as a route, or refused: one that is a default route has the name of an interface. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/uplink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	char name[IF_NAMESIZE];

	if (line == NULL)
		abort();
	if (size > 0)
		memcpy(line, data, size);
	line[size] = '\0';
	if (uplink_read(line, name) &&
	    (name[0] == '\0' || strcspn(name, " \t\n") != strnlen(name, sizeof(name)) ||
	     strnlen(name, sizeof(name)) == sizeof(name) || strstr(line, name) == NULL))
		abort();
	free(line);
	return 0;
}
