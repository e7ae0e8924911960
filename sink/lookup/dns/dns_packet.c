#include "sink/lookup/dns/dns_packet.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#define EDNS_SIZE_MIN 512 /* RFC 6891 section 6.2.3; also the limit without EDNS */
#define OPTION_EDE 15     /* RFC 8914 */
#define HOSTMASTER "hostmaster"
/* Of the SOA record. Nobody copies our zones, so only the last, of negative answers, counts. */
#define SOA_REFRESH 3600
#define SOA_RETRY 600
#define SOA_EXPIRE 86400

/* ---- Reading ---- */

/* Whether the header is one of a question of ours: what else comes with it is at most a SOA (of
 * IXFR, RFC 1995), an OPT and a signature. */
static bool is_plain(const uint8_t *bytes)
{
	return LDNS_QDCOUNT(bytes) == 1 && LDNS_ANCOUNT(bytes) == 0 && LDNS_NSCOUNT(bytes) <= 1 &&
	       LDNS_ARCOUNT(bytes) <= 2;
}

size_t dns_packet_name_end(const uint8_t *bytes, size_t length)
{
	size_t at = DNS_HEADER_SIZE;

	while (at < length && bytes[at] != 0 && bytes[at] <= DNS_LABEL_MAX)
		at += bytes[at] + (size_t)1;
	return at < length ? at : length;
}

/* A question's name has nothing before it to point at. */
static bool has_pointer(const uint8_t *bytes, size_t length)
{
	size_t end = dns_packet_name_end(bytes, length);

	return end == length || bytes[end] != 0;
}

/* Whether there are several OPT records, or one with a name: RFC 6891 section 6.1.1. */
static bool has_faulty_edns(const uint8_t *bytes, size_t length)
{
	size_t at = DNS_HEADER_SIZE, options = 0;
	int count = LDNS_QDCOUNT(bytes) + LDNS_NSCOUNT(bytes) + LDNS_ARCOUNT(bytes);
	bool named = false;

	for (int i = 0; i < count; i++) {
		ldns_pkt_section section = i == 0 ? LDNS_SECTION_QUESTION : LDNS_SECTION_ADDITIONAL;
		ldns_rr *rr = NULL;

		if (ldns_wire2rr(&rr, bytes, length, &at, section) != LDNS_STATUS_OK)
			return true;
		if (i > 0 && ldns_rr_get_type(rr) == LDNS_RR_TYPE_OPT) {
			options++;
			named |= ldns_rdf_size(ldns_rr_owner(rr)) > 1;
		}
		ldns_rr_free(rr);
	}
	return options > 1 || named;
}

static void read_edns(const ldns_pkt *packet, struct dns_query *query)
{
	query->edns = ldns_pkt_edns(packet);
	query->dnssec_ok = ldns_pkt_edns_do(packet);
	query->udp_size = ldns_pkt_edns_udp_size(packet);
	if (query->edns && ldns_pkt_edns_version(packet) != 0)
		query->fault = DNS_BADVERS;
}

static void read_question(const ldns_pkt *packet, struct dns_query *query)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	const ldns_rdf *name = question != NULL ? ldns_rr_owner(question) : NULL;

	if (name == NULL || ldns_rdf_size(name) > sizeof(query->name)) {
		query->fault = DNS_FORMERR;
		return;
	}
	query->name_length = ldns_rdf_size(name);
	memcpy(query->name, ldns_rdf_data(name), query->name_length);
	query->type = (uint16_t)ldns_rr_get_type(question);
	query->class = (uint16_t)ldns_rr_get_class(question);
	read_edns(packet, query);
}

int dns_packet_read(const uint8_t *bytes, size_t length, struct dns_query *query)
{
	ldns_pkt *packet = NULL;

	if (length < DNS_HEADER_SIZE || LDNS_QR_WIRE(bytes))
		return -1;
	query->id = LDNS_ID_WIRE(bytes);
	query->opcode = LDNS_OPCODE_WIRE(bytes);
	query->recursion_desired = LDNS_RD_WIRE(bytes) != 0;
	query->fault = DNS_NOERROR;
	query->name_length = 0;
	query->edns = query->dnssec_ok = false;
	query->udp_size = 0;
	if (query->opcode != LDNS_PACKET_QUERY) {
		query->fault = DNS_NOTIMP;
	} else if (!is_plain(bytes) || has_pointer(bytes, length) ||
		   has_faulty_edns(bytes, length) ||
		   ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK) {
		query->fault = DNS_FORMERR;
	} else {
		read_question(packet, query);
		ldns_pkt_free(packet);
	}
	return 0;
}

