/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what signatures are matched against. One fact is one thing that evidence says, with its
 * place: a log template (its most telling record), an event, a condition, an observation, a line of
 * command output, a field of a JSON document.
 *
 * The number of facts is bounded (FM_FACTS_MAX); templates, not lines, come from logs.
 */
#ifndef FM_SIGNATURES_FACTS_H
#define FM_SIGNATURES_FACTS_H

#include "faultmaven/core/incident.h"

enum fm_fact_source {
    FM_FACT_LOG,
    FM_FACT_EVENT,       /* an event or condition of a platform object */
    FM_FACT_OBSERVATION, /* computed; text is its subject and sentence */
    FM_FACT_COMMAND,     /* a line of command output or of a text without records */
    FM_FACT_FIELD,       /* "path: value" of a document */
    FM_FACT_ALERT,       /* what an alert claims: never a reason unless a signature asks for it */
    FM_FACT_SOURCE_COUNT
};

enum fm_fact_level {
    FM_FACT_UNKNOWN,
    FM_FACT_DEBUG,
    FM_FACT_INFO,
    FM_FACT_WARN,
    FM_FACT_ERROR,
    FM_FACT_FATAL
};

struct fm_fact {
    enum fm_fact_source source;
    enum fm_observation_kind observation; /* of FM_FACT_OBSERVATION */
    enum fm_fact_level level;
    bool is_baseline;
    bool is_trace; /* a line of a stack trace: counted with the record that it belongs to */
    fm_str text;   /* borrowed; for logs the message bytes in the evidence */
    fm_span span;  /* what to cite */
    fm_entity_id entity;
    uint32_t evidence;
    fm_time begin, end;
    uint64_t count;
};
struct fm_facts FM_VEC_OF(struct fm_fact);

#define FM_FACTS_MAX 60000
#define FM_FACT_TEXT_MAX 4096

/* Everything that the incident holds. */
void fm_facts_collect(struct fm_incident *in, struct fm_facts *out);

/* Adds f unless it has no text or there are too many. */
void fm_facts_add(struct fm_incident *in, struct fm_facts *out, const struct fm_fact *f);

/* The level that the words of a line name; UNKNOWN when it names none. */
enum fm_fact_level fm_fact_level_of(fm_str line);

/* True when the fact says that something failed: by its level, or, where there is none, by its
 * words. */
bool fm_fact_is_failure(const struct fm_fact *f);

#endif
