/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/case_view.h"

static void band_json(const struct fm_calibration *k, enum fm_confidence_level l,
                      struct fm_buf *out)
{
    double n = k->stated[l] ? (double)k->stated[l] : 1.0;
    fm_buf_addf(out,
                "%s{\"level\":\"%s\",\"cases\":%lld,\"stated\":%.3f,\"right\":%.3f,\"gap\":%.3f,"
                "\"is_off\":%s}",
                l == FM_LEVEL_SPECULATION ? "" : ",", fm_name_of(&fm_confidence_level_names, l),
                (long long)k->stated[l], k->sum[l] / n, (double)k->right[l] / n,
                fm_calibration_gap(k, l), fm_calibration_is_off(k, l) ? "true" : "false");
}

static void band_text(const struct fm_calibration *k, enum fm_confidence_level l,
                      struct fm_buf *out)
{
    const char *name = fm_name_of(&fm_confidence_level_names, l);
    if (!k->stated[l]) {
        fm_buf_addf(out, "%-12s %6d\n", name, 0);
        return;
    }
    double n = (double)k->stated[l];
    fm_buf_addf(out, "%-12s %6lld  %7.2f  %7.2f  %+6.2f%s\n", name, (long long)k->stated[l],
                k->sum[l] / n, (double)k->right[l] / n, fm_calibration_gap(k, l),
                fm_calibration_is_off(k, l) ? "  off" : "");
}

void fm_calibration_view(const struct fm_calibration *k, bool is_json, struct fm_buf *out)
{
    double brier = fm_calibration_brier(k);
    fm_buf_addz(out, is_json ? "{\"bands\":[" : "band          cases   stated    right     gap\n");
    for (enum fm_confidence_level l = FM_LEVEL_SPECULATION; l < FM_LEVEL_COUNT; l++)
        if (is_json)
            band_json(k, l, out);
        else
            band_text(k, l, out);
    if (is_json && brier < 0)
        fm_buf_addf(out, "],\"brier\":null,\"untold\":%lld}\n", (long long)k->untold);
    else if (is_json)
        fm_buf_addf(out, "],\"brier\":%.4f,\"untold\":%lld}\n", brier, (long long)k->untold);
    else if (brier >= 0)
        fm_buf_addf(out, "Brier score %.3f; %lld ended cases say nothing about it\n", brier,
                    (long long)k->untold);
    else
        fm_buf_addf(out,
                    "nothing to compare yet: %lld ended cases, none with a cause and a fix "
                    "that was verified or failed\n",
                    (long long)k->untold);
}
