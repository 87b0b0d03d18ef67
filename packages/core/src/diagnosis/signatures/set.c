/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#define FILE_MAX (1u << 20)

struct fm_signature_set *fm_signatures_new(struct fm_ctx *ctx)
{
    struct fm_signature_set *set = FM_NEW(&ctx->arena, struct fm_signature_set);
    set->ctx = ctx;
    fm_map_init(&set->ids, &ctx->arena);
    fm_map_init(&set->pattern_index, &ctx->arena);
    return set;
}

/* A copy: the YAML text need not outlive the call. */
static fm_str text_of(const struct fm_loader *l, const struct fm_node *root, const char *path)
{
    return fm_str_dup(&l->set->ctx->arena, fm_str_trim(fm_node_str(root, path)));
}

static bool parse_category(fm_str s, enum fm_category *out)
{
    for (unsigned i = 0; i < FM_CATEGORY_COUNT; i++)
        if (fm_str_eqc(s, fm_category_name((enum fm_category)i))) {
            *out = (enum fm_category)i;
            return true;
        }
    return false;
}

static enum fm_code load_identity(struct fm_loader *l, const struct fm_node *root,
                                  struct fm_signature *s)
{
    s->file = fm_str_dup(&l->set->ctx->arena, l->file);
    s->id = text_of(l, root, "id");
    s->title = text_of(l, root, "title");
    if (!s->id.len || !s->title.len)
        return fm_load_fail(l, root, "a signature needs \"id\" and \"title\"");
    if (!fm_fault_parse(fm_node_str(root, "fault"), &s->fault))
        return fm_load_fail(l, root, "\"fault\" is none of the fault taxonomy");
    s->category = fm_fault_category(s->fault);
    fm_str category = fm_node_str(root, "category");
    if (category.len && !parse_category(category, &s->category))
        return fm_load_fail(l, root, "\"category\" is unknown");
    return FM_OK;
}

static enum fm_code load_state(struct fm_loader *l, const struct fm_node *root,
                               struct fm_signature *s)
{
    const struct fm_node *state = fm_node_member(root, FM_STR("state"));
    if (!state || fm_str_eqc(state->text, "failing"))
        return FM_OK;
    return fm_load_sightings(l, root, "state", &s->state);
}

static enum fm_code load_scope(struct fm_loader *l, const struct fm_node *root,
                               struct fm_signature *s)
{
    static const char *const names[] = {"entity", "source", "incident"};
    const struct fm_node *n = fm_node_member(root, FM_STR("scope"));
    if (!n)
        return FM_OK;
    for (unsigned i = 0; i < 3; i++)
        if (fm_str_eqc(n->text, names[i])) {
            s->scope = (enum fm_scope)i;
            return FM_OK;
        }
    return fm_load_fail(l, n, "\"scope\" is entity, source or incident");
}

static enum fm_code load_conditions(struct fm_loader *l, const struct fm_node *root,
                                    struct fm_signature *s)
{
    FM_TRY(fm_load_sightings(l, root, "reason", &s->reason));
    if (s->reason.n == 0)
        return fm_load_fail(l, root, "a signature needs at least one \"reason\"");
    FM_TRY(load_state(l, root, s));
    FM_TRY(fm_load_sightings(l, root, "unless", &s->unless));
    FM_TRY(fm_load_sightings(l, root, "absent", &s->absent));
    FM_TRY(fm_load_sightings(l, root, "resolved_by", &s->resolved_by));
    FM_TRY(fm_load_sightings(l, root, "also", &s->also));
    FM_TRY(load_scope(l, root, s));
    const struct fm_node *strength = fm_node_member(root, FM_STR("strength"));
    const struct fm_node *least = fm_node_member(root, FM_STR("at_least"));
    s->strength = strength ? strength->number : 0.85;
    s->at_least = least && least->number >= 1 ? (uint64_t)least->number : 1;
    if (!(s->strength >= 0.5 && s->strength <= 0.99))
        return fm_load_fail(l, strength, "\"strength\" is a number from 0.5 to 0.99");
    return FM_OK;
}

static enum fm_code load_entity(struct fm_loader *l, const struct fm_node *root,
                                struct fm_signature *s)
{
    fm_str kind = fm_node_str(root, "entity.kind");
    s->peer = text_of(l, root, "peer");
    s->is_peer_entity = fm_str_eqc(fm_node_str(root, "entity.from"), "peer");
    s->is_symptom = fm_str_eqc(fm_node_str(root, "symptom"), "true");
    for (unsigned i = 0; kind.len && i < FM_ENTITY_KIND_COUNT; i++)
        if (fm_str_eqc(kind, fm_entity_kind_name((enum fm_entity_kind)i))) {
            s->entity_kind = (enum fm_entity_kind)i;
            return FM_OK;
        }
    return kind.len ? fm_load_fail(l, root, "\"entity.kind\" is unknown") : FM_OK;
}

