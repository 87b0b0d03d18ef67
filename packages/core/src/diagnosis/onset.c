/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/reasoners.h"

/* Kinds that show that a system leaves its normal behaviour. Errors that are there all along and
 * notes do not. */
static bool marks_onset(const struct fm_observation *o)
{
    static const uint64_t kinds =
        1ull << FM_OBSERVATION_LOG_BURST | 1ull << FM_OBSERVATION_LOG_NEW |
        1ull << FM_OBSERVATION_LOG_SILENT | 1ull << FM_OBSERVATION_LOG_RARE_SEVERE |
        1ull << FM_OBSERVATION_LOG_ERROR_CHAIN | 1ull << FM_OBSERVATION_EXIT_CODE |
        1ull << FM_OBSERVATION_VALUE_SATURATED | 1ull << FM_OBSERVATION_VALUE_SHIFT |
        1ull << FM_OBSERVATION_METRIC_SHIFT | 1ull << FM_OBSERVATION_METRIC_SATURATED |
        1ull << FM_OBSERVATION_METRIC_SPIKE | 1ull << FM_OBSERVATION_SPAN_SLOW |
        1ull << FM_OBSERVATION_SPAN_ERRORS | 1ull << FM_OBSERVATION_EDGE_SLOW |
        1ull << FM_OBSERVATION_OBJECT_EVENT | 1ull << FM_OBSERVATION_RESTART;
    return o->begin != FM_TIME_NONE && o->score >= 0.6 && (kinds >> o->kind & 1);
}

fm_time fm_find_onset(const struct fm_incident *in)
{
    fm_time first = FM_TIME_NONE;
    fm_vec_each (&in->observations, o)
        if (marks_onset(*o) && (first == FM_TIME_NONE || (*o)->begin < first))
            first = (*o)->begin;
    return first;
}
