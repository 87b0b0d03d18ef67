/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of fm_facts_collect, one a kind of evidence. */
#ifndef FM_SIGNATURES_COLLECT_H
#define FM_SIGNATURES_COLLECT_H

#include "facts.h"
#include "faultmaven/core/document.h"

/* The records that represent the templates of all logs. */
void fm_facts_collect_logs(struct fm_incident *in, struct fm_facts *out);

/* Records of a message and a time, and logs in one string, inside a document. */
void fm_facts_collect_messages(struct fm_incident *in, const struct fm_evidence *e,
                               const struct fm_node *root, struct fm_facts *out);

/* One fact a scalar of a JSON or YAML document: "path: value". */
void fm_facts_collect_fields(struct fm_incident *in, const struct fm_evidence *e,
                             struct fm_facts *out);

#endif
