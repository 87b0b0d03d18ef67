/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal transcript as commands with their output. A prompt is "$ ", "# " or "user@host:path$ "
 * in front of a program that we know; a text without prompts is one output without a command.
 */
#ifndef FAULTMAVEN_CORE_KUBERNETES_TRANSCRIPT_H
#define FAULTMAVEN_CORE_KUBERNETES_TRANSCRIPT_H

#include "faultmaven/core/objects.h"

struct fm_segment {
    fm_str command; /* "" when there is none */
    fm_str host;    /* host named by the prompt or by ssh, "" */
    fm_str output;
};

#define FM_COMMAND_WORDS_MAX 64

struct fm_argv {
    fm_str items[FM_COMMAND_WORDS_MAX];
    size_t n;
};

/* Takes the next command and its output off *rest; false at the end. */
bool fm_segment_next(fm_str *rest, struct fm_segment *out);

/* The program that a segment ran, without sudo and path; behind "ssh host" that of the other side.
 */
fm_str fm_segment_program(const struct fm_segment *s);

/* The host that a segment speaks of. Without a prompt that names it, a file "nodes/worker-1.txt"
 * speaks of worker-1. */
fm_str fm_segment_host(const struct fm_evidence *e, const struct fm_segment *s);

/* True when line is a prompt with a command that we know. */
bool fm_prompt_parse(fm_str line, fm_str *host, fm_str *command);

/* Words of a command line, quotes removed, up to a pipe; is_piped tells whether something follows
 * it. */
void fm_argv_split(fm_str command, struct fm_argv *out, bool *is_piped);

/* The value of "-n v", "-nv", "--namespace v", "--namespace=v"; letter 0 for none. "" when absent.
 */
fm_str fm_argv_option(const struct fm_argv *w, char letter, const char *name);
bool fm_argv_has(const struct fm_argv *w, const char *word);

/* A kubectl (oc, k) call. */
struct fm_kubectl {
    fm_str verb; /* "get", "describe", "logs", "top", "events" */
    enum fm_object_kind kind;
    fm_str kind_text, name, ns, container;
    bool is_all_namespaces, is_partial, is_previous, is_named;
    fm_str output; /* of -o */
};

bool fm_kubectl_parse(fm_str command, struct fm_kubectl *out);

#endif
