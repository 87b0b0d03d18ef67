/* SPDX-License-Identifier: Apache-2.0 */
/* Random text with things to find, from a seed: the same on every machine. */
#ifndef FM_SECURITY_TESTS_SAMPLE_H
#define FM_SECURITY_TESTS_SAMPLE_H

#include "faultmaven/base/buf.h"

static uint64_t sample_state;

static inline uint32_t sample_next(uint32_t n)
{
    sample_state = sample_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(sample_state >> 33) % n;
}

static const char *const sample_pieces[] = {
    "user=jane",
    " from 203.0.113.9:443 ",
    "password=hunter2x ",
    "mail joe@example.org, ",
    "\n",
    ("/home"
     "/jane/a.txt "),
    "AKIAQWERTYUIOPASDFGH ",
    "Müller ",
    "https://u:pa55@h.example.com/x?token=abcd1234efgh5678 ",
    "52:54:00:12:ab:cd",
    " 2001:db8::1 ",
    "<EMAIL_1>",
    " <IP_12> ",
    "EMAIL_3",
    "ß€😀",
    "\xff\xfe",
    " ",
    ":",
    "=",
    "\"",
    "'",
    "<",
    ">",
    "\\",
    "/",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----END RSA PRIVATE KEY-----\n",
    "word\n",
    "4111 1111 1111 1111",
    " my name is Ada Lovelace ",
    "1",
    "7",
    "a",
    "Z",
    "_",
    "-",
    ".",
    "@",
    "123e4567-e89b-12d3-a456-426614174000",
    "\r\n",
    "\t",
    "token: \"",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "session opened for user bob by (uid=0)",
    "Authorization: Bearer abcDEF1234567890",
    "Cookie: a=b12345678; c=d",
};

/* About n pieces. */
static inline void sample_text(struct fm_buf *b, uint64_t seed, uint32_t n)
{
    sample_state = seed * 2654435761u + 12345;
    fm_buf_clear(b);
    for (uint32_t i = 0; i < n; i++)
        fm_buf_addz(b, sample_pieces[sample_next(sizeof sample_pieces / sizeof *sample_pieces)]);
}

#endif