static enum fm_code load_actions(struct fm_loader *l, const struct fm_node *root,
                                 struct fm_signature *s)
{
    fm_node_each (fm_node_member(root, FM_STR("actions")), n) {
        struct fm_signature_action a = {.kind = FM_ACTION_KIND_COUNT};
        for (unsigned i = 0; i < FM_ACTION_KIND_COUNT; i++)
            if (fm_str_eqc(fm_node_str(n, "kind"), fm_action_kind_name((enum fm_action_kind)i)))
                a.kind = (enum fm_action_kind)i;
        if (a.kind == FM_ACTION_KIND_COUNT)
            return fm_load_fail(l, n,
                                "an action has \"kind\": mitigation, remediation or prevention");
        a.text = text_of(l, n, "text");
        a.command = text_of(l, n, "command");
        a.risk = text_of(l, n, "risk");
        fm_vec_push(&l->set->ctx->arena, &s->actions, a);
    }
    return FM_OK;
}

static void load_examples(struct fm_loader *l, const struct fm_node *list, bool is_positive,
                          struct fm_signature *s)
{
    struct fm_arena *a = &l->set->ctx->arena;
    fm_node_each (list, n)
        fm_vec_push(a, &s->examples, ((struct fm_example){fm_str_dup(a, n->text), is_positive}));
}

static enum fm_code load_signature(struct fm_loader *l, const struct fm_node *root,
                                   struct fm_signature **out)
{
    struct fm_arena *a = &l->set->ctx->arena;
    struct fm_signature *s = FM_NEW(a, struct fm_signature);
    FM_TRY(load_identity(l, root, s));
    FM_TRY(load_conditions(l, root, s));
    FM_TRY(load_entity(l, root, s));
    FM_TRY(load_actions(l, root, s));
    s->statement = text_of(l, root, "statement");
    s->mechanism = text_of(l, root, "mechanism");
    s->location = text_of(l, root, "location");
    s->settle_ask = text_of(l, root, "settle.ask");
    s->settle_command = text_of(l, root, "settle.command");
    fm_node_each (fm_node_member(root, FM_STR("references")), r)
        fm_vec_push(a, &s->references, fm_str_dup(a, r->text));
    load_examples(l, fm_node_at(root, "examples.positive"), true, s);
    load_examples(l, fm_node_at(root, "examples.negative"), false, s);
    *out = s;
    return FM_OK;
}

static enum fm_code add_signature(struct fm_loader *l, const struct fm_node *root)
{
    struct fm_signature *s;
    if (root->kind != FM_NODE_MAP)
        return fm_load_fail(l, root, "a signature is a mapping");
    FM_TRY(load_signature(l, root, &s));
    struct fm_map_entry *e = fm_map_put(&l->set->ids, s->id);
    if (e->value)
        return fm_fail(l->set->ctx, FM_ECONFLICT,
                       "%.*s: signature \"%.*s\" is there already, from %.*s", FM_STR_ARG(l->file),
                       FM_STR_ARG(s->id),
                       FM_STR_ARG(((const struct fm_signature *)e->value)->file));
    e->value = s;
    fm_vec_push(&l->set->ctx->arena, &l->set->items, s);
    return FM_OK;
}

enum fm_code fm_signatures_add(struct fm_signature_set *set, fm_str name, fm_str yaml)
{
    struct fm_loader l = {.set = set, .file = name, .yaml = yaml};
    struct fm_node *docs;
    fm_str problem = FM_STR_NULL;
    if (yaml.len > FILE_MAX)
        return fm_fail(set->ctx, FM_ELIMIT, "%.*s has %zu bytes; at most %u are read",
                       FM_STR_ARG(name), yaml.len, FILE_MAX);
    FM_TRY(fm_document_yaml(set->ctx, yaml, &docs, &problem));
    if (problem.len)
        return fm_fail(set->ctx, FM_EINVAL, "%.*s: %.*s", FM_STR_ARG(name), FM_STR_ARG(problem));
    fm_node_each (docs, root)
        if (root->kind != FM_NODE_NULL)
            FM_TRY(add_signature(&l, root));
    return FM_OK;
}

void fm_signatures_list(const struct fm_signature_set *set, struct fm_signature_infos *out)
{
    fm_vec_each (&set->items, it) {
        struct fm_signature_info info = {(*it)->id, (*it)->title, (*it)->fault, (*it)->strength, 0,
                                         0};
        fm_vec_each (&(*it)->examples, e)
            *(e->is_positive ? &info.n_positive : &info.n_negative) += 1;
        fm_vec_push(&set->ctx->arena, out, info);
    }
}
