/* Any line is read as a route or as an interface, or refused: one that is a default route has the name of an interface, and one of
 * an interface. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/proc_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_name(const char name[static IF_NAMESIZE], const char *line)
{
	size_t length = strnlen(name, IF_NAMESIZE);

	return length > 0 && length < IF_NAMESIZE && strcspn(name, " \t\n") == length &&
	       strstr(line, name) != NULL;
}

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
	if (proc_net_default_route(line, name) && !is_name(name, line))
		abort();
	if (proc_net_received(line, name, &packets) && !is_name(name, line))
		abort();
	free(line);
	return 0;
}
