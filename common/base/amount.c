#include "common/base/amount.h"

struct unit {
	double size;
	const char *name;
};

/* UNITS are from small to large; the next one is used where a number would need four digits. */
static void add_scaled(struct text *text, double value, const struct unit *units, size_t count)
{
	size_t i = 0;
	int digits = 2;
	double scaled;

	while (i + 1 < count && value / units[i].size >= 999.5 &&
	       value / units[i + 1].size >= 0.995)
		i++;
	scaled = value / units[i].size;
	if (units[i].size <= 1 || scaled >= 99.95)
		digits = 0;
	else if (scaled >= 9.995)
		digits = 1;
	text_add_format(text, "%.*f %s", digits, scaled, units[i].name);
}

void amount_add_bytes(struct text *text, uint64_t bytes)
{
	static const struct unit units[] = {{1, "B"},
					    {1024., "KiB"},
					    {1048576., "MiB"},
					    {1073741824., "GiB"},
					    {1099511627776., "TiB"},
					    {1125899906842624., "PiB"}};

	add_scaled(text, (double)bytes, units, sizeof(units) / sizeof(units[0]));
}

void amount_add_duration(struct text *text, uint64_t ns)
{
	static const struct unit units[] = {{1, "ns"},  {1e3, "us"},   {1e6, "ms"},
					    {1e9, "s"}, {60e9, "min"}, {3600e9, "h"}};

	add_scaled(text, (double)ns, units, sizeof(units) / sizeof(units[0]));
}
