/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_value.h"

#include "faultmaven/base/time.h"

/* Without a trailing "B", "b" or "iB". */
static fm_str without_byte_sign(fm_str s)
{
    if (s.len == 0 || (s.p[s.len - 1] | 0x20) != 'b')
        return s;
    s.len--;
    if (s.len && s.p[s.len - 1] == 'i')
        s.len--;
    return s;
}

bool fm_size_parse(fm_str s, uint64_t *out)
{
    static const char units[] = "kmgt";
    s = without_byte_sign(s);
    const char *unit = s.len ? strchr(units, s.p[s.len - 1] | 0x20) : NULL;
    unsigned shift = unit && *unit ? 10 * ((unsigned)(unit - units) + 1) : 0;
    uint64_t n;
    if (!fm_str_u64(fm_str_sub(s, 0, s.len - (shift != 0)), &n) || n > UINT64_MAX >> shift)
        return false;
    *out = n << shift;
    return true;
}

bool opt_takes_value(const struct fm_opt *opt)
{
    return opt->type != FM_OPT_TYPE_FLAG && opt->type != FM_OPT_TYPE_HEADING &&
           opt->type != FM_OPT_TYPE_END;
}

const char *opt_placeholder(const struct fm_opt *opt, struct fm_buf *buf)
{
    if (opt->type != FM_OPT_TYPE_CHOICE)
        return opt->arg ? opt->arg : "VALUE";
    fm_buf_clear(buf);
    for (size_t i = 0; opt->choices[i]; i++)
        fm_buf_addf(buf, "%s%s", i ? "|" : "", opt->choices[i]);
    return buf->p ? buf->p : "";
}

static enum fm_code bad_value(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text,
                              const char *wants)
{
    return fm_fail(ctx, FM_EINVAL, "option '--%s': '%.100s' is not %s", opt->name, text, wants);
}

static enum fm_code bad_range(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text)
{
    return fm_fail(ctx, FM_EINVAL, "option '--%s': %.100s is not between %.15g and %.15g",
                   opt->name, text, opt->min, opt->max);
}

static enum fm_code set_int(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text,
                            int64_t *out)
{
    int64_t v;
    if (!fm_str_i64(fm_str_c(text), &v))
        return bad_value(ctx, opt, text, "a whole number");
    if ((double)v < opt->min || (double)v > opt->max)
        return bad_range(ctx, opt, text);
    *out = v;
    return FM_OK;
}

static enum fm_code set_real(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text,
                             double *out)
{
    double v;
    if (!fm_str_f64(fm_str_c(text), &v))
        return bad_value(ctx, opt, text, "a number");
    if (!(v >= opt->min && v <= opt->max))
        return bad_range(ctx, opt, text);
    *out = v;
    return FM_OK;
}

static enum fm_code set_choice(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text,
                               int *out)
{
    for (int i = 0; opt->choices[i]; i++)
        if (strcmp(opt->choices[i], text) == 0) {
            *out = i;
            return FM_OK;
        }
    struct fm_buf list;
    fm_buf_init(&list, 512);
    for (size_t i = 0; opt->choices[i]; i++)
        fm_buf_addf(&list, "%s%s", i ? ", " : "", opt->choices[i]);
    enum fm_code code = fm_fail(ctx, FM_EINVAL, "option '--%s': '%.100s' is not one of %s",
                                opt->name, text, list.p ? list.p : "");
    fm_buf_release(&list);
    return code;
}

static bool parse_time(const char *text, fm_time *out)
{
    char day[32];
    if (strlen(text) != 10)
        return fm_time_parse(fm_str_c(text), out);
    memcpy(day, text, 10);
    memcpy(day + 10, "T00:00:00Z", 11);
    return fm_time_parse(fm_str_c(day), out);
}

enum fm_code opt_set(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text, void *values)
{
    void *field = (char *)values + opt->offset;
    switch (opt->type) {
    case FM_OPT_TYPE_STR:
        *(const char **)field = text;
        return FM_OK;
    case FM_OPT_TYPE_LIST:
        fm_vec_push(&ctx->arena, (struct fm_opt_list *)field, text);
        return FM_OK;
    case FM_OPT_TYPE_INT:
        return set_int(ctx, opt, text, field);
    case FM_OPT_TYPE_REAL:
        return set_real(ctx, opt, text, field);
    case FM_OPT_TYPE_SIZE:
        return fm_size_parse(fm_str_c(text), field)
                   ? FM_OK
                   : bad_value(ctx, opt, text, "a size such as 64M");
    case FM_OPT_TYPE_DURATION:
        return fm_duration_parse(fm_str_c(text), field)
                   ? FM_OK
                   : bad_value(ctx, opt, text, "a duration such as 15m");
    case FM_OPT_TYPE_TIME:
        return parse_time(text, field)
                   ? FM_OK
                   : bad_value(ctx, opt, text, "a time such as 2025-07-01T12:00:00Z");
    case FM_OPT_TYPE_CHOICE:
        return set_choice(ctx, opt, text, field);
    case FM_OPT_TYPE_END:
    case FM_OPT_TYPE_HEADING:
    case FM_OPT_TYPE_FLAG:
        break;
    }
    FM_BUG("option --%s has no value", opt->name ? opt->name : "?");
}

void opt_set_flag(const struct fm_opt *opt, bool is_on, void *values)
{
    *(bool *)((char *)values + opt->offset) = is_on;
}
