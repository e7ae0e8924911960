#include "producers/flows/links/uplink.h"

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

bool uplink_read(const char *line, char name[static IF_NAMESIZE])
{
	unsigned flags;

	return (read_v6(line, name, &flags) || read_v4(line, name, &flags)) &&
	       (flags & (RTF_UP | RTF_REJECT)) == RTF_UP && strcmp(name, "lo") != 0;
}
