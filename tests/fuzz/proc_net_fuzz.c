/* Any line is read as a route or as an interface, or refused: one that is a default route has the name of an interface, and one of
 * an interface the name that was asked for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/proc_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	char name[IF_NAMESIZE];
	uint64_t packets = 0;

	if (line == NULL)
		abort();
	if (size > 0)
		memcpy(line, data, size);
	line[size] = '\0';
	if (proc_net_default_route(line, name) &&
	    (name[0] == '\0' || strcspn(name, " \t\n") != strnlen(name, sizeof(name)) ||
	     strnlen(name, sizeof(name)) == sizeof(name) || strstr(line, name) == NULL))
		abort();
	if (proc_net_received(line, "veth1", &packets) && strstr(line, "veth1:") == NULL)
		abort();
	free(line);
	return 0;
}
