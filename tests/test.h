/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmocka without the ceremony: a test program is one file that includes this header first and
 * writes tests.
 *
 *     #include "test.h"
 *
 *     TEST(empty_text_has_no_lines)
 *     {
 *         assert_int_equal(count_lines(FM_STR("")), 0);
 *     }
 *
 * Every TEST registers itself; main is here. Tests run in the order of the file. `PROGRAM NAME`
 * runs the tests whose name matches the shell pattern NAME.
 */
#ifndef FAULTMAVEN_TEST_H
#define FAULTMAVEN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "faultmaven/base/str.h"

#define TEST_MAX 256

static struct CMUnitTest test_table[TEST_MAX];
static size_t test_count;

static inline void test_add(const char *name, void (*run)(void **state))
{
    if (test_count < TEST_MAX)
        test_table[test_count++] = (struct CMUnitTest){.name = name, .test_func = run};
}

#define TEST(name)                                                                                 \
    static void name(void **state);                                                                \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        test_add(#name, name);                                                                     \
    }                                                                                              \
    static void name(void **state __attribute__((unused)))

/* Fails with both texts when an fm_str is not equal to a C string. */
#define assert_str(got, want) test_assert_str((got), (want), __FILE__, __LINE__)

static inline void test_assert_str(fm_str got, const char *want, const char *file, int line)
{
    if (fm_str_eqc(got, want))
        return;
    print_error("got  \"%.*s\"\nwant \"%s\"\n", FM_STR_ARG(got), want);
    _fail(file, line);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return _cmocka_run_group_tests("tests", test_table, test_count, NULL, NULL);
}

#endif
