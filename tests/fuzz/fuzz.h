/* fuzz.h - what a fuzz target and its driver agree on.

   SPDX-License-Identifier: GPL-2.0-or-later

   A target is one file with LLVMFuzzerTestOneInput, as libFuzzer calls it; it aborts when it finds something.  Linked with
   replay.c it is a plain program that replays files and runs random inputs.  */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
