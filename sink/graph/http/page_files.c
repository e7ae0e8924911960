#include "sink/graph/http/page_files.h"

#include <string.h>

/* The assembler copies the files; make runs it at the root. PAGE is their folder, and PAGE_LIST has a
 * line EMBED(NUMBER, NAME) for each. */
#define EMBED(number, name)                                             \
	__asm__(".pushsection .rodata\n"                                \
		"page_" #number "_plain: .incbin \"" PAGE name "\"\n"   \
		"page_" #number "_gzip: .incbin \"" PAGE name ".gz\"\n" \
		"page_" #number "_end: .byte 0\n"                       \
		".popsection\n");                                       \
	extern const char page_##number##_plain[], page_##number##_gzip[], page_##number##_end[];
#include PAGE_LIST
#undef EMBED

struct page_file {
	const char *name;
	const char *plain, *gzip, *end;
};

static const struct page_file files[] = {
#define EMBED(number, name) \
	{name, page_##number##_plain, page_##number##_gzip, page_##number##_end},
#include PAGE_LIST
#undef EMBED
};

struct span page_file(struct span name, bool compressed)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct page_file *file = &files[i];
		const char *begin = compressed ? file->gzip : file->plain;
		const char *end = compressed ? file->end : file->gzip;

		if (span_equal(name, span_of(file->name)))
			return (struct span){begin, (size_t)(end - begin)};
	}
	return (struct span){NULL, 0};
}

const char *page_file_type(struct span name)
{
	static const char *const types[][2] = {
		{".html", "text/html; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".svg", "image/svg+xml"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct span end = span_of(types[i][0]);

		if (name.length > end.length &&
		    memcmp(name.data + name.length - end.length, end.data, end.length) == 0)
			return types[i][1];
	}
	return "text/plain; charset=utf-8";
}
