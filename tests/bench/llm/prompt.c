/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines with an address, a user and sometimes a secret in them, so that redaction has work. */
#include "bench.h"

#define MESSAGES 4

static void add_line(struct fm_buf *b, uint64_t seed, unsigned i)
{
    uint64_t r = (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;
    fm_buf_addf(b,
                "2026-05-01T10:%02u:%02u.%03uZ ERROR pool-%u connection to 203.0.113.%u timed "
                "out after %u ms user=alice@example.com%s\\n",
                i % 60, (unsigned)(r >> 8) % 60, (unsigned)(r >> 16) % 1000, i % 9,
                (unsigned)(r >> 24) % 250, 1000 + (unsigned)(r >> 32) % 100000,
                i % 20 ? "" : " password=hunter2hunter2");
}

static void add_message(struct fm_buf *b, uint64_t seed, unsigned part, size_t bytes)
{
    size_t start = b->len;
    fm_buf_addf(b, "{\"role\":\"%s\",\"content\":\"", part % 2 ? "assistant" : "user");
    for (unsigned i = 0; b->len - start < bytes; i++)
        add_line(b, seed * MESSAGES + part, i);
    fm_buf_addz(b, "\"}");
}

static void add_body(struct fm_buf *b, const struct prompt *p, uint64_t n)
{
    uint64_t seed = p->kind == PROMPT_FRESH ? n : n % CONVERSATIONS;
    fm_buf_addf(b, "{\"model\":\"%s\",\"stream\":%s,\"messages\":[", p->model,
                p->is_stream ? "true" : "false");
    for (unsigned i = 0; i < MESSAGES; i++) {
        add_message(b, seed, i, PROMPT_BYTES / MESSAGES);
        fm_buf_addc(b, ',');
    }
    fm_buf_addf(b, "{\"role\":\"user\",\"content\":\"Question %llu: why did the pool run dry?\"}]}",
                (unsigned long long)n);
}

void bench_prompt(struct fm_buf *out, const struct prompt *p, uint64_t n)
{
    struct fm_buf body;
    fm_buf_init(&body, 1 << 20);
    add_body(&body, p, n);
    fm_buf_addf(out, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n", p->path,
                p->host);
    if (p->key)
        fm_buf_addf(out, "Authorization: Bearer %s\r\n", p->key);
    fm_buf_addf(out, "Content-Length: %zu\r\n\r\n", body.len);
    fm_buf_adds(out, fm_buf_str(&body));
    fm_buf_release(&body);
}
