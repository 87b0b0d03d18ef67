/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labelled log streams of many kinds of software, drawn from the templates of
 * tests/data/log-kinds.txt with a fixed seed. Reports recall by class and by policy;
 * `FM_KINDS_VERBOSE=1` in the environment lists what was missed.
 */
#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/base/map.h"
#include "faultmaven/security/redact.h"

#define DATA "packages/security/tests/data/log-kinds.txt"
#define LINES_EACH 24
#define LABELS_MAX 32

enum klass {
    K_IP,
    K_IP6,
    K_PORT,
    K_HOST,
    K_USER,
    K_EMAIL,
    K_PATH,
    K_HOME,
    K_URL,
    K_UUID,
    K_MAC,
    K_SECRET,
    K_HEX,
    K_NUM,
    K_COUNT
};

static const char *const names[K_COUNT] = {"ip",   "ip6", "port", "host", "user",   "email", "path",
                                           "home", "url", "uuid", "mac",  "secret", "hex",   "num"};

static uint64_t seed_state = 42;

static uint32_t draw(uint32_t n)
{
    seed_state = seed_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed_state >> 33) % n;
}

static void add_random(struct fm_buf *b, const char *set, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fm_buf_addc(b, set[draw((uint32_t)strlen(set))]);
}

static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                  hex[] = "0123456789abcdef";

static const char *pick(const char *const *list, uint32_t n)
{
    return list[draw(n)];
}

#define PICK(list) pick(list, sizeof(list) / sizeof *(list))

static void add_host(struct fm_buf *b)
{
    static const char *const part[] = {"web", "db", "app", "cache", "mail", "edge", "worker", "gw"},
                             *const zone[] = {"prod.example.com", "dc1.example.net",
                                              "corp.example.org", "eu-west-1.compute.internal"};
    fm_buf_addf(b, "%s-%02u.%s", PICK(part), draw(90) + 1, PICK(zone));
}

static void add_user(struct fm_buf *b)
{
    static const char *const users[] = {"jdoe",      "svc-backup", "maria.lopez", "deploy",
                                        "a.schmidt", "ops_admin",  "wchen",       "tkowalski",
                                        "oracle",    "jenkins-ci", "n.petrov",    "lea"};
    fm_buf_addz(b, PICK(users));
}

static void add_path(struct fm_buf *b)
{
    static const char *const a[] = {"var", "srv", "opt", "usr", "api"},
                             *const c[] = {"lib", "app", "v2", "share", "data"},
                             *const d[] = {"orders", "cache.db", "conf.yaml", "users", "bin"};
    fm_buf_addf(b, "/%s/%s/%s", PICK(a), PICK(c), PICK(d));
}

static void add_uuid(struct fm_buf *b)
{
    static const uint8_t sizes[] = {8, 4, 4, 4, 12};
    for (size_t i = 0; i < 5; i++) {
        fm_buf_addz(b, i ? "-" : "");
        add_random(b, hex, sizes[i]);
    }
}

static void add_mac(struct fm_buf *b)
{
    for (int i = 0; i < 6; i++) {
        fm_buf_addz(b, i ? ":" : "");
        add_random(b, hex, 2);
    }
}

static void add_value(struct fm_buf *b, enum klass k)
{
    switch (k) {
    case K_IP:
        fm_buf_addf(b, "%u.%u.%u.%u", draw(2) ? 10 : 81 + draw(100), draw(256), draw(256),
                    1 + draw(254));
        break;
    case K_IP6:
        fm_buf_addf(b, "2001:db8::%x:%x", 1 + draw(65535), 1 + draw(65535));
        break;
    case K_PORT:
        fm_buf_addf(b, "%u", 1024 + draw(60000));
        break;
    case K_HOST:
        add_host(b);
        break;
    case K_USER:
        add_user(b);
        break;
    case K_EMAIL:
        add_user(b);
        fm_buf_addz(b, "@example.com");
        break;
    case K_PATH:
        add_path(b);
        break;
    case K_HOME:
        fm_buf_addz(b, "/home/");
        add_user(b);
        break;
    case K_URL:
        fm_buf_addz(b, "https://");
        add_host(b);
        add_path(b);
        break;
    case K_UUID:
        add_uuid(b);
        break;
    case K_MAC:
        add_mac(b);
        break;
    case K_SECRET:
        add_random(b, alnum, 24);
        fm_buf_addz(b, "7q");
        break;
    case K_HEX:
        add_random(b, hex, 60);
        fm_buf_addz(b, "0a1b");
        break;
    case K_NUM:
    case K_COUNT:
    default:
        fm_buf_addf(b, "%u", 100 + draw(90000));
    }
}

struct label {
    size_t start, end;
    enum klass k;
};

struct line {
    struct fm_buf text;
    struct label labels[LABELS_MAX];
    size_t n;
};

static enum klass class_of(fm_str name)
{
    for (unsigned k = 0; k < K_COUNT; k++)
        if (fm_str_eqc(name, names[k]))
            return (enum klass)k;
    return K_COUNT;
}

static void expand(struct line *l, fm_str template)
{
    fm_buf_clear(&l->text);
    l->n = 0;
    for (size_t i = 0; i < template.len; i++) {
        ptrdiff_t close = template.p[i] == '{' ? fm_str_chr(template, '}', i) : -1;
        enum klass k =
            close > 0 ? class_of(fm_str_sub(template, i + 1, (size_t)close - i - 1)) : K_COUNT;
        if (k == K_COUNT) {
            fm_buf_addc(&l->text, template.p[i]);
            continue;
        }
        size_t start = l->text.len;
        add_value(&l->text, k);
        if (k != K_NUM && l->n < LABELS_MAX)
            l->labels[l->n++] = (struct label){start, l->text.len, k};
        i = (size_t)close;
    }
}

