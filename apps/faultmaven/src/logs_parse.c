/* SPDX-License-Identifier: Apache-2.0 */
#include "logs_parse.h"

#include "faultmaven/base/json.h"

#define OUT_BYTES (256u << 10)
#define RECORD_MAX (64u << 20)

struct parse {
    struct fm_cli *cli;
    struct fm_ctx work; /* memory of one record */
    struct fm_buf out;
    enum fm_code code;
};

static void add_text(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key, fm_str s)
{
    if (s.len)
        fm_json_add_str(d, obj, key, s);
}

static void add_time(struct fm_arena *a, yyjson_mut_doc *d, yyjson_mut_val *obj,
                     const struct fm_logs_line *line)
{
    if (line->t == FM_TIME_NONE)
        return;
    fm_json_add_str(d, obj, "timestamp", fm_time_str(a, line->t));
}

static void add_fields(struct fm_arena *a, yyjson_mut_doc *d, yyjson_mut_val *obj,
                       const struct fm_logs_line *line)
{
    yyjson_mut_val *fields = yyjson_mut_obj_add_obj(d, obj, "fields");
    for (size_t i = 0; i < line->n_fields; i++) {
        const char *name = fm_str_dup(a, line->fields[i].name).p;
        if (!yyjson_mut_obj_get(fields, name))
            fm_json_add_str(d, fields, name, line->fields[i].value);
    }
}

static bool print_record(void *arg, const struct fm_logs_line *line)
{
    struct parse *p = arg;
    struct fm_arena *a = &p->work.arena;
    fm_arena_clear(a);
    yyjson_mut_doc *d = fm_json_new(a);
    yyjson_mut_val *obj = yyjson_mut_obj(d);
    yyjson_mut_obj_add_uint(d, obj, "line", line->place.line);
    add_time(a, d, obj, line);
    add_text(d, obj, "level", fm_str_c(fm_logs_level_name(line->level)));
    add_text(d, obj, "component", line->component);
    add_text(d, obj, "entity", line->entity);
    fm_json_add_str(d, obj, "message", line->message);
    add_text(d, obj, "trace", line->trace);
    add_fields(a, d, obj, line);
    p->code = fm_json_write(&p->work, d, obj, false, &p->out);
    fm_buf_addc(&p->out, '\n');
    if (p->code == FM_OK && p->out.len >= OUT_BYTES) {
        p->code = fm_cli_print(p->cli, fm_buf_str(&p->out)) ? FM_OK : p->cli->ctx.code;
        fm_buf_clear(&p->out);
    }
    return p->code == FM_OK;
}

enum fm_code fm_logs_parse(struct fm_cli *cli, fm_str text, const struct fm_logs_options *opt)
{
    struct parse p = {.cli = cli};
    fm_ctx_init(&p.work, cli->ctx.clock);
    fm_buf_init(&p.out, RECORD_MAX);
    enum fm_code code = fm_logs_each(&cli->ctx, text, opt, print_record, &p);
    if (code == FM_OK && p.code != FM_OK)
        code = fm_fail(&cli->ctx, p.code, "%s", p.work.error);
    if (code == FM_OK && !fm_cli_print(cli, fm_buf_str(&p.out)))
        code = cli->ctx.code;
    fm_buf_release(&p.out);
    fm_ctx_release(&p.work);
    return code;
}
