/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract suite of the store: the same tests run on SQLite and, where its server programs are
 * installed, on a real PostgreSQL that is started for them on a temporary folder and a free port.
 */
#ifndef FM_TEST_STORE_KIT_H
#define FM_TEST_STORE_KIT_H

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faultmaven/store/service.h"

struct world {
    struct fm_ctx ctx;
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_store *store;
    struct fm_case_service service;
    char dir[64];
};

static const struct fm_actor alice = {FM_ACTOR_USER, {"alice", 5}};
static const struct fm_actor bob = {FM_ACTOR_USER, {"bob", 3}};

/* location NULL: SQLite in a new folder. */
static inline void world_open(struct world *w, const char *location)
{
    memset(w, 0, sizeof *w);
    fm_clock_manual_init(&w->clock, 1762423200LL * FM_SEC);
    fm_ctx_init(&w->ctx, &w->clock.base);
    fm_rng_system.ops->fill(&fm_rng_system, &w->rng, sizeof w->rng);
    uint64_t seed;
    memcpy(&seed, &w->rng, sizeof seed);
    fm_rng_seed(&w->rng, seed);
    snprintf(w->dir, sizeof w->dir, "/tmp/fm-store-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    struct fm_store_options o = {.location = location ? location : w->dir,
                                 .blob_dir = location ? w->dir : NULL};
    if (fm_store_open(&w->ctx, &o, &w->store) != FM_OK)
        fail_msg("%s", w->ctx.error);
    w->service = (struct fm_case_service){w->store, {.clock = &w->clock.base, .rng = &w->rng.base}};
}

static inline void world_remove(const char *dir)
{
    if (strncmp(dir, "/tmp/fm-", 8) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static inline void world_close(struct world *w)
{
    fm_store_free(w->store);
    fm_ctx_release(&w->ctx);
    world_remove(w->dir);
}

static inline fm_str world_case(struct world *w, struct fm_actor owner, const char *title)
{
    struct fm_case *c;
    struct fm_open_request req = {.actor = owner, .title = fm_str_c(title)};
    if (fm_case_create(&w->service, &w->ctx, &req, &c) != FM_OK)
        fail_msg("%s", w->ctx.error);
    return c->id;
}

static inline enum fm_code world_say(struct world *w, struct fm_actor actor, fm_str id,
                                     const char *text, struct fm_case_answer *out)
{
    struct fm_case_turn t = {.case_id = id, .input = {.actor = actor, .message = fm_str_c(text)}};
    w->clock.at += FM_SEC;
    return fm_case_work(&w->service, &w->ctx, &t, out);
}

static inline struct fm_proposal world_proposal(struct world *w, const char *script)
{
    struct fm_proposal p = {0};
    yyjson_val *v;
    char *json = fm_arena_dup(&w->ctx.arena, script, strlen(script));
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    if (fm_json_read(&w->ctx, fm_str_c(json), &v) != FM_OK ||
        fm_proposal_read(&w->ctx, v, &p) != FM_OK)
        fail_msg("script: %s", w->ctx.error);
    return p;
}

static inline enum fm_code world_do(struct world *w, struct fm_actor actor, fm_str id,
                                    const char *script, struct fm_case_answer *out)
{
    struct fm_proposal p = world_proposal(w, script);
    struct fm_case_turn t = {.case_id = id, .input = {.actor = actor, .changes = &p}};
    w->clock.at += FM_SEC;
    return fm_case_work(&w->service, &w->ctx, &t, out);
}

static inline enum fm_code world_add(struct world *w, fm_str id, const char *name,
                                     const char *content, struct fm_case_answer *out)
{
    struct fm_blob_info info;
    struct fm_upload_item u;
    if (fm_blobs_put(fm_store_blobs(w->store), &w->ctx, fm_str_c(content), &info) != FM_OK)
        fail_msg("%s", w->ctx.error);
    fm_upload_item_init(&u);
    u.filename = fm_str_c(name);
    u.sha256 = fm_str_dup(&w->ctx.arena, fm_str_c(info.sha256));
    u.size = info.size;
    u.summary = fm_str_c(content);
    struct fm_case_turn t = {.case_id = id, .input = {.actor = alice}};
    fm_vec_push(&w->ctx.arena, &t.input.uploads, u);
    w->clock.at += FM_SEC;
    return fm_case_work(&w->service, &w->ctx, &t, out);
}

#define CONFIRM                                                                                    \
    "{'changes':[{'type':'propose_statement','statement':{'text':'30% of checkouts fail'}},"       \
    "{'type':'intent','intent':{'kind':'confirm_statement'}},{'type':'intent','intent':{'kind':'"  \
    "investigate'}}]}"

#endif
