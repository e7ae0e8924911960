/* page_files.h - the files of the page, as they were when the program was built. */
#ifndef TENURE_GRAPH_PAGE_FILES_H
#define TENURE_GRAPH_PAGE_FILES_H

#include <stdbool.h>

#include "common/base/span.h"

/* The bytes of the file NAME, compressed by gzip if COMPRESSED. Its data is NULL if there is no such file. */
struct span page_file(struct span name, bool compressed);
/* Its media type, by the end of NAME. Static text. */
const char *page_file_type(struct span name);

#endif
