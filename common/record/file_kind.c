#include "common/record/file_kind.h"

#include <stdio.h>
#include <string.h>

#include "common/base/members.h"
#include "common/base/scan.h"

#define START(kind, bytes)                     \
	{                                      \
		kind, bytes, sizeof(bytes) - 1 \
	}

enum what {
	NOTHING_ELSE,
	CAPTURE,
	GZIP,
	ZSTD,
	XZ,
	BZIP2,
	ZIP,
	HTML,
	YAML,
	KUBECTL_TABLE,
	KUBECTL_ERROR,
	KUBECTL_NOTHING,
	CSV,
	UTF16,
	BINARY,
	KUBE_RECORDS,
	FLOW_RECORDS,
	TAGGED_RECORDS,
};

/* By enum file_kind. */
static const char *const wanted_names[] = {"watch events", "flow records", "tagged flows",
					   "a packet capture"};
/* What takes the file instead, by enum what; NULL: how what was wanted looks. */
static const struct {
	const char *name, *remedy;
} whats[] = {
	[CAPTURE] = {"a packet capture", "tenure-flows -r reads it"},
	[GZIP] = {"compressed with gzip", "decompress it first"},
	[ZSTD] = {"compressed with zstd", "decompress it first"},
	[XZ] = {"compressed with xz", "decompress it first"},
	[BZIP2] = {"compressed with bzip2", "decompress it first"},
	[ZIP] = {"a ZIP archive", "unpack it first"},
	[HTML] = {"HTML or XML, such as an error page", NULL},
	[YAML] = {"YAML", NULL},
	[KUBECTL_TABLE] = {"kubectl's table", NULL},
	[KUBECTL_ERROR] = {"an error of kubectl", NULL},
	[KUBECTL_NOTHING] = {"what kubectl prints when it finds no objects", NULL},
	[CSV] = {"CSV", NULL},
	[UTF16] = {"UTF-16, as PowerShell's > writes it", "write UTF-8"},
	[BINARY] = {"binary data", NULL},
	[KUBE_RECORDS] = {"watch events or objects of Kubernetes",
			  "tenure-enrich takes them with --kube"},
	[FLOW_RECORDS] = {"flows", "tenure-enrich takes them with --flows"},
	[TAGGED_RECORDS] = {"tagged flows", "tenure-graph reads them"},
};
/* How what was wanted looks, by enum file_kind. */
static const char *const forms[] = {
	"kubectl writes JSON with -o json",
	"they are JSON objects, one a line",
	"they are JSON objects, one a line",
	"tcpdump -w writes pcap",
};

static const struct {
	enum what what;
	const char *bytes;
	size_t length;
} starts[] = {
	START(CAPTURE, "\xa1\xb2\xc3\xd4"),
	START(CAPTURE, "\xd4\xc3\xb2\xa1"),
	START(CAPTURE, "\xa1\xb2\x3c\x4d"),
	START(CAPTURE, "\x4d\x3c\xb2\xa1"),
	START(CAPTURE, "\n\r\r\n"), /* pcapng */
	START(GZIP, "\x1f\x8b"),
	START(ZSTD, "\x28\xb5\x2f\xfd"),
	START(XZ, "\xfd"
		  "7zXZ"),
	START(BZIP2, "BZh"),
	START(ZIP, "PK\x03\x04"),
	START(HTML, "<"),
	START(UTF16, "\xff\xfe"),
	START(UTF16, "\xfe\xff"),
	START(UTF16, "{\0"),
	START(UTF16, "\0{"),
	START(YAML, "---"),
	START(YAML, "apiVersion:"),
	START(YAML, "kind:"),
	START(YAML, "items:"),
	START(YAML, "metadata:"),
	START(YAML, "- "),
	START(KUBECTL_TABLE, "NAME "),
	START(KUBECTL_TABLE, "NAMESPACE "),
	START(KUBECTL_ERROR, "Error from server"),
	START(KUBECTL_NOTHING, "No resources found"),
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

/* The records of a topic. */
static enum what what_record(struct span start)
{
	enum { TYPE, OBJECT, KIND, TENURE, SOURCE, DESTINATION, WANTED };
	static const struct member wanted[] = {
		{"type", TYPE, NULL},     {"object", OBJECT, NULL},
		{"kind", KIND, NULL},     {"tenure", TENURE, NULL},
		{"source", SOURCE, NULL}, {"destination", DESTINATION, NULL},
		{NULL, 0, NULL}};
	struct value root, found[WANTED];
	bool flow;

	if (start.length == 0 || start.data[0] != '{' ||
	    !value_parse(start.data, start.length, &root))
		return NOTHING_ELSE;
	members_find(root, wanted, found);
	flow = value_present(found[SOURCE]) && value_present(found[DESTINATION]);
	/* Flows of packetbeat have a "type", too. */
	if (value_present(found[OBJECT]) || value_present(found[KIND]) ||
	    (value_present(found[TYPE]) && !flow))
		return KUBE_RECORDS;
	if (!flow)
		return NOTHING_ELSE;
	return value_present(found[TENURE]) ? TAGGED_RECORDS : FLOW_RECORDS;
}

static enum what what_is(struct span start)
{
	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
		if (start.length >= starts[s].length &&
		    memcmp(start.data, starts[s].bytes, starts[s].length) == 0)
			return starts[s].what;
	}
	if (start.length > 0 && memchr(start.data, '\0', start.length) != NULL)
		return BINARY;
	return is_csv(start) ? CSV : what_record(start);
}

static bool is_wanted(enum file_kind wanted, enum what what)
{
	static const enum what own[] = {KUBE_RECORDS, FLOW_RECORDS, TAGGED_RECORDS, CAPTURE};
	bool flows = wanted == FILE_FLOWS || wanted == FILE_TAGGED;

	return what == NOTHING_ELSE || what == own[wanted] ||
	       (flows && (what == FLOW_RECORDS || what == TAGGED_RECORDS));
}

bool file_kind_may_be(enum file_kind wanted, struct span start, char why[static FILE_KIND_SIZE])
{
	enum what what = what_is(start);

	if (is_wanted(wanted, what))
		return true;
	snprintf(why, FILE_KIND_SIZE, "%s, not %s; %s", whats[what].name, wanted_names[wanted],
		 whats[what].remedy != NULL ? whats[what].remedy : forms[wanted]);
	return false;
}
