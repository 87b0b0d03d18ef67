/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the estimated tokens of each file named; token_estimate.py compares them with real ones.
 */
#include <stdio.h>

#include "faultmaven/llm/router.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static char text[1 << 24];
        FILE *f = fopen(argv[i], "rb");
        if (!f) {
            perror(argv[i]);
            return 1;
        }
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        printf("%lld\n", (long long)fm_llm_tokens(fm_str_n(text, n)));
    }
    return 0;
}
