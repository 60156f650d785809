/* rg_text.h - text from outside made safe for lines of UTF-8.

   SPDX-License-Identifier: GPL-2.0-or-later

   Names come from symbol tables and debug information and may hold any bytes; our output is lines of valid UTF-8.  */
#ifndef RG_TEXT_H
#define RG_TEXT_H

#include "rg_buf.h"

/* Receives one line of text without newline.  */
typedef void (*rg_line_fn)(void *arg, const char *line);

/* Appends the N bytes at S.  A byte that is not part of a valid UTF-8 character, or is part of a control character (newline,
   escape, U+0080 to U+009F ...), is written as \xNN with two hexadecimal digits.  */
void rg_text_put(struct rg_buf *b, const char *s, size_t n);

/* Appends the name of a function like rg_text_put, in at most WIDTH bytes (WIDTH >= 8) if no byte of it has to be escaped: of a longer
   one generic arguments are left out, innermost first, f<a::B<..>>; then its middle.  */
void rg_text_put_name(struct rg_buf *b, const char *s, size_t n, size_t width);

/* Appends C as \xNN.  */
void rg_text_put_escaped(struct rg_buf *b, char c);

/* Returns the length of the valid UTF-8 character, no control character, at S, which has N >= 1 bytes left; 0 when there is
   none.  */
size_t rg_text_character(const char *s, size_t n);

/* Returns the part of PATH after its last slash; all of it when nothing follows.  */
const char *rg_text_basename(const char *path);

#endif
