/* fuzz_inflate.c - unpacking of any bytes.

   SPDX-License-Identifier: GPL-2.0-or-later

   Input: two bytes of output size, then the stream after a right header.  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/port_test.h"
#include "fuzz.h"
#include "rg_inflate.h"

#define CHECK(x) ((x) ? (void)0 : found(#x))

static _Noreturn void found(const char *what)
{
    fprintf(stderr, "fuzz_inflate: not true: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    port_test_begin(PORT_TEST_MOVE_NONE);
    size_t out_n = data[0] | (size_t)data[1] << 8;
    uint8_t *out = malloc(out_n + 1), *in = malloc(size);
    if (in == NULL || out == NULL)
        abort();
    memcpy(in, data, size); /* of its own, so that a read beyond it is seen */
    in[0] = 0x78;
    in[1] = 0x01;
    out[out_n] = 0x5a;
    rg_inflate_zlib(in, size, out, out_n);
    CHECK(out[out_n] == 0x5a);
    free(in);
    free(out);
    CHECK(port_test_live() == 0);
    return 0;
}
