#include "common/record/kube_file_kind.h"

#include <string.h>

#include "common/base/members.h"
#include "common/base/scan.h"

#define START(bytes, kind)                     \
	{                                      \
		bytes, sizeof(bytes) - 1, kind \
	}

#define CAPTURE "a packet capture, not watch events; tenure-flows -r reads it"
#define COMPRESSED(how) "compressed with " how "; decompress it first"
#define YAML "YAML; kubectl writes JSON with -o json"

static const struct {
	const char *bytes;
	size_t length;
	const char *kind;
} starts[] = {
	START("\xa1\xb2\xc3\xd4", CAPTURE),
	START("\xd4\xc3\xb2\xa1", CAPTURE),
	START("\xa1\xb2\x3c\x4d", CAPTURE),
	START("\x4d\x3c\xb2\xa1", CAPTURE),
	START("\n\r\r\n", CAPTURE), /* pcapng */
	START("\x1f\x8b", COMPRESSED("gzip")),
	START("\x28\xb5\x2f\xfd", COMPRESSED("zstd")),
	START("\xfd"
	      "7zXZ",
	      COMPRESSED("xz")),
	START("BZh", COMPRESSED("bzip2")),
	START("PK\x03\x04", "a ZIP archive; unpack it first"),
	START("<", "HTML or XML, such as an error page, not watch events"),
	START("---", YAML),
	START("apiVersion:", YAML),
	START("kind:", YAML),
	START("items:", YAML),
	START("metadata:", YAML),
	START("- ", YAML),
	START("NAME ", "kubectl's table; kubectl writes JSON with -o json"),
	START("NAMESPACE ", "kubectl's table; kubectl writes JSON with -o json"),
	START("Error from server", "an error of kubectl, not watch events"),
	START("No resources found", "kubectl found no objects; it says so on standard error"),
};

/* Fields that are not JSON, between at least three commas or semicolons. */
static bool is_csv(struct span start)
{
	size_t commas = 0;

	for (size_t b = 0; b < start.length; b++) {
		char c = start.data[b];

		if (c == '{' || c == '[' || ((unsigned char)c < ' ' && c != '\t' && c != '\r'))
			return false;
		commas += c == ',' || c == ';';
	}
	return commas >= 3;
}

/* What a record of one of the other topics is. */
static const char *kind_of_record(struct span start)
{
	enum { TYPE, OBJECT, KIND, TENURE, SOURCE, DESTINATION, WANTED };
	static const struct member wanted[] = {
		{"type", TYPE, NULL},     {"object", OBJECT, NULL},
		{"kind", KIND, NULL},     {"tenure", TENURE, NULL},
		{"source", SOURCE, NULL}, {"destination", DESTINATION, NULL},
		{NULL, 0, NULL}};
	struct value root, found[WANTED];

	if (start.length == 0 || start.data[0] != '{' ||
	    !value_parse(start.data, start.length, &root))
		return NULL;
	members_find(root, wanted, found);
	if (value_present(found[TYPE]) || value_present(found[OBJECT]) ||
	    value_present(found[KIND]))
		return NULL;
	if (!value_present(found[SOURCE]) || !value_present(found[DESTINATION]))
		return NULL;
	return value_present(found[TENURE])
		       ? "tagged flows, not watch events; tenure-graph reads them"
		       : "flows, not watch events; tenure-enrich takes them with --flows";
}

const char *kube_file_kind(struct span start)
{
	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
		if (start.length >= starts[s].length &&
		    memcmp(start.data, starts[s].bytes, starts[s].length) == 0)
			return starts[s].kind;
	}
	return is_csv(start) ? "CSV, not watch events; kubectl writes JSON with -o json"
			     : kind_of_record(start);
}
