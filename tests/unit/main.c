/* main.c - runs all unit tests, once for each way the memory may behave.

   SPDX-License-Identifier: GPL-2.0-or-later

   After every test all memory must have been freed.  Options: a word runs only the suites whose name begins with it.  */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "suites.h"

static const struct {
    const char *name;
    const struct unit_test *tests;
} suites[] = {
    { "port", suite_port },
    { "buf", suite_buf },
    { "text", suite_text },
    { "map", suite_map },
    { "intern", suite_intern },
    { "vectors", suite_vectors },
    { "glob", suite_glob },
    { "demangle", suite_demangle },
    { "item", suite_item },
    { "graph", suite_graph },
    { "own", suite_own },
    { "total", suite_total },
    { "names", suite_names },
    { "groups", suite_groups },
    { "geometry", suite_geometry },
    { "inflate", suite_inflate },
    { "elf", suite_elf },
    { "dwarf", suite_dwarf },
    { "cache", suite_cache },
    { "cache_wb", suite_cache_wb },
    { "cache_use", suite_cache_use },
    { "branch", suite_branch },
    { "simtext", suite_simtext },
    { "inline", suite_inline },
    { "perfmap", suite_perfmap },
    { "profile", suite_profile },
    { "cgwrite", suite_cgwrite },
    { "report", suite_report },
    { "heap", suite_heap },
    { "leak", suite_leak },
    { "owner", suite_owner },
};

static void setup_in_place(void)
{
    port_test_begin(PORT_TEST_MOVE_NONE);
}

static void setup_moving(void)
{
    port_test_begin(PORT_TEST_MOVE_ALL);
}

/* Memory not freed by one test is reported once.  */
static void check_balance(void)
{
    static size_t known;
    size_t live = port_test_live();
    if (live != known)
        port_test_print_live();
    CU_ASSERT_EQUAL(live, known);
    known = live;
}

static const struct {
    const char *name;
    void (*setup)(void);
} worlds[] = {
    { "memory grows in place", setup_in_place },
    { "memory moves", setup_moving },
};

enum { N_SUITES = sizeof suites / sizeof *suites, N_WORLDS = sizeof worlds / sizeof *worlds };

static bool add_suites(const char *only)
{
    static char titles[N_SUITES][N_WORLDS][80]; /* CUnit wants distinct names */
    int added = 0;
    for (int i = 0; i < N_SUITES; i++) {
        if (strncmp(suites[i].name, only, strlen(only)) != 0)
            continue;
        for (int j = 0; j < N_WORLDS; j++) {
            snprintf(titles[i][j], sizeof titles[i][j], "%s, %s", suites[i].name, worlds[j].name);
            CU_pSuite s = CU_add_suite_with_setup_and_teardown(titles[i][j], NULL, NULL, worlds[j].setup, check_balance);
            if (s == NULL)
                return false;
            for (const struct unit_test *t = suites[i].tests; t->name != NULL; t++, added++)
                if (CU_add_test(s, t->name, t->run) == NULL)
                    return false;
        }
    }
    if (added == 0)
        fprintf(stderr, "no suite's name begins with \"%s\"\n", only);
    return added > 0;
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    if (!add_suites(argc > 1 ? argv[1] : "")) {
        fprintf(stderr, "the tests could not be set up: %s\n", CU_get_error_msg());
        CU_cleanup_registry();
        return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_ErrorCode rc = CU_basic_run_tests();
    bool good = rc == CUE_SUCCESS && CU_get_number_of_failures() == 0 && CU_get_number_of_suites_failed() == 0 &&
                CU_get_number_of_tests_run() > 0;
    CU_cleanup_registry();
    return good ? 0 : 1;
}
