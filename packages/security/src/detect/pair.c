/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key = value where the name of the key means a secret. Strong names (password, secret, …) take any
 * value that is no placeholder; weak names (token, key, …) take values that look random. Names are
 * judged once and remembered.
 */
#include "scan/state.h"

#include "detect/later_checks.h"
#include "detect/value.h"
#include "faultmaven/base/hash.h"

enum strength { NAME_NONE, NAME_WEAK, NAME_STRONG, NAME_SESSION, NAME_ID };

#define NAME_MAX_LEN 96

static bool name_has(const char *name, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(name, parts[i]))
            return true;
    return false;
}

#define HAS(name, list) name_has((name), (list), sizeof(list) / sizeof *(list))

/* What a name ends in says what the value is: the length of a secret is none. */
static bool ends_harmlessly(const char *n)
{
    static const char *const ends[] = {
        "length",  "len",          "size",          "url",       "uri",     "host",      "endpoint",
        "path",    "file",         "filename",      "type",      "count",   "ttl",       "expiry",
        "expires", "expiresin",    "timeout",       "policy",    "version", "algorithm", "provider",
        "name",    "credentialid", "credentialsid", "secretsid", "keyid",   "tokenid",   "age",
        "limit",   "enabled",      "required",      "getkey",    "label",   "hint",      "field",
        "prefix",  "source"};
    size_t len = strlen(n);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t k = strlen(ends[i]);
        if (len >= k && strcmp(n + len - k, ends[i]) == 0)
            return true;
    }
    return false;
}

/* Names that hold such a part but carry no secret: sizes, types, references, public halves. */
static const char *const harmless_parts[] = {
    "public",
    "keyword",
    "keyname",
    "keyid",
    "keysize",
    "keypath",
    "keyvault",
    "keytype",
    "keylen",
    "keycode",
    "keyspace",
    "keystore",
    "keyring",
    "tokencount",
    "tokentype",
    "tokenexp",
    "tokenurl",
    "tokenlimit",
    "tokens",
    "tokenizer",
    "tokenendpoint",
    "tokenname",
    "tokenuri",
    "tokenid",
    "tokenlen",
    "primarykey",
    "foreignkey",
    "sortkey",
    "partitionkey",
    "cachekey",
    "routingkey",
    "rowkey",
    "monkey",
    "compass",
    "csrf",
    "xsrf",
    "credentialsid",
    "author",
    "passthrough",
    "passive",
    "bypass",
    "passed",
    "passes",
    "passing",
    "passenger",
    "passport",
    "secretname",
    "secretref",
    "secretid",
    "secretkeyref",
    "passwordfile",
    "secretarn",
    "passwordpolicy",
    "passwordhash",
    "passwordlength",
    "passwordreset",
    "keyfile",
    "tokenfile",
    "secretversion",
    "keyusage",
    "keyalg",
    "keyboard",
    "keying",
    "hotkey",
    "keypress",
    "objectkey",
    "dedupkey",
    "groupkey",
    "idempotencykey",
    "keyerror",
    "authorizationurl",
    "authurl",
    "authtype",
    "authmethod",
    "authmode",
    "turkey",
    "donkey",
    "jockey",
    "hockey",
    "whiskey",
    "keyframe",
    "keyevent",
    "apikeyid",
    "passwordfield",
    "compassword",
    "maxtoken",
    "nexttoken",
    "pagetoken",
    "continuationtoken",
    "secretstore",
    "secretmanager",
    "secretscan",
};

static bool is_harmless_name(const char *n)
{
    return HAS(n, harmless_parts) || ends_harmlessly(n);
}

static enum strength judge_name(const char *flat)
{
    static const char *const strong[] = {"passwor", "passwd", "passphrase", "passcode", "passwrd",
                                         "pwd",     "secret", "privatekey", "mypass",   "sshpass"};
    static const char *const weak[] = {
        "token",         "apikey",     "accesskey", "authkey",    "signingkey", "credential",
        "encryptionkey", "masterkey",  "authpass",  "clientkey",  "licensekey", "sharedkey",
        "accountkey",    "storagekey", "serverkey", "servicekey", "userauth",   "sonarlogin",
        "appkey",        "hmackey",    "webhookkey"};
    static const char *const session[] = {"sessionid", "jsessionid",   "phpsessid",
                                          "sessid",    "sessiontoken", "sessioncookie"};
    size_t n = strlen(flat);
    if (is_harmless_name(flat))
        return NAME_NONE;
    if (HAS(flat, strong))
        return NAME_STRONG;
    if (n >= 4 && (strcmp(flat + n - 4, "pass") == 0 || strcmp(flat + n - 2, "pw") == 0))
        return NAME_STRONG;
    if (HAS(flat, session))
        return NAME_SESSION;
    return HAS(flat, weak) ? NAME_WEAK : NAME_NONE;
}

