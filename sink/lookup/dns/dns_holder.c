#include "sink/lookup/dns/dns_holder.h"

#include <string.h>

#include "sink/lookup/name.h"

/* ---- The name of a holder ---- */

size_t dns_holder_label(const struct ip *ip, char text[static IP_TEXT_SIZE + 1])
{
	size_t length = ip_format(ip, text);

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' || text[i] == ':')
			text[i] = '-';
	}
	if (text[length - 1] == '-')
		text[length++] = '0';
	text[length] = '\0';
	return length;
}

/* Adds "at-20261123T080000Z.". */
static void add_moment(struct when at, struct text *out)
{
	char text[WHEN_TEXT_SIZE];

	when_format(at, text);
	text_add_format(out, "at-%.4s%.2s%.2sT%.2s%.2s%.2sZ.", text, text + 5, text + 8, text + 11,
			text + 14, text + 17);
}

/* Adds the part of the name before its zone. */
static void add_holder(const struct dns_holder *holder, struct text *out)
{
	const char *slash = memchr(holder->holder.data, '/', holder->holder.length);
	size_t namespace_length = slash != NULL ? (size_t)(slash - holder->holder.data) : 0;
	char label[IP_TEXT_SIZE + 1];

	if (holder->kind == DNS_NAME_NODE) {
		text_add(out, holder->holder.data, holder->holder.length);
		text_add_string(out, ".node.");
		return;
	}
	if (holder->kind == DNS_NAME_ENDPOINT && holder->hostname.length > 0) {
		text_add(out, holder->hostname.data, holder->hostname.length);
		text_add(out, ".", 1);
	} else if (holder->kind == DNS_NAME_ENDPOINT) {
		text_add(out, label, dns_holder_label(&holder->ip, label));
		text_add(out, ".", 1);
	}
	if (slash != NULL)
		text_add(out, slash + 1, holder->holder.length - namespace_length - 1);
	text_add(out, ".", 1);
	text_add(out, holder->holder.data, namespace_length);
	text_add_string(out, holder->kind == DNS_NAME_POD ? ".pod." : ".svc.");
}

/* Whether the bytes since BEFORE are a name of the DNS. */
static bool is_name(const struct text *out, size_t before)
{
	size_t begin = before;

	if (out->failed)
		return false;
	for (size_t i = before; i <= out->length; i++) {
		if (i < out->length && out->data[i] != '.')
			continue;
		if (!dns_name_is_label((struct span){out->data + begin, i - begin}))
			return false;
		begin = i + 1;
	}
	return true;
}

bool dns_holder_add_name(const struct dns_zones *zones, const struct dns_holder *holder,
			 struct when at, struct text *out)
{
	size_t before = out->length;
	bool own = holder->kind == DNS_NAME_POD || holder->kind == DNS_NAME_NODE, is;

	add_holder(holder, out);
	text_add_string(out, own ? zones->own : zones->domain);
	is = is_name(out, before);
	if (!when_is_min(at)) {
		text_add(out, ".", 1);
		add_moment(at, out);
		text_add_string(out, zones->own);
	}
	if (is && !out->failed && out->length - before <= DNS_NAME_TEXT_MAX)
		return true;
	if (!out->failed)
		out->length = before;
	return false;
}

/* ---- The names of an answer ---- */

static bool is_kind(const struct timeline_answer *answer, enum holder_kind kind)
{
	return answer->status == TIMELINE_KNOWN && answer->holder != NULL &&
	       answer->holder->kind == kind;
}

bool dns_holder_of(const struct timeline_answer *answer, const struct ip *ip, size_t number,
		   struct dns_holder *holder)
{
	if (is_kind(answer, HOLDER_POD) && answer->services.count > 0) {
		if (number >= answer->services.count)
			return false;
		*holder = (struct dns_holder){.kind = DNS_NAME_ENDPOINT,
					      .holder = answer->services.list[number].name,
					      .hostname = answer->services.list[number].hostname,
					      .ip = *ip};
		return true;
	}
	if (number > 0 || answer->status != TIMELINE_KNOWN || answer->holder == NULL)
		return false;
	*holder = (struct dns_holder){.holder = answer->holder->full_name, .ip = *ip};
	switch (answer->holder->kind) {
	case HOLDER_POD:
		holder->kind = DNS_NAME_POD;
		break;
	case HOLDER_NODE:
		holder->kind = DNS_NAME_NODE;
		break;
	case HOLDER_SERVICE:
		holder->kind = DNS_NAME_SERVICE;
		break;
	}
	return true;
}

static bool has_label(const struct dns_holder *holder, const char *label)
{
	char text[IP_TEXT_SIZE + 1];

	if (holder->hostname.length > 0)
		return span_equal(holder->hostname, span_of(label));
	dns_holder_label(&holder->ip, text);
	return strcmp(text, label) == 0;
}

/* Whether a pod at IP is in the service under the hostname. */
static bool is_endpoint(const struct timeline_answer *answer, const struct ip *ip,
			const struct dns_name *asked)
{
	struct dns_holder holder;

	for (size_t i = 0; is_kind(answer, HOLDER_POD) && i < answer->services.count; i++) {
		if (dns_holder_of(answer, ip, i, &holder) &&
		    span_equal(holder.holder, span_of(asked->holder)) &&
		    has_label(&holder, asked->hostname))
			return true;
	}
	return false;
}

bool dns_holder_has(const struct timeline_answer *answer, const struct ip *ip,
		    const struct dns_name *asked, bool *own)
{
	struct lookup_name name = {TIMELINE_SERVICE, span_of(asked->holder)};

	*own = false;
	switch (asked->kind) {
	case DNS_NAME_SERVICE:
		*own = is_kind(answer, HOLDER_SERVICE);
		return lookup_name_is_of(&name, answer);
	case DNS_NAME_ENDPOINT:
		return is_endpoint(answer, ip, asked);
	case DNS_NAME_POD:
		name.kind = TIMELINE_POD;
		return lookup_name_is_of(&name, answer);
	case DNS_NAME_NODE:
		name.kind = TIMELINE_NODE;
		return lookup_name_is_of(&name, answer);
	default:
		return false;
	}
}
