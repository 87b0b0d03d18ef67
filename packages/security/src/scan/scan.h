/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line under the scanner.
 *
 * The first step looks at the mask of the line (mask.h), or recalls what it said before (shapes.h):
 * lex.c cuts it into words (runs of letters, digits, "_" and bytes over 0x7f) with the help of bit
 * maps and looks each up in the lexicon; visit.c starts the detectors that a word or its neighbour
 * calls for; line.c runs those whose context words occur. The second step (later.h) runs the
 * detectors that look at the values of digits. All of them only propose candidates; resolve.c
 * picks. A detector looks a bounded distance around its trigger, or consumes what it read, so that
 * time stays linear.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_SCAN_H
#define FAULTMAVEN_SECURITY_SCAN_SCAN_H

#include "faultmaven/security/redact.h"
#include "scan/chars.h"
#include "scan/lexicon.h"

/* Distance that context may reach, in bytes. */
#define FM_CONTEXT_MAX 64

/* What a word is made of. */
enum {
    W_DIGIT = 1,
    W_LOWER = 2,
    W_UPPER = 4,
    W_UNDER = 8,
    W_HIGH = 16,   /* a byte over 0x7f */
    W_NONHEX = 32, /* a letter beyond f */
};
#define W_ALPHA (W_LOWER | W_UPPER)

struct fm_word {
    uint32_t start;
    uint32_t end;
    uint16_t cls;
    uint16_t is_first; /* no word before it in this dotted or dashed chain */
    uint32_t
        hash; /* fm_rule_hash of its first three bytes without case; 0 when the line ends before */
    uint64_t kw; /* lexicon flags */
};

/* A proposal. Lower priority wins; then the longer, then the earlier. */
struct fm_cand {
    uint32_t start;
    uint32_t end;
    uint8_t prio;
    uint8_t type;
    uint16_t rule;
};

struct fm_line {
    const char *p; /* the mask in the first step, the bytes themselves in the second */
    uint32_t n;
    const struct fm_redactor *r;
    struct fm_redact_scan *scan;
    const struct fm_word *words;
    uint32_t n_words;
    uint64_t kw_any;  /* flags of all words */
    uint32_t n_plain; /* words of lower-case letters only */
    uint32_t n_names; /* words behind the first that start with a capital and go on in lower case */
    uint16_t cls_any; /* classes of all words */
    uint32_t url_end; /* end of the last URL found; later triggers inside it are cheaper to skip */
    uint32_t path_end;    /* end of the last path read; paths are visited from left to right */
    uint32_t ip_end;      /* end of the last IPv4 address found */
    uint32_t kv_end;      /* end of the last key=value secret */
    uint64_t contexts[4]; /* rules without prefix whose context word occurs in the line */
    bool has_context;
    uint64_t want; /* bit per type that the policy looks for */
    bool is_strict;
};

/* Built-in detectors. X(symbol, id, why) */
#define FM_DETECTORS(X)                                                                            \
    X(R_PLACEHOLDER, "placeholder", "a placeholder of an earlier redaction, left alone")           \
    X(R_SLOT, "template-slot", "other lines of the same template hold this type here")             \
    X(R_ALLOW, "allow-list", "on an allow-list")                                                   \
    X(R_PEM_KEY, "pem-private-key", "inside a PEM private key block (RFC 7468)")                   \
    X(R_PEM_CERT, "pem-certificate", "inside a PEM certificate block (RFC 7468)")                  \
    X(R_KV, "named-secret", "value of a key whose name means a secret")                            \
    X(R_AUTH, "authorization-header",                                                              \
      "credentials of an HTTP Authorization scheme (RFC 9110, RFC 6750, RFC 7617)")                \
    X(R_COOKIE, "cookie", "value of a Cookie or Set-Cookie header (RFC 6265)")                     \
    X(R_CURL, "command-line-credentials", "user:password argument of a command")                   \
    X(R_USERINFO, "url-userinfo", "user information in front of the host of a URL (RFC 3986)")     \
    X(R_JWT, "jwt", "JSON Web Token: base64url of a JSON header (RFC 7519)")                       \
    X(R_EMAIL, "email", "address with a domain (RFC 5322)")                                        \
    X(R_URL, "url", "scheme and authority (RFC 3986)")                                             \
    X(R_IPV4, "ipv4", "four octets")                                                               \
    X(R_IPV6, "ipv6", "IPv6 address (RFC 4291)")                                                   \
    X(R_MAC, "mac", "hardware address (IEEE 802, EUI-48 and longer)")                              \
    X(R_FQDN, "fqdn", "name under a known top-level domain or an internal suffix")                 \
    X(R_HOST_PORT, "host-port", "name with a port")                                                \
    X(R_HOST_CTX, "host-context", "a word such as host or server names it")                        \
    X(R_PORT, "port", "number behind the word port or behind an address")                          \
    X(R_PATH, "path", "file or request path")                                                      \
    X(R_HOME, "home-directory", "user name in a home directory")                                   \
    X(R_UUID, "uuid", "UUID (RFC 9562)")                                                           \
    X(R_HEX, "hex", "16 or more hexadecimal digits")                                               \
    X(R_ID_KEY, "id-key", "value of a key that names an identifier")                               \
    X(R_ID_CTX, "id-context", "a word such as block, session or container names it")               \
    X(R_WORD_NUMBER, "word-number", "name_number identifier")                                      \
    X(R_USER_KEY, "user-key", "value of a key that names a user")                                  \
    X(R_USER_CTX, "user-context", "the sentence names a user")                                     \
    X(R_ACCESS_USER, "access-log-user", "third field of the common log format")                    \
    X(R_CONFIG, "config", "size, version or count of a configuration")                             \
    X(R_CARD, "credit-card", "issuer prefix, length and Luhn check (ISO/IEC 7812)")                \
    X(R_IBAN, "iban", "country, length and mod 97 check (ISO 13616)")                              \
    X(R_SSN, "us-ssn", "US social security number, form ddd-dd-dddd")                              \
    X(R_NATIONAL, "national-id", "national identifier with valid check digits")                    \
    X(R_LICENSE, "driver-license", "number behind the words driver's licence")                     \
    X(R_PHONE, "phone", "telephone number by form or context (E.164)")                             \
    X(R_BIRTH, "birth-date", "date behind born, birthday or DOB")                                  \
    X(R_AGE, "age", "number in front of years old")                                                \
    X(R_GPS, "gps", "latitude and longitude")                                                      \
    X(R_PERSON, "person", "name by title, cue or name list")                                       \
    X(R_PERSON_AGAIN, "person-again", "part of a name found in the same text")                     \
    X(R_ADDRESS, "address", "number, street words, and a unit, state, country or code")            \
    X(R_PLACE, "place", "country list or a word of place before it")                               \
    X(R_ORG, "organization", "company suffix or context")                                          \
    X(R_NRP, "nationality", "nationality list")                                                    \
    X(R_DATE, "date", "calendar date in prose")

