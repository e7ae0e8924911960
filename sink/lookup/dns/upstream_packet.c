#include "sink/lookup/dns/upstream_packet.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UDP_SIZE 1232
#define NAME_MAX_LENGTH 253

/* The name of IP in in-addr.arpa or ip6.arpa; NULL if out of memory. */
static ldns_rdf *reverse_name(const struct ip *ip)
{
	char text[IP_TEXT_SIZE];
	ldns_rdf *address, *name = NULL;

	ip_format(ip, text);
	address = ldns_rdf_new_frm_str(ip_is_v4(ip) ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, text);
	if (address != NULL)
		name = ldns_rdf_address_reverse(address);
	ldns_rdf_deep_free(address);
	return name;
}

size_t upstream_packet_write(const struct ip *ip, uint16_t id,
			     uint8_t bytes[static UPSTREAM_QUESTION_MAX])
{
	ldns_rdf *name = reverse_name(ip);
	ldns_pkt *packet = NULL;
	uint8_t *wire = NULL;
	size_t length = 0;

	if (name == NULL)
		return 0;
	packet = ldns_pkt_query_new(name, LDNS_RR_TYPE_PTR, LDNS_RR_CLASS_IN, LDNS_RD);
	if (packet == NULL) {
		ldns_rdf_deep_free(name);
		return 0;
	}
	ldns_pkt_set_id(packet, id);
	ldns_pkt_set_edns_udp_size(packet, UDP_SIZE);
	if (ldns_pkt2wire(&wire, packet, &length) != LDNS_STATUS_OK ||
	    length > UPSTREAM_QUESTION_MAX)
		length = 0;
	else
		memcpy(bytes, wire, length);
	free(wire);
	ldns_pkt_free(packet);
	return length;
}

static bool is_answer_to(const ldns_pkt *packet, const struct ip *ip, uint16_t id)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	ldns_rdf *name = NULL;
	bool is = false;

	if (!ldns_pkt_qr(packet) || ldns_pkt_id(packet) != id || question == NULL ||
	    ldns_rr_get_type(question) != LDNS_RR_TYPE_PTR)
		return false;
	name = reverse_name(ip);
	is = name != NULL && ldns_dname_compare(ldns_rr_owner(question), name) == 0;
	ldns_rdf_deep_free(name);
	return is;
}

static void add_name(const ldns_rr *rr, struct text *names)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
	char *name = rdf != NULL ? ldns_rdf2str(rdf) : NULL;
	size_t length = name != NULL ? strlen(name) : 0;

	if (length > 1 && length <= NAME_MAX_LENGTH + 1 && name[length - 1] == '.') {
		name[length - 1] = '\0';
		text_add(names, name, length);
	}
	free(name);
}

/* Reads the records of the question's name or, after a CNAME (RFC 2317), of the next one. */
static enum upstream_reading read_names(const ldns_pkt *packet, struct text *names, uint32_t *ttl)
{
	const ldns_rr_list *list = ldns_pkt_answer(packet);
	const ldns_rdf *name = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(packet), 0));
	size_t before = names->length;
	bool complete = !ldns_pkt_tc(packet);

	*ttl = UINT32_MAX;
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_dname_compare(ldns_rr_owner(rr), name) != 0) {
			complete = false;
			continue;
		}
		if (ldns_rr_ttl(rr) < *ttl)
			*ttl = ldns_rr_ttl(rr);
		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_PTR)
			add_name(rr, names);
		else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME && ldns_rr_rdf(rr, 0) != NULL)
			name = ldns_rr_rdf(rr, 0);
	}
	if (names->length > before)
		return UPSTREAM_READ_NAMES;
	return complete ? UPSTREAM_READ_NONE : UPSTREAM_READ_FAILURE;
}

/* How long there is no name: RFC 2308 section 5. */
static uint32_t denied_for(const ldns_pkt *packet)
{
	const ldns_rr_list *list = ldns_pkt_authority(packet);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		const ldns_rdf *minimum = ldns_rr_rdf(rr, 6);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || minimum == NULL)
			continue;
		return ldns_rr_ttl(rr) < ldns_rdf2native_int32(minimum)
			       ? ldns_rr_ttl(rr)
			       : ldns_rdf2native_int32(minimum);
	}
	return 0;
}

enum upstream_reading upstream_packet_read(const uint8_t *bytes, size_t length, const struct ip *ip,
					   uint16_t id, struct text *names, uint32_t *ttl)
{
	enum upstream_reading reading = UPSTREAM_READ_FAILURE;
	ldns_pkt *packet = NULL;

	if (ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK)
		return UPSTREAM_READ_FOREIGN;
	*ttl = 0;
	if (!is_answer_to(packet, ip, id))
		reading = UPSTREAM_READ_FOREIGN;
	else if (ldns_pkt_get_rcode(packet) == LDNS_RCODE_NXDOMAIN)
		reading = UPSTREAM_READ_NONE;
	else if (ldns_pkt_get_rcode(packet) == LDNS_RCODE_NOERROR)
		reading = read_names(packet, names, ttl);
	if (reading == UPSTREAM_READ_NONE)
		*ttl = denied_for(packet);
	ldns_pkt_free(packet);
	return reading;
}
