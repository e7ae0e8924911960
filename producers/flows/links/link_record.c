#include "producers/flows/links/link_record.h"

#include <inttypes.h>
#include <stdio.h>

void link_uid(const struct link_meter *meter, const struct link_report *report,
	      char uid[static LINK_UID_SIZE])
{
	snprintf(uid, LINK_UID_SIZE, "%016" PRIx64 "-%" PRIx64 "-%" PRIu32 "-%" PRIu64, meter->id,
		 (uint64_t)meter->start.ns, report->index, report->order);
}

static void add_spec(struct text *out, const struct link_meter *meter,
		     const struct link_report *report)
{
	const uint8_t *mac = report->mac;

	text_add_string(out, ",\"spec\":{\"node\":");
	text_add_json_string(out, meter->node);
	text_add_string(out, ",\"host\":");
	text_add_json_string(out, meter->host);
	if (report->index > 0)
		text_add_format(out, ",\"index\":%" PRIu32, report->index);
	if (report->has_mac)
		text_add_format(out, ",\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\"", mac[0], mac[1],
				mac[2], mac[3], mac[4], mac[5]);
	text_add_format(out, ",\"meter\":{\"id\":\"%016" PRIx64 "\",\"start\":", meter->id);
	text_add_when(out, meter->start);
	text_add_format(out, ",\"record\":%" PRIu64 "}}", report->record);
}

static void add_time(struct text *out, const char *name, struct when when)
{
	text_add_format(out, "\"%s\":", name);
	text_add_when(out, when);
	text_add_string(out, ",");
}

static void add_status(struct text *out, const struct link_report *report)
{
	text_add_string(out, ",\"status\":{");
	if (!when_is_min(report->since))
		add_time(out, "since", report->since);
	if (!when_is_max(report->appeared))
		add_time(out, "appeared", report->appeared);
	if (report->gone && !when_is_max(report->until))
		add_time(out, "until", report->until);
	if (!when_is_min(report->confirmed))
		add_time(out, "confirmed", report->confirmed);
	text_add_string(out, "\"addresses\":[");
	for (size_t i = 0; i < report->address_count; i++) {
		const struct link_address *address = &report->addresses[i];
		char ip[IP_TEXT_SIZE];

		ip_format(&address->ip, ip);
		text_add_format(out, "%s{\"ip\":\"%s\",\"first\":", i > 0 ? "," : "", ip);
		text_add_when(out, address->first);
		text_add_string(out, ",\"last\":");
		text_add_when(out, address->last);
		if (!when_is_min(address->alone_until)) {
			text_add_string(out, ",\"alone\":{\"since\":");
			text_add_when(out, address->alone_since);
			text_add_string(out, ",\"until\":");
			text_add_when(out, address->alone_until);
			text_add_string(out, address->open ? ",\"open\":true}" : "}");
		}
		text_add_string(out, "}");
	}
	text_add_string(out, "]}");
}

void link_record_add(struct text *out, const struct link_meter *meter, struct when received,
		     const struct link_report *report)
{
	char uid[LINK_UID_SIZE];
	const char *type = report->gone ? "DELETED" : report->again ? "MODIFIED" : "ADDED";

	text_add_format(out, "{\"type\":\"%s\",\"cluster\":", type);
	text_add_json_string(out, meter->cluster);
	text_add_string(out, ",\"resource\":\"interfaces\",\"received\":");
	text_add_when(out, received);
	text_add_string(out, ",\"object\":{\"kind\":\"Interface\",\"metadata\":{\"name\":");
	text_add_json_string(out, report->name);
	text_add_string(out, ",\"uid\":");
	link_uid(meter, report, uid);
	text_add_json_string(out, uid);
	text_add_string(out, "}");
	add_spec(out, meter, report);
	add_status(out, report);
	text_add_string(out, "}}");
}
