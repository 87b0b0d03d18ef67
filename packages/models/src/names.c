/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the small enums: one table each, generated from the list that declares the enum. */
#include "faultmaven/models/diagnosis.h"

#define NAME_ROW(sym, name) name,
#define NAMES(function, type, LIST, fallback)                                                      \
    const char *function(enum type v)                                                              \
    {                                                                                              \
        static const char *const names[] = {LIST(NAME_ROW)};                                       \
        return (unsigned)v < sizeof names / sizeof *names ? names[v] : fallback;                   \
    }

NAMES(fm_evidence_type_name, fm_evidence_type, FM_EVIDENCE_TYPES, "unknown")
NAMES(fm_entity_kind_name, fm_entity_kind, FM_ENTITY_KINDS, "unknown")
NAMES(fm_edge_kind_name, fm_edge_kind, FM_EDGE_KINDS, "uses")
NAMES(fm_signal_name, fm_signal, FM_SIGNALS, "text")
NAMES(fm_observation_kind_name, fm_observation_kind, FM_OBSERVATION_KINDS, "statement")
NAMES(fm_verdict_name, fm_verdict, FM_VERDICTS, "inconclusive")
NAMES(fm_confidence_name, fm_confidence, FM_CONFIDENCES, "speculation")
NAMES(fm_change_kind_name, fm_change_kind, FM_CHANGE_KINDS, "commit")
NAMES(fm_action_kind_name, fm_action_kind, FM_ACTION_KINDS, "remediation")