/* Lower case without "_", "-", "."; the part separators are judged beforehand where they matter. */
static size_t flatten(fm_str name, char out[NAME_MAX_LEN + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < name.len && n < NAME_MAX_LEN; i++)
        if (name.p[i] != '_' && name.p[i] != '-' && name.p[i] != '.' && name.p[i] != ' ')
            out[n++] = (char)fm_lower((unsigned char)name.p[i]);
    out[n] = 0;
    return n;
}

static bool has_part(fm_str name, const char *part)
{
    fm_str p = fm_str_c(part);
    for (ptrdiff_t at = 0; (at = fm_str_ifind(name, p, (size_t)at)) >= 0; at++) {
        size_t e = (size_t)at + p.len;
        bool is_left = at == 0 || !fm_is((unsigned char)name.p[at - 1], C_LOWER | C_UPPER) ||
                       (fm_is((unsigned char)name.p[at], C_UPPER) &&
                        fm_is((unsigned char)name.p[at - 1], C_LOWER));
        bool is_right = e == name.len || !fm_is((unsigned char)name.p[e], C_LOWER);
        if (is_left && is_right)
            return true;
    }
    return false;
}

static bool ends_in_part(fm_str flat, fm_str name, const char *part)
{
    return fm_str_ends(flat, fm_str_c(part)) && has_part(name, part);
}

static enum strength judge(fm_str name)
{
    char flat[NAME_MAX_LEN + 1];
    size_t n = flatten(name, flat);
    enum strength s = judge_name(flat);
    if (s != NAME_NONE || is_harmless_name(flat))
        return s;
    if (has_part(name, "pass") || has_part(name, "pw"))
        return NAME_STRONG;
    fm_str f = fm_str_n(flat, n);
    if ((n > 3 && ends_in_part(f, name, "key")) || ends_in_part(f, name, "auth"))
        return NAME_WEAK;
    return fm_str_ends(f, FM_STR("id")) ? NAME_ID : NAME_NONE;
}

static enum strength judge_cached(struct fm_line *l, fm_str name)
{
    uint64_t h = fm_hash64(name) | 1;
    struct fm_name_slot *slot = &l->scan->names[h >> 20 & (FM_NAME_CACHE - 1)];
    if (slot->hash != h)
        *slot = (struct fm_name_slot){.hash = h, .strength = (uint8_t)judge(name)};
    return (enum strength)slot->strength;
}

/* The name reaches left over - and . to the first word of the chain, at most three parts. */
static fm_str key_name(const struct fm_line *l, uint32_t w)
{
    uint32_t first = w;
    for (unsigned k = 0; k < 4 && first && !l->words[first].is_first; k++)
        first--;
    return fm_line_str(l, l->words[first].start, l->words[w].end);
}

static enum fm_sensitive kind_of(enum strength s, fm_str name)
{
    if (fm_str_ihas(name, FM_STR("pass")) || fm_str_ihas(name, FM_STR("pwd")) ||
        fm_str_ihas(name, FM_STR("pw")))
        return FM_SENSITIVE_PASSWORD;
    if (fm_str_ihas(name, FM_STR("token")) || s == NAME_SESSION)
        return FM_SENSITIVE_TOKEN;
    return fm_str_ihas(name, FM_STR("key")) ? FM_SENSITIVE_API_KEY : FM_SENSITIVE_SECRET;
}

static bool may_be_key(const struct fm_line *l, const struct fm_word *x)
{
    return x->end - x->start >= 2 && !(x->cls & W_HIGH) && !fm_is_digit(fm_at(l, x->start));
}

static enum strength strength_of(struct fm_line *l, uint32_t w, fm_str *name)
{
    *name = key_name(l, w);
    return name->len > NAME_MAX_LEN ? NAME_NONE : judge_cached(l, *name);
}

enum fm_pair_kind fm_pair_kind(struct fm_line *l, uint32_t w)
{
    fm_str name;
    if (!may_be_key(l, &l->words[w]))
        return FM_PAIR_NONE;
    enum strength s = strength_of(l, w, &name);
    if (s == NAME_ID)
        return fm_wants(l, FM_SENSITIVE_ID) ? FM_PAIR_ID : FM_PAIR_NONE;
    return s == NAME_NONE ? FM_PAIR_NONE : FM_PAIR_SECRET;
}

void fm_detect_pair(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    struct fm_value v;
    fm_str name;
    enum strength s = strength_of(l, w, &name);
    if (x->end < l->kv_end)
        return;
    bool is_option = name.p - l->p >= 2 && name.p[-1] == '-' && name.p[-2] == '-';
    if (!fm_value_read(l, x->end, is_option, &v) && !fm_value_before(l, x->start, &v))
        return;
    if (!fm_value_is_secret(l, &v, s == NAME_STRONG))
        return;
    l->kv_end = v.end;
    fm_line_propose(
        l, 1,
        (struct fm_cand){
            .start = v.start, .end = v.end, .type = (uint8_t)kind_of(s, name), .rule = R_KV});
}
