/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/incident.h"

static const struct {
    const char *name;
    bool is_pod;
    const char *want;
} rows[] = {
    {"lathe-6b9f7d5c4-x2x8p", true, "lathe"},
    {"lathe-6b9f7d5c4-x2x8p", false, "lathe"},
    {"lathe-6b9f7d5c4", false, "lathe"},
    {"lathe-press-7c9d8f6b5d-4xk2p", true, "lathe-press"},
    {"lathe-0", true, "lathe"},
    {"lathe-0", false, "lathe-0"},
    {"node-exporter-zt5xr", true, "node-exporter"},
    {"node-exporter", true, "node-exporter"},
    {"lathe.mill.svc.cluster.local:8080", false, "lathe"},
    {"lathe:8080", false, "lathe"},
    {"api-v2", false, "api-v2"},
    {"payment-history", false, "payment-history"},
    {"lathe", true, "lathe"},
    {"", true, ""},
    {"-", true, "-"},
};

TEST(names_follow_the_rules_of_the_platform)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_str(fm_workload_name(fm_str_c(rows[i].name), rows[i].is_pod), rows[i].want);
}
