/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "intake/encoding.h"

#define BYTES(literal) fm_str_n(literal, sizeof(literal) - 1)

TEST(the_encoding_shows_in_the_bytes)
{
    static const struct {
        fm_str bytes;
        enum encoding want;
    } cases[] = {
        {{"", 0}, ENCODING_UTF8},
        {{"plain text\n", 11}, ENCODING_UTF8},
        {{"caf\xC3\xA9\n", 6}, ENCODING_UTF8},
        {{"\xEF\xBB\xBFtext", 7}, ENCODING_UTF8},
        {{"caf\xC3\xA9 then \xFF damaged", 18}, ENCODING_DAMAGED_UTF8},
        {{"caf\xE9 ferm\xE9\n", 11}, ENCODING_WINDOWS_1252},
        {{"\xFF\xFE"
          "a\0b\0",
          6},
         ENCODING_UTF16LE},
        {{"\xFE\xFF\0a\0b", 6}, ENCODING_UTF16BE},
        {{"e\0r\0r\0o\0r\0 \0h\0e\0r\0e\0\n\0", 22}, ENCODING_UTF16LE},
        {{"\0e\0r\0r\0o\0r\0 \0h\0e\0r\0e\0\n", 22}, ENCODING_UTF16BE},
        {{"\x01\x02\x03\xFF\xFE\x80\x81\x05\x06\x07\x0E\x0F", 12}, ENCODING_BINARY},
        {{"text with one \0 in it, no more", 30}, ENCODING_UTF8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum encoding got = encoding_detect(cases[i].bytes);
        if (got != cases[i].want)
            print_error("case %zu: %s\n", i, encoding_name(got));
        assert_int_equal(got, cases[i].want);
    }
}

TEST(a_late_latin1_byte_is_found)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    while (b.len < 200000)
        fm_buf_addz(&b, "only ascii for a long time\n");
    fm_buf_addz(&b, "Z\xFCrich\n");
    assert_int_equal(encoding_detect(fm_buf_str(&b)), ENCODING_WINDOWS_1252);
    fm_buf_release(&b);
}

static void assert_converts(enum encoding e, fm_str bytes, const char *want)
{
    struct fm_buf out;
    fm_buf_init(&out, bytes.len * 3 + 4);
    encoding_convert(e, bytes, &out);
    assert_false(out.overflow);
    assert_str(fm_buf_str(&out), want);
    fm_buf_release(&out);
}

TEST(conversion)
{
    assert_converts(ENCODING_UTF16LE,
                    BYTES("\xFF\xFE"
                          "a\0\xE9\0\xAC\x20"),
                    "a\xC3\xA9\xE2\x82\xAC");
    assert_converts(ENCODING_UTF16BE, BYTES("\xFE\xFF\0a\x20\xAC"), "a\xE2\x82\xAC");
    assert_converts(ENCODING_UTF16LE, BYTES("\x3D\xD8\x00\xDE"), "\xF0\x9F\x98\x80");
    assert_converts(ENCODING_UTF16LE, BYTES("\x3D\xD8x\0"), "\xEF\xBF\xBDx");
    assert_converts(ENCODING_UTF16LE, BYTES("\x00\xDE"), "\xEF\xBF\xBD");
    assert_converts(ENCODING_UTF16LE, BYTES("a\0b"), "a\xEF\xBF\xBD");
    assert_converts(ENCODING_WINDOWS_1252, BYTES("\x80 caf\xE9 \x93q\x94"),
                    "\xE2\x82\xAC caf\xC3\xA9 \xE2\x80\x9Cq\xE2\x80\x9D");
}

TEST(every_byte_pair_converts_to_utf8_within_the_stated_size)
{
    char bytes[2];
    for (unsigned i = 0; i < 65536; i++) {
        struct fm_buf out;
        bytes[0] = (char)(i & 255);
        bytes[1] = (char)(i >> 8);
        for (enum encoding e = ENCODING_UTF16LE; e <= ENCODING_WINDOWS_1252; e++) {
            fm_buf_init(&out, sizeof bytes * 3 + 4);
            encoding_convert(e, fm_str_n(bytes, 2), &out);
            assert_true(!out.overflow && fm_str_is_utf8(fm_buf_str(&out)));
            fm_buf_release(&out);
        }
    }
}
