#include "producers/flows/links/proc_net.h"

#include <inttypes.h>
#include <linux/route.h>
#include <stdio.h>
#include <string.h>

#define NOTHING "00000000000000000000000000000000" /* an address of IPv6 */

/* Interface, destination, gateway, flags, reference count, use, metric, mask. */
static bool read_v4(const char *line, char *name, unsigned *flags)
{
	unsigned destination, mask;

	return sscanf(line, "%15s %8x %*8x %4x %*d %*d %*d %8x", name, &destination, flags,
		      &mask) == 4 &&
	       destination == 0 && mask == 0;
}

/* Destination, its length, source, its length, next hop, metric, reference count, use, flags, interface. */
static bool read_v6(const char *line, char *name, unsigned *flags)
{
	char destination[33], source[33];
	unsigned length, source_length;

	return sscanf(line, "%32s %2x %32s %2x %*32s %*8x %*8x %*8x %8x %15s", destination, &length,
		      source, &source_length, flags, name) == 6 &&
	       strcmp(destination, NOTHING) == 0 && length == 0 && source_length == 0;
}

bool proc_net_default_route(const char *line, char name[static IF_NAMESIZE])
{
	unsigned flags;

	return (read_v6(line, name, &flags) || read_v4(line, name, &flags)) &&
	       (flags & (RTF_UP | RTF_REJECT)) == RTF_UP && strcmp(name, "lo") != 0;
}

bool proc_net_received(const char *line, char name[static IF_NAMESIZE], uint64_t *packets)
{
	return sscanf(line, " %15[^: \t\n]: %*u %" SCNu64, name, packets) == 2;
}
