/* rg_inflate.h - unpacks zlib streams (RFC 1950, RFC 1951).

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_INFLATE_H
#define RG_INFLATE_H

#include "rg_port.h"

/* Unpacks the zlib stream of N bytes at IN into OUT, which must become exactly OUT_N bytes, and compares its checksum.  Returns
   false when the stream is damaged, cut off, of another length, or wants a preset dictionary; OUT then holds anything.  Takes time
   proportional to N + OUT_N.  */
bool rg_inflate_zlib(const uint8_t *in, size_t n, uint8_t *out, size_t out_n);

/* No stream unpacks to more than this many bytes per byte.  */
enum { RG_INFLATE_MAX_RATIO = 1032 };

#endif
