/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of one piece of evidence each; all fill the set of their origin. */
#ifndef FAULTMAVEN_CORE_KUBERNETES_READERS_H
#define FAULTMAVEN_CORE_KUBERNETES_READERS_H

#include "../document_tree.h"
#include "set.h"
#include "transcript.h"

/* Output of kubectl get: one or more tables. `k` has kind UNKNOWN when there was no command;
 * command is cited for lists. */
void fm_read_tables(const struct fm_origin *from, const struct fm_kubectl *k, fm_str command,
                    fm_str output);

/* True when the first line of text is the header of a table that kubectl prints. */
bool fm_is_object_table(fm_str text);

/* Text of kubectl describe as a tree: keys by indentation, tables and lists as keyless strings. */
FM_MUST_CHECK enum fm_code fm_describe_parse(struct fm_ctx *ctx, fm_str text,
                                             struct fm_node **root);

/* Output of kubectl describe: one or more objects. */
FM_MUST_CHECK enum fm_code fm_read_describe(const struct fm_origin *from, enum fm_object_kind kind,
                                            fm_str output);
void fm_read_describe_spec(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *root);
void fm_read_describe_policy(const struct fm_origin *from, struct fm_object *o, fm_str text);
bool fm_is_describe(fm_str text);

/* An object, a List, or a collection of them in API form (YAML or JSON). */
void fm_read_api(const struct fm_origin *from, const struct fm_node *n);
void fm_read_api_spec(const struct fm_origin *from, struct fm_object *o,
                      const struct fm_node *spec);
void fm_read_api_status(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n);
void fm_read_api_affinity(const struct fm_origin *from, struct fm_pod_spec *spec,
                          const struct fm_node *affinity);
void fm_read_api_kind(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n);
bool fm_read_api_event(const struct fm_origin *from, const struct fm_node *n);

/* The member under any of several names separated by "|" ("restartCount|restart_count"). */
const struct fm_node *fm_any_member(const struct fm_node *n, const char *names);
fm_str fm_any_str(const struct fm_node *n, const char *names);

/* Rows of the Events table of describe, for the described object. */
void fm_read_event_rows(const struct fm_origin *from, const struct fm_object *o,
                        const struct fm_node *rows);
/* A row of kubectl get events. */
void fm_read_event_cells(const struct fm_origin *from, fm_str ns, fm_str row, fm_str cells[5]);
/* "14s (x2 over 28s)" */
void fm_event_age(fm_str age, double *last_s, double *first_s, uint64_t *count);

/* systemctl status, nc/curl and the like, df, dmesg, free; host may be "". */
void fm_read_units(const struct fm_origin *from, fm_str host, fm_str output);
bool fm_read_connection(const struct fm_origin *from, const struct fm_segment *s);
void fm_read_host_output(const struct fm_origin *from, fm_str host, fm_str program, fm_str output);
void fm_read_calls(const struct fm_origin *from, fm_str text);
bool fm_is_call_list(fm_str text);

/* The pod spec of o, made when new. */
struct fm_pod_spec *fm_spec_of(const struct fm_origin *from, struct fm_object *o);
/* The container by name, made when new. */
struct fm_container *fm_container_of(const struct fm_origin *from, struct fm_pod_spec *spec,
                                     fm_str name);

void fm_set_quota(const struct fm_origin *from, struct fm_object *o, struct fm_quota_entry entry);

#endif
