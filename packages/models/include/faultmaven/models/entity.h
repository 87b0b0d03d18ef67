/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entities (what a fault can sit in) and the topology between them.
 *
 * Names are unified: a pod belongs to its deployment, a container to its pod's workload,
 * "host:port" to the service that owns it. An entity is identified by kind and name; within an
 * incident it has a small number (fm_entity_id).
 */
#ifndef FAULTMAVEN_MODELS_ENTITY_H
#define FAULTMAVEN_MODELS_ENTITY_H

#include "faultmaven/base/str.h"
#include "faultmaven/base/vec.h"

#define FM_ENTITY_KINDS(X)                                                                         \
    X(UNKNOWN, "unknown")                                                                          \
    X(SERVICE, "service")                                                                          \
    X(WORKLOAD, "workload")                                                                        \
    X(POD, "pod")                                                                                  \
    X(CONTAINER, "container")                                                                      \
    X(NODE, "node")                                                                                \
    X(NAMESPACE, "namespace")                                                                      \
    X(HOST, "host")                                                                                \
    X(PROCESS, "process")                                                                          \
    X(DATABASE, "database")                                                                        \
    X(CACHE, "cache")                                                                              \
    X(QUEUE, "queue")                                                                              \
    X(ENDPOINT, "endpoint")                                                                        \
    X(VOLUME, "volume")                                                                            \
    X(CERTIFICATE, "certificate")                                                                  \
    X(EXTERNAL, "external")                                                                        \
    X(COMPONENT, "component")

enum fm_entity_kind {
#define FM_ENTITY_ENUM(sym, name) FM_ENTITY_##sym,
    FM_ENTITY_KINDS(FM_ENTITY_ENUM)
#undef FM_ENTITY_ENUM
        FM_ENTITY_KIND_COUNT
};

const char *fm_entity_kind_name(enum fm_entity_kind k);

typedef uint32_t fm_entity_id;
#define FM_ENTITY_NONE UINT32_MAX

struct fm_entity {
    enum fm_entity_kind kind;
    fm_str name; /* unified; "" when the evidence names no entity */
};

#define FM_EDGE_KINDS(X)                                                                           \
    X(CALLS, "calls")     /* from sends requests to to */                                          \
    X(RUNS_ON, "runs_on") /* from is placed on to */                                               \
    X(PART_OF, "part_of") /* from belongs to to */                                                 \
    X(USES, "uses")       /* from needs to: a volume, a secret, a class, a certificate */

enum fm_edge_kind {
#define FM_EDGE_ENUM(sym, name) FM_EDGE_##sym,
    FM_EDGE_KINDS(FM_EDGE_ENUM)
#undef FM_EDGE_ENUM
        FM_EDGE_KIND_COUNT
};

const char *fm_edge_kind_name(enum fm_edge_kind k);

struct fm_edge {
    fm_entity_id from, to;
    enum fm_edge_kind kind;
    double weight; /* calls seen, or 1 */
};

#endif
