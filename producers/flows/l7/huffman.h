/* huffman.h - the Huffman code of HPACK (RFC 7541 5.2 and appendix B), a bit at a time. Pure. */
#ifndef TENURE_FLOWS_L7_HUFFMAN_H
#define TENURE_FLOWS_L7_HUFFMAN_H

#include <stdint.h>

#define HUFFMAN_EOS 256 /* the symbol that no text has */
#define HUFFMAN_MORE (-1)
#define HUFFMAN_BAD (-2)

/* Zero-initialised before each text. */
struct huffman {
	uint32_t code;  /* the bits of the next symbol so far */
	uint32_t first; /* the lowest code of their length */
	uint16_t place; /* of its symbol */
	uint8_t bits;
};

/* Adds the BIT. Returns the symbol that it completes, HUFFMAN_MORE, or HUFFMAN_BAD. */
int huffman_add(struct huffman *huffman, unsigned bit);

#endif