size_t dns_packet_udp_limit(const struct dns_query *query, size_t length)
{
	size_t limit = query->udp_size > EDNS_SIZE_MIN ? query->udp_size : EDNS_SIZE_MIN;

	limit = limit < DNS_UDP_MAX ? limit : DNS_UDP_MAX;
	return limit < DNS_UDP_FACTOR * length ? limit : DNS_UDP_FACTOR * length;
}

/* ---- Writing ---- */

/* PREFIX.TEXT or, without a prefix, TEXT as a name. */
static ldns_rdf *name_of(const char *prefix, const char *text, size_t length)
{
	char name[DNS_NAME_TEXT_MAX + DNS_LABEL_MAX + 1];

	snprintf(name, sizeof(name), "%s%s%.*s", prefix, prefix[0] != '\0' ? "." : "", (int)length,
		 text);
	return ldns_dname_new_frm_str(name);
}

/* Adds RDF to RR. Returns false if there is none. */
static bool add(ldns_rr *rr, ldns_rdf *rdf)
{
	if (rdf != NULL && ldns_rr_push_rdf(rr, rdf))
		return true;
	ldns_rdf_deep_free(rdf);
	return false;
}

static bool add_string(ldns_rr *rr, const char *text, size_t length)
{
	uint8_t string[1 + UINT8_MAX];

	length = length < UINT8_MAX ? length : UINT8_MAX;
	string[0] = (uint8_t)length;
	memcpy(string + 1, text, length);
	return add(rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, length + 1, string));
}

static bool add_number(ldns_rr *rr, uint32_t number)
{
	return add(rr, ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, number));
}

static bool add_soa(ldns_rr *rr, const struct dns_answer *answer)
{
	size_t length = strlen(answer->own);

	return add(rr, name_of(DNS_SERVER_LABEL, answer->own, length)) &&
	       add(rr, name_of(HOSTMASTER, answer->own, length)) &&
	       add_number(rr, answer->serial) && add_number(rr, SOA_REFRESH) &&
	       add_number(rr, SOA_RETRY) && add_number(rr, SOA_EXPIRE) &&
	       add_number(rr, answer->ttl);
}

/* Adds the data of RECORD. */
static bool add_data(ldns_rr *rr, const struct dns_answer *answer, const struct dns_record *record)
{
	const char *text = answer->text.data + record->at;

	switch (record->type) {
	case DNS_TYPE_A:
		return add(rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_A, 4, record->ip.bytes + 12));
	case DNS_TYPE_AAAA:
		return add(rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_AAAA, 16, record->ip.bytes));
	case DNS_TYPE_PTR:
		return add(rr, name_of("", text, record->length));
	case DNS_TYPE_NS:
		return add(rr, name_of(DNS_SERVER_LABEL, answer->own, strlen(answer->own)));
	case DNS_TYPE_TXT:
		return add_string(rr, text, record->length);
	case DNS_TYPE_SOA:
		return add_soa(rr, answer);
	case DNS_TYPE_HINFO: /* RFC 8482 section 4.2 */
		return add_string(rr, "RFC8482", 7) && add_string(rr, "", 0);
	default:
		return false;
	}
}

static ldns_rr *new_rr(enum dns_type type, ldns_rdf *owner, uint32_t ttl)
{
	ldns_rr *rr = owner != NULL ? ldns_rr_new() : NULL;

	if (rr == NULL) {
		ldns_rdf_deep_free(owner);
		return NULL;
	}
	ldns_rr_set_owner(rr, owner);
	ldns_rr_set_type(rr, (ldns_rr_type)type);
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(rr, ttl);
	return rr;
}

static bool push(ldns_pkt *packet, ldns_pkt_section section, ldns_rr *rr)
{
	if (rr != NULL && ldns_pkt_push_rr(packet, section, rr))
		return true;
	ldns_rr_free(rr);
	return false;
}

