/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of llm-bench. */
#ifndef FAULTMAVEN_BENCH_LLM_BENCH_H
#define FAULTMAVEN_BENCH_LLM_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/base/clock.h"

#define PROMPT_BYTES 8192
#define CONVERSATIONS 64

/* provider.c: answers at once; a request for a stream is held open for some seconds. */
int bench_serve(void);

/* prompt.c */
enum prompt_kind {
    PROMPT_FRESH,        /* 8 KB that nobody sent before */
    PROMPT_CONVERSATION, /* one of CONVERSATIONS histories of 8 KB and a new question */
};
/* A whole HTTP request, appended. */
struct prompt {
    const char *host, *path, *model, *key; /* key: NULL for none */
    enum prompt_kind kind;
    bool is_stream;
};
void bench_prompt(struct fm_buf *out, const struct prompt *p, uint64_t n);

/* connect.c: "http://ADDRESS:PORT/path" */
struct target {
    char host[64];
    const char *path;
    uint16_t port;
};
struct target bench_target(const char *url);
int bench_connect(const struct target *t);

/* load.c */
struct load_plan {
    const char *urls[2]; /* asked in turns of a slice each; the second may be NULL */
    const char *model, *key;
    double rate, seconds;
    enum prompt_kind kind;
};
int bench_load(const struct load_plan *p);

/* relay.c: copies bytes to the url's host; prints its port */
int bench_relay(const char *url);

/* streams.c */
int bench_streams(const char *url, size_t n, const char *model);

#endif
