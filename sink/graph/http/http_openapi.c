#include "sink/graph/http/http_openapi.h"

/* The assembler copies the file; make runs it at the root. */
__asm__(".pushsection .rodata\n"
	"http_openapi_begin: .incbin \"docs/openapi-graph.yaml\"\n"
	"http_openapi_end: .byte 0\n"
	".popsection\n");

extern const char http_openapi_begin[], http_openapi_end[];

struct span http_openapi_text(void)
{
	return (struct span){http_openapi_begin, (size_t)(http_openapi_end - http_openapi_begin)};
}
