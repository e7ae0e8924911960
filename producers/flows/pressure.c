#include "producers/flows/pressure.h"

enum pressure_change pressure_set(struct pressure *pressure, uint64_t used, uint64_t room)
{
	if (pressure->dropping && used <= room / 2) {
		pressure->dropping = false;
		return PRESSURE_ENDS_DROPPING;
	}
	if (!pressure->held && used > 0 && used >= room / 2) {
		pressure->held = true;
		return PRESSURE_HOLDS;
	}
	if (pressure->held && used <= room / 4) {
		pressure->held = false;
		return PRESSURE_RELEASES;
	}
	return PRESSURE_SAME;
}

enum pressure_change pressure_drop(struct pressure *pressure)
{
	if (pressure->dropping)
		return PRESSURE_SAME;
	pressure->dropping = true;
	return PRESSURE_DROPS;
}