struct score {
    size_t hit[K_COUNT], all[K_COUNT];
    size_t wrong, plain; /* tokens without a label: found, all */
};

static size_t covered(struct fm_findings f, size_t s, size_t e)
{
    size_t n = 0;
    for (size_t i = 0; i < f.n; i++) {
        size_t a = f.items[i].start > s ? f.items[i].start : s,
               b = f.items[i].end < e ? f.items[i].end : e;
        n += b > a ? b - a : 0;
    }
    return n;
}

static bool has_label(const struct line *l, size_t s, size_t e)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->labels[i].start < e && l->labels[i].end > s)
            return true;
    return false;
}

static void score_line(struct score *sc, const struct line *l, fm_str kind, struct fm_findings f)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct label *b = &l->labels[i];
        bool is_hit = 2 * covered(f, b->start, b->end) >= b->end - b->start;
        sc->all[b->k]++;
        sc->hit[b->k] += is_hit;
        if (!is_hit && getenv("FM_KINDS_VERBOSE"))
            print_message("missed %s in %.*s: %.*s | %.*s\n", names[b->k], FM_STR_ARG(kind),
                          (int)(b->end - b->start), l->text.p + b->start,
                          FM_STR_ARG(fm_buf_str(&l->text)));
    }
    fm_str text = fm_buf_str(&l->text), rest = text, w;
    while (fm_str_word(&rest, &w)) {
        size_t s = (size_t)(w.p - text.p), e = s + w.len;
        if (has_label(l, s, e))
            continue;
        bool is_wrong = 2 * covered(f, s, e) >= w.len;
        sc->plain++;
        sc->wrong += is_wrong;
        if (is_wrong && getenv("FM_KINDS_VERBOSE"))
            print_message("wrong in %.*s: %.*s | %.*s\n", FM_STR_ARG(kind), FM_STR_ARG(w),
                          FM_STR_ARG(text));
    }
}

static fm_str read_data(struct fm_ctx *ctx)
{
    FILE *f = fopen(DATA, "rb");
    assert_non_null(f);
    char *p = fm_arena_alloc(&ctx->arena, 1 << 18);
    size_t n = fread(p, 1, 1 << 18, f);
    fclose(f);
    return fm_str_n(p, n);
}

static size_t run(enum fm_policy_name policy, struct score *sc)
{
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct line l;
    struct fm_map kinds;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_map_init(&kinds, &ctx.arena);
    fm_buf_init(&l.text, 65536);
    assert_int_equal(fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = policy}, &r),
                     FM_OK);
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    fm_str rest = read_data(&ctx), row;
    seed_state = 42;
    while (fm_str_line(&rest, &row)) {
        fm_str template = row, kind = fm_str_cut(&template, '\t');
        if (row.len == 0 || row.p[0] == '#')
            continue;
        fm_map_put(&kinds, kind)->value = &kinds;
        for (int i = 0; i < LINES_EACH; i++) {
            expand(&l, template);
            score_line(sc, &l, kind, fm_redact_scan_line(scan, fm_buf_str(&l.text)));
        }
    }
    size_t n = kinds.n;
    fm_redact_scan_free(scan);
    fm_redactor_free(r);
    fm_buf_release(&l.text);
    fm_ctx_release(&ctx);
    return n;
}

static double recall(const struct score *s, enum klass k)
{
    return s->all[k] ? (double)s->hit[k] / (double)s->all[k] : 1;
}

static void print(const char *policy, const struct score *s)
{
    print_message("%s:", policy);
    for (unsigned k = 0; k < K_NUM; k++)
        if (s->all[k])
            print_message(" %s %.3f (%zu)", names[k], recall(s, (enum klass)k), s->all[k]);
    print_message("; unlabelled tokens found %.3f (%zu)\n", (double)s->wrong / (double)s->plain,
                  s->plain);
}

TEST(strict_finds_identifiers_in_many_kinds_of_logs)
{
    struct score s = {0};
    assert_true(run(FM_POLICY_STRICT, &s) >= 50);
    print("strict", &s);
    const enum klass sure[] = {K_IP, K_MAC, K_URL, K_UUID, K_EMAIL, K_HEX, K_SECRET, K_PATH};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        if (recall(&s, sure[i]) < 0.99)
            fail_msg("recall of %s is %.3f", names[sure[i]], recall(&s, sure[i]));
    assert_true(recall(&s, K_HOST) >= 0.98);
    assert_true(recall(&s, K_USER) >= 0.90);
}

TEST(standard_keeps_what_a_diagnosis_needs)
{
    struct score s = {0};
    run(FM_POLICY_STANDARD, &s);
    print("standard", &s);
    const enum klass sure[] = {K_MAC, K_URL, K_UUID, K_EMAIL, K_SECRET};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        if (recall(&s, sure[i]) < 0.99)
            fail_msg("recall of %s is %.3f", names[sure[i]], recall(&s, sure[i]));
    assert_true(recall(&s, K_PATH) < 0.05);
    assert_true(recall(&s, K_HEX) < 0.05);
    assert_true((double)s.wrong < 0.02 * (double)s.plain);
}