enum fm_detector_rule {
#define FM_DETECTOR_ENUM(sym, id, why) sym,
    FM_DETECTORS(FM_DETECTOR_ENUM)
#undef FM_DETECTOR_ENUM
        R_BUILTIN_COUNT /* rules of files are numbered from here */
};

/* Appends a candidate; ignored when the policy does not look for the type, or the range is empty.
 */
void fm_line_propose(struct fm_line *l, uint8_t prio, struct fm_cand c);

#define CAND(s_, e_, type_, rule_)                                                                 \
    ((struct fm_cand){.start = (uint32_t)(s_),                                                     \
                      .end = (uint32_t)(e_),                                                       \
                      .type = FM_SENSITIVE_##type_,                                                \
                      .rule = (rule_)})

/* Byte at i; 0 outside the line, so that -1 may be asked for. */
static inline unsigned char fm_at(const struct fm_line *l, uint32_t i)
{
    return i < l->n ? (unsigned char)l->p[i] : 0;
}

static inline fm_str fm_line_str(const struct fm_line *l, uint32_t s, uint32_t e)
{
    return fm_str_n(l->p + s, e - s);
}

static inline bool fm_wants(const struct fm_line *l, enum fm_sensitive t)
{
    return l->want >> t & 1;
}

/* Case-insensitive: does the line hold `word` (lower case) at i? A digit of `word` stands for any.
 */
bool fm_line_has_at(const struct fm_line *l, uint32_t i, const char *word);

/* End of the token (no blank, quote or bracket) at i; at most FM_TOKEN_MAX bytes on. */
uint32_t fm_token_end(const struct fm_line *l, uint32_t i);
#define FM_TOKEN_MAX 256

/* --- detectors; w is the index of the word that triggers --- */
void fm_detect_ipv4(struct fm_line *l, uint32_t w);
void fm_detect_colon_hex(struct fm_line *l, uint32_t w); /* MAC, IPv6 */
void fm_detect_dash_hex(struct fm_line *l, uint32_t w);  /* UUID, MAC */
void fm_detect_dotted_mac(struct fm_line *l, uint32_t w);
void fm_detect_fqdn(struct fm_line *l, uint32_t w);
void fm_detect_host_context(struct fm_line *l);
void fm_detect_named_address(struct fm_line *l, uint32_t w);
void fm_detect_url(struct fm_line *l, uint32_t w);
void fm_detect_email(struct fm_line *l, uint32_t w);
void fm_detect_path(struct fm_line *l, uint32_t slash);
void fm_detect_drive_path(struct fm_line *l, uint32_t w);
void fm_detect_unc(struct fm_line *l, uint32_t w);
void fm_detect_hex(struct fm_line *l, uint32_t w);
void fm_detect_word_number(struct fm_line *l, uint32_t w);
void fm_detect_id_context(struct fm_line *l);
void fm_detect_id_key(struct fm_line *l, uint32_t w);
void fm_detect_user_context(struct fm_line *l);
void fm_detect_access_user(struct fm_line *l);
void fm_detect_at_user(struct fm_line *l, uint32_t s, uint32_t e);
void fm_detect_config(struct fm_line *l);
void fm_detect_config_pair(struct fm_line *l, uint32_t w); /* name=number */
void fm_detect_config_number(struct fm_line *l, uint32_t w);
void fm_detect_pair(struct fm_line *l, uint32_t w); /* key = value */
void fm_detect_auth(struct fm_line *l);
void fm_detect_continued(struct fm_line *l);          /* a line that starts with an option */
void fm_detect_year(struct fm_line *l, uint32_t w);   /* a year in prose */
void fm_detect_format(struct fm_line *l, uint32_t w); /* rules of files */
void fm_note_context(struct fm_line *l, uint32_t s,
                     unsigned hash); /* a context word may start at s */
/* Rules without prefix whose context was seen. */
void fm_put_off_loose(struct fm_line *l);
void fm_detect_loose(struct fm_line *l, uint32_t w);
void fm_detect_number(struct fm_line *l, uint32_t w); /* card, phone, ssn, national ids */
void fm_detect_number_context(struct fm_line *l);
void fm_detect_iban(struct fm_line *l, uint32_t w);
void fm_detect_lettered_id(struct fm_line *l, uint32_t w);
void fm_detect_prose(struct fm_line *l);
bool fm_starts_upper(const struct fm_line *l, uint32_t i);
void fm_detect_gps(struct fm_line *l);

#endif
