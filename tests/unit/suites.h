/* suites.h - the unit test suites: one per module of core/, each a table of tests.

   SPDX-License-Identifier: GPL-2.0-or-later

   A new suite is a file test_<module>.c with a table suite_<module>, a line here and a line in main.c.  */
#ifndef SUITES_H
#define SUITES_H

#include <CUnit/CUnit.h>

struct unit_test {
    const char *name;
    void (*run)(void);
};

/* Tables end with an entry without name.  */
extern const struct unit_test suite_port[];
extern const struct unit_test suite_buf[];
extern const struct unit_test suite_text[];
extern const struct unit_test suite_map[];
extern const struct unit_test suite_intern[];
extern const struct unit_test suite_vectors[];
extern const struct unit_test suite_glob[];
extern const struct unit_test suite_demangle[];
extern const struct unit_test suite_item[];
extern const struct unit_test suite_graph[];
extern const struct unit_test suite_own[];
extern const struct unit_test suite_total[];
extern const struct unit_test suite_names[];
extern const struct unit_test suite_groups[];
extern const struct unit_test suite_geometry[];
extern const struct unit_test suite_inflate[];
extern const struct unit_test suite_elf[];
extern const struct unit_test suite_dwarf[];
extern const struct unit_test suite_cache[];
extern const struct unit_test suite_cache_wb[];
extern const struct unit_test suite_cache_use[];
extern const struct unit_test suite_branch[];
extern const struct unit_test suite_simtext[];
extern const struct unit_test suite_inline[];
extern const struct unit_test suite_perfmap[];
extern const struct unit_test suite_profile[];
extern const struct unit_test suite_cgwrite[];
extern const struct unit_test suite_report[];
extern const struct unit_test suite_heap[];
extern const struct unit_test suite_leak[];
extern const struct unit_test suite_owner[];

#endif
