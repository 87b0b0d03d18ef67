/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/code.h"

static const struct {
    const char *name;
    int http;
} codes[FM_CODE_COUNT] = {
#define FM_CODE_ROW(sym, name, http, text) [sym] = {name, http},
    FM_CODES(FM_CODE_ROW)
#undef FM_CODE_ROW
};

const char *fm_code_name(enum fm_code code)
{
    return (unsigned)code < FM_CODE_COUNT ? codes[code].name : "unknown";
}

int fm_code_http(enum fm_code code)
{
    return (unsigned)code < FM_CODE_COUNT ? codes[code].http : 500;
}
