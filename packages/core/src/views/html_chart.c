/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "views/html.h"

#define WIDTH 460.0
#define HEIGHT 150.0
#define LEFT 46.0
#define RIGHT 8.0
#define TOP 10.0
#define BOTTOM 22.0

struct scale {
    double t0, t1, max;
};

static double x_of(const struct scale *s, fm_time t)
{
    return LEFT + ((double)t - s->t0) / (s->t1 - s->t0) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *s, double v)
{
    return HEIGHT - BOTTOM - v / s->max * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten, not below v. */
static double round_up(double v)
{
    double power = pow(10, floor(log10(v)));
    double m = v / power;
    return (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10) * power;
}

static struct scale scale_of(const struct fm_chart *c)
{
    struct scale s = {(double)c->points.items[0].at, (double)c->points.items[c->points.n - 1].at,
                      c->has_usual ? c->usual : 0};
    fm_vec_each (&c->points, p)
        if (isfinite(p->value) && p->value > s.max)
            s.max = p->value;
    s.max = s.max > 0 ? round_up(s.max) : 1;
    if (s.t1 <= s.t0)
        s.t1 = s.t0 + 1;
    return s;
}

static void put_value(struct fm_buf *out, double v)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P"};
    unsigned u = 0;
    while (v >= 1000 && u < 5) {
        v /= 1000;
        u++;
    }
    fm_buf_addf(out, "%.3g%s", v, units[u]);
}

static void put_axes(struct fm_buf *out, const struct fm_chart *c, const struct scale *s)
{
    char first[FM_TIME_TEXT_MAX], last[FM_TIME_TEXT_MAX];
    fm_time_format(c->points.items[0].at, first);
    fm_time_format(c->points.items[c->points.n - 1].at, last);
    fm_buf_addf(out, "<line class=\"axis\" x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\"/>", LEFT,
                WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM);
    fm_buf_addf(out, "<line class=\"axis\" x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\"/>", LEFT,
                WIDTH - RIGHT, TOP, TOP);
    fm_buf_addf(out, "<text x=\"%g\" y=\"%g\" text-anchor=\"end\">", LEFT - 5, TOP + 9);
    put_value(out, s->max);
    fm_buf_addf(out, "</text><text x=\"%g\" y=\"%g\" text-anchor=\"end\">0</text>", LEFT - 5,
                HEIGHT - BOTTOM);
    fm_buf_addf(out, "<text x=\"%g\" y=\"%g\">%.8s</text>", LEFT, HEIGHT - 6, first + 11);
    fm_buf_addf(out, "<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%.8s</text>", WIDTH - RIGHT,
                HEIGHT - 6, last + 11);
}

/* A gap in the values breaks the line. */
static void put_line(struct fm_buf *out, const struct fm_chart *c, const struct scale *s)
{
    bool is_open = false;
    fm_buf_addz(out, "<path class=\"plot\" d=\"");
    fm_vec_each (&c->points, p) {
        if (!isfinite(p->value)) {
            is_open = false;
            continue;
        }
        fm_buf_addf(out, "%s%.1f %.1f", is_open ? "L" : "M", x_of(s, p->at),
                    y_of(s, p->value < 0 ? 0 : p->value));
        is_open = true;
    }
    fm_buf_addz(out, "\"/>");
}

/* What was usual before, so that a course that begins with the incident can be judged. */
static void put_usual(struct fm_buf *out, const struct fm_chart *c, const struct scale *s)
{
    if (!c->has_usual || c->usual < 0)
        return;
    double y = y_of(s, c->usual);
    fm_buf_addf(out, "<line class=\"usual\" x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT,
                WIDTH - RIGHT, y, y);
}

void html_chart(struct fm_buf *out, const struct fm_chart *c, fm_time onset)
{
    if (c->points.n < 2)
        return;
    struct scale s = scale_of(c);
    fm_buf_addz(out, "<figure><figcaption>");
    fm_buf_add_html(out, c->title);
    if (c->unit.len) {
        fm_buf_addz(out, " (");
        fm_buf_add_html(out, c->unit);
        fm_buf_addz(out, ")");
    }
    if (c->has_usual) {
        fm_buf_addz(out, ", usual ");
        put_value(out, c->usual);
    }
    fm_buf_addf(out, "</figcaption><svg viewBox=\"0 0 %g %g\" role=\"img\">", WIDTH, HEIGHT);
    put_axes(out, c, &s);
    put_usual(out, c, &s);
    put_line(out, c, &s);
    if (onset != FM_TIME_NONE && (double)onset >= s.t0 && (double)onset <= s.t1)
        fm_buf_addf(out,
                    "<line class=\"onset\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%g\" "
                    "y2=\"%g\"><title>onset</title></line>",
                    x_of(&s, onset), x_of(&s, onset), TOP, HEIGHT - BOTTOM);
    fm_buf_addz(out, "</svg></figure>\n");
}
