/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faultmaven/base/hash.h"

#define KEY_FILE_MAX 256

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_hex(fm_str s, uint8_t out[FM_KEY_BYTES])
{
    if (s.len != 2 * FM_KEY_BYTES)
        return false;
    for (size_t i = 0; i < FM_KEY_BYTES; i++) {
        int hi = hex_value(s.p[2 * i]), lo = hex_value(s.p[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* 32 bytes are 43 characters and one "=". */
static bool parse_base64(fm_str s, uint8_t out[FM_KEY_BYTES])
{
    if (s.len != 44 || s.p[43] != '=')
        return false;
    unsigned bits = 0, n_bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < 43; i++) {
        int v = base64_value(s.p[i]);
        if (v < 0)
            return false;
        bits = bits << 6 | (unsigned)v;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        n_bits -= 8;
        out[n++] = (uint8_t)(bits >> n_bits);
    }
    return n == FM_KEY_BYTES;
}

enum fm_code fm_key_parse(struct fm_ctx *ctx, fm_str text, uint8_t out[FM_KEY_BYTES])
{
    fm_str s = fm_str_trim(text);
    uint8_t key[FM_KEY_BYTES];
    if (!parse_hex(s, key) && !parse_base64(s, key))
        return fm_fail(
            ctx, FM_EINVAL,
            "a key is 64 hex digits or 44 base64 characters (32 bytes); this has %zu characters",
            s.len);
    memcpy(out, key, sizeof key);
    fm_wipe(key, sizeof key);
    return FM_OK;
}

static enum fm_code check_file(struct fm_ctx *ctx, const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fm_fail(ctx, FM_EFORBIDDEN, "%s: a key file must be a regular file", path);
    if (st.st_uid != geteuid())
        return fm_fail(ctx, FM_EFORBIDDEN, "%s: the key file belongs to another user; chown it",
                       path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return fm_fail(ctx, FM_EFORBIDDEN,
                       "%s: the key file may be read by others (mode %03o); run chmod 600", path,
                       (unsigned)(st.st_mode & 0777));
    return FM_OK;
}

enum fm_code fm_key_load(struct fm_ctx *ctx, const char *path, uint8_t out[FM_KEY_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fm_fail(ctx, errno == ENOENT ? FM_ENOTFOUND : FM_EIO, "%s: %s", path,
                       strerror(errno));
    enum fm_code code = check_file(ctx, path, fd);
    char text[KEY_FILE_MAX];
    ssize_t n = code == FM_OK ? read(fd, text, sizeof text) : 0;
    close(fd);
    if (code != FM_OK)
        return code;
    if (n < 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    code = fm_key_parse(ctx, fm_str_n(text, (size_t)n), out);
    fm_wipe(text, sizeof text);
    return code;
}

enum fm_code fm_key_create(struct fm_ctx *ctx, const char *path)
{
    uint8_t key[FM_KEY_BYTES];
    char text[2 * FM_KEY_BYTES + 2];
    FM_TRY(fm_random(ctx, key, sizeof key));
    fm_hex(key, sizeof key, text);
    fm_wipe(key, sizeof key);
    memcpy(text + 2 * FM_KEY_BYTES, "\n", 2);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fm_fail(ctx, errno == EEXIST ? FM_ECONFLICT : FM_EIO, "%s: %s", path,
                       strerror(errno));
    ssize_t n = write(fd, text, 2 * FM_KEY_BYTES + 1);
    bool ok = n == 2 * FM_KEY_BYTES + 1 && fsync(fd) == 0;
    fm_wipe(text, sizeof text);
    if (close(fd) != 0 || !ok) {
        unlink(path);
        return fm_fail(ctx, FM_EIO, "%s: the key was not written: %s", path, strerror(errno));
    }
    return FM_OK;
}
