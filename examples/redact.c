/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redacts standard input line by line.
 *     cc redact.c $(pkg-config --cflags --libs --static libfaultmaven-security) -o redact
 */
#include <stdio.h>

#include <faultmaven/security/crypto.h>
#include <faultmaven/security/redact.h>

int main(void)
{
    struct fm_ctx ctx;
    struct fm_redactor *redactor;
    uint8_t key[FM_CASE_KEY_BYTES];
    char line[4096];
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_random(&ctx, key, sizeof key) != FM_OK ||
        fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = FM_POLICY_STANDARD},
                        &redactor) != FM_OK)
        return fprintf(stderr, "%s\n", ctx.error), 1;
    struct fm_pseudonyms *map = fm_pseudonyms_new(key);
    while (fgets(line, sizeof line, stdin)) {
        struct fm_redacted out;
        if (fm_redact_text(redactor, &ctx, map, fm_str_c(line), &out) != FM_OK)
            return fprintf(stderr, "%s\n", ctx.error), 1;
        fwrite(out.text.p, 1, out.text.len, stdout);
        fm_arena_clear(&ctx.arena);
    }
    fm_pseudonyms_free(map);
    fm_redactor_free(redactor);
    fm_ctx_release(&ctx);
    return 0;
}