static ldns_rdf *asked_name(const struct dns_query *query)
{
	return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, query->name_length, query->name);
}

static bool add_question(ldns_pkt *packet, const struct dns_query *query)
{
	ldns_rr *rr = new_rr((enum dns_type)query->type, asked_name(query), 0);

	if (rr == NULL)
		return false;
	ldns_rr_set_question(rr, true);
	ldns_rr_set_class(rr, (ldns_rr_class)query->class);
	return push(packet, LDNS_SECTION_QUESTION, rr);
}

/* Adds the records. All strings, which are neighbours, are one TXT record. */
static bool add_records(ldns_pkt *packet, const struct dns_query *query,
			const struct dns_answer *answer)
{
	ldns_rr *rr = NULL;

	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];
		bool next = rr == NULL || record->type != DNS_TYPE_TXT;

		if (next) {
			rr = new_rr(record->type, asked_name(query), answer->ttl);
			if (!push(packet, LDNS_SECTION_ANSWER, rr))
				return false;
		}
		if (!add_data(rr, answer, record))
			return false;
	}
	return true;
}

static bool add_authority(ldns_pkt *packet, const struct dns_query *query,
			  const struct dns_answer *answer)
{
	ldns_rdf *apex;
	ldns_rr *rr;

	if (answer->count > 0 || answer->apex >= query->name_length)
		return true;
	apex = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, query->name_length - answer->apex,
				     query->name + answer->apex);
	rr = new_rr(DNS_TYPE_SOA, apex, answer->ttl);
	return push(packet, LDNS_SECTION_AUTHORITY, rr) && add_soa(rr, answer);
}

static bool set_edns(ldns_pkt *packet, const struct dns_query *query,
		     const struct dns_answer *answer)
{
	uint8_t option[6 + DNS_ERROR_TEXT_MAX] = {0, OPTION_EDE};
	size_t length = strlen(answer->error_text);
	ldns_rdf *rdf;

	if (!query->edns)
		return true;
	ldns_pkt_set_edns_udp_size(packet, DNS_UDP_MAX);
	ldns_pkt_set_edns_do(packet, query->dnssec_ok);
	ldns_pkt_set_edns_extended_rcode(packet, (uint8_t)((unsigned)answer->code >> 4));
	if (answer->error == DNS_ERROR_NONE)
		return true;
	option[3] = (uint8_t)(2 + length);
	option[5] = (uint8_t)answer->error;
	memcpy(option + 6, answer->error_text, length);
	rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, 6 + length, option);
	ldns_pkt_set_edns_data(packet, rdf);
	return rdf != NULL;
}

/* The answer as LDNS has it, with its records unless CUT. NULL if out of memory. */
static ldns_pkt *build(const struct dns_query *query, const struct dns_answer *answer, bool cut)
{
	ldns_pkt *packet = ldns_pkt_new();

	if (packet == NULL)
		return NULL;
	ldns_pkt_set_id(packet, query->id);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_opcode(packet, (ldns_pkt_opcode)query->opcode);
	ldns_pkt_set_rd(packet, query->recursion_desired);
	ldns_pkt_set_aa(packet, answer->authoritative);
	ldns_pkt_set_tc(packet, cut);
	ldns_pkt_set_rcode(packet, (uint8_t)((unsigned)answer->code & 15));
	if ((query->name_length == 0 || add_question(packet, query)) &&
	    (cut || (add_records(packet, query, answer) && add_authority(packet, query, answer))) &&
	    set_edns(packet, query, answer))
		return packet;
	ldns_pkt_free(packet);
	return NULL;
}

int dns_packet_write(const struct dns_query *query, const struct dns_answer *answer, size_t limit,
		     uint8_t **bytes, size_t *length)
{
	for (int cut = answer->truncated; cut <= 1; cut++) {
		ldns_pkt *packet = build(query, answer, cut);
		uint8_t *written = NULL;
		size_t size = 0;
		ldns_status status = LDNS_STATUS_MEM_ERR;

		if (packet != NULL)
			status = ldns_pkt2wire(&written, packet, &size);
		ldns_pkt_free(packet);
		if (status == LDNS_STATUS_OK && size <= limit) {
			*bytes = written;
			*length = size;
			return 0;
		}
		free(written);
	}
	return -1;
}
