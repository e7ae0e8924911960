/* Bytes as a name of the DNS: a holder that was read is the same after its name was written and read
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "sink/lookup/dns/dns_holder.h"
#include "sink/lookup/dns/dns_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct dns_zones zones = {"cluster.local", "tenure.internal"};

/* TEXT, which has no empty label, in wire form. */
static size_t to_wire(const char *text, uint8_t wire[static DNS_NAME_WIRE_MAX])
{
	size_t length = 0;

	while (*text != '\0') {
		size_t label = strcspn(text, ".");

		if (length + label + 2 > DNS_NAME_WIRE_MAX)
			abort();
		wire[length++] = (uint8_t)label;
		memcpy(wire + length, text, label);
		length += label;
		text += label + (text[label] == '.');
	}
	wire[length++] = 0;
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t wire[DNS_NAME_WIRE_MAX];
	struct dns_name name, again;
	struct dns_holder holder;
	struct text text;

	if (dns_name_read(&zones, data, size, &name) < 0 || name.kind < DNS_NAME_SERVICE)
		return 0;
	holder = (struct dns_holder){.kind = name.kind,
				     .holder = span_of(name.holder),
				     .hostname = span_of(name.hostname)};
	text_init(&text, 1000);
	if (dns_holder_add_name(&zones, &holder, WHEN_MIN, &text)) {
		if (dns_name_read(&zones, wire, to_wire(text_terminate(&text), wire), &again) < 0)
			abort();
		if (again.kind != name.kind || strcmp(again.holder, name.holder) != 0)
			abort();
		if (name.kind == DNS_NAME_ENDPOINT && strcmp(again.hostname, name.hostname) != 0)
			abort();
	} else if (name.moment == DNS_MOMENT_NOW) {
		abort();
	}
	text_free(&text);
	return 0;
}
