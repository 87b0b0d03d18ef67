/* SPDX-License-Identifier: Apache-2.0 */
#include "signature.h"

static unsigned add_ids(const struct fm_signature_set *set, enum fm_fault fault, struct fm_buf *out)
{
    unsigned n = 0;
    fm_vec_each (&set->items, it)
        if ((*it)->fault == fault)
            fm_buf_addf(out, "%s`%.*s`", n++ ? ", " : "", FM_STR_ARG((*it)->id));
    return n;
}

void fm_signatures_coverage(const struct fm_signature_set *set, struct fm_buf *out)
{
    unsigned covered = 0, faults = 0;
    fm_buf_addz(out, "| fault | signatures |\n|---|---|\n");
    for (unsigned i = 0; i < FM_FAULT_COUNT; i++) {
        fm_buf_addf(out, "| %s | ", fm_fault_id((enum fm_fault)i));
        unsigned n = add_ids(set, (enum fm_fault)i, out);
        fm_buf_addz(out, n ? " |\n" : "– |\n");
        covered += n > 0;
        faults++;
    }
    fm_buf_addf(out,
                "\n%zu signatures; %u of %u faults have at least one. The others are found by "
                "reasoning over objects, metrics and traces.\n",
                set->items.n, covered, faults);
}
