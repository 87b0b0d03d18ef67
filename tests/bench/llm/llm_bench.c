/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llm-bench serve
 *     a provider that answers at once; prints its port
 * llm-bench relay URL
 *     copies bytes to the host of URL and back; prints its port
 * llm-bench load MODEL KIND RATE SECONDS URL [URL]
 *     open-loop load of 8 KB prompts (KIND: fresh, conversation); with two urls, what the second
 *     adds. The model is named to the second only by its own name for it, so both get MODEL
 * llm-bench streams MODEL N URL
 *     N streams held open at once
 */
#include "bench.h"

static double number(const char *text)
{
    double v = 0;
    if (!fm_str_f64(fm_str_c(text), &v) || v <= 0) {
        fprintf(stderr, "%s: not a number above 0\n", text);
        exit(2);
    }
    return v;
}

static int run_load(int argc, char **argv)
{
    struct load_plan p = {.model = argv[2],
                          .kind = strcmp(argv[3], "fresh") ? PROMPT_CONVERSATION : PROMPT_FRESH,
                          .rate = number(argv[4]),
                          .seconds = number(argv[5]),
                          .urls = {argv[6], argc > 7 ? argv[7] : NULL},
                          .key = getenv("BENCH_KEY")};
    return bench_load(&p);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "serve") == 0)
        return bench_serve();
    if (strcmp(mode, "relay") == 0 && argc > 2)
        return bench_relay(argv[2]);
    if (strcmp(mode, "load") == 0 && argc > 6)
        return run_load(argc, argv);
    if (strcmp(mode, "streams") == 0 && argc > 4)
        return bench_streams(argv[4], (size_t)number(argv[3]), argv[2]);
    fprintf(
        stderr,
        "usage: llm-bench serve | relay URL | load MODEL fresh|conversation RATE SECONDS URL [URL] "
        "| streams MODEL N URL\n");
    return 2;
}
