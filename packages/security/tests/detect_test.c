/* SPDX-License-Identifier: Apache-2.0 */
/* What is found in a line: "type=value" of every finding, in order; "-" when there is none. */
#include "test.h"

#include "faultmaven/security/redact.h"

struct detect_case {
    const char *line;
    const char *want;
};

static void check(enum fm_policy_name policy, const struct detect_case *cases, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        struct fm_ctx ctx;
        struct fm_redactor *r;
        struct fm_buf got;
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_buf_init(&got, 65536);
        assert_int_equal(fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = policy}, &r),
                         FM_OK);
        fm_str line = fm_str_c(cases[i].line);
        struct fm_findings f = fm_redact_find(r, &ctx, line);
        for (size_t k = 0; k < f.n; k++)
            fm_buf_addf(&got, "%s%s=%.*s", k ? " " : "", fm_sensitive_name(f.items[k].type),
                        (int)(f.items[k].end - f.items[k].start), line.p + f.items[k].start);
        fm_str text = f.n ? fm_buf_str(&got) : FM_STR("-");
        if (!fm_str_eqc(text, cases[i].want)) {
            print_error("line: %s\n  want: %s\n  got:  %.*s\n", cases[i].line, cases[i].want,
                        FM_STR_ARG(text));
            bad++;
        }
        fm_buf_release(&got);
        fm_redactor_free(r);
        fm_ctx_release(&ctx);
    }
    assert_int_equal(bad, 0);
}

#define CHECK(policy, cases) check(policy, cases, sizeof(cases) / sizeof *(cases))

TEST(secrets)
{
    static const struct detect_case cases[] = {
        {"password = \"s3cret value\"", "password=s3cret value"},
        {"DB_PASSWORD: hunter2!", "password=hunter2!"},
        {"password=${DB_PASSWORD}", "-"},
        {"password: ********", "-"},
        {"password: changeme", "-"},
        {"password = getPassword()", "-"},
        {"api_key: \"f3a9c17be2d84c06\"", "api_key=f3a9c17be2d84c06"},
        {"token_count = 1000", "-"},
        {"public_key = \"ssh-ed25519\"", "-"},
        {"if (secret == \"tr0ub4dor\") {", "secret=tr0ub4dor"},
        {"if (\"tr0ub4dor\" == my_password) {", "password=tr0ub4dor"},
        {"Authorization: Bearer abcDEF1234567890", "authorization=abcDEF1234567890"},
        {"Authorization: Basic dXNlcjpwYXNz", "authorization=dXNlcjpwYXNz"},
        {"the bearer of this letter", "-"},
        {"Cookie: sid=a8f3kd93kd; theme=dark-blue", "cookie=a8f3kd93kd cookie=dark-blue"},
        {"postgres://app:pw1234@10.1.2.3/db",
         "url=postgres:// basic_auth=app:pw1234 url=@10.1.2.3/db"},
        {"curl -u admin:pa55word https://h/", "basic_auth=admin:pa55word url=https://h/"},
        {"redis-cli --password S3cr3tPw0rd", "password=S3cr3tPw0rd"},
        {"{\\\"password\\\":\\\"abc123xyz\\\"}", "password=abc123xyz"},
        {"<password>abc123xyz</password>", "password=abc123xyz"},
        {"commit 3f786850e387550fdab836ed7e6dc881de23001b", "-"},
        {"nginx@sha256:eaaa7b11777babe28e6133a8b19ff71cea687e0d7f05158dee95a71f76ce3d00", "-"},
    };
    CHECK(FM_POLICY_STANDARD, cases);
}

TEST(identifiers)
{
    static const struct detect_case cases[] = {
        {"mail jane.doe+x@mail.example.co.uk now", "email=jane.doe+x@mail.example.co.uk"},
        {"from 203.0.113.9:443 to 10.0.0.1", "ip=203.0.113.9"},
        {"version 1.2.3.4.5 and 300.1.1.1", "-"},
        {"dns 2001:db8::8a2e:370:7334 up", "ip=2001:db8::8a2e:370:7334"},
        {"at 12:30:45 std::string a::b", "-"},
        {"eth0 52:54:00:12:ab:cd up", "mac=52:54:00:12:ab:cd"},
        {"GET https://example.org/a?b=c.", "url=https://example.org/a?b=c"},
        {"api.internal.example.com:8443 down", "host=api.internal.example.com"},
        {"at com.example.service.Main(Main.java:3)", "-"},
        {"id 123e4567-e89b-12d3-a456-426614174000", "uuid=123e4567-e89b-12d3-a456-426614174000"},
        {"open /home"
         "/jane/notes.txt failed",
         "user=jane"},
        {"open C:\\Users\\jane\\notes.txt failed", "user=jane"},
        {"Failed password for invalid user admin from 203.0.113.7 port 22",
         "user=admin ip=203.0.113.7"},
        {"user=jane uid=1001", "user=jane"},
        {"card 4111 1111 1111 1111 declined", "credit_card=4111 1111 1111 1111"},
        {"card 4111 1111 1111 1112x", "-"},
        {"order 4111111111111112 shipped", "-"},
        {"IBAN DE89 3704 0044 0532 0130 00 ok", "iban=DE89 3704 0044 0532 0130 00"},
        {"IBAN DE89 3704 0044 0532 0130 01 no", "-"},
        {"call me at +44 20 7946 0958", "phone=+44 20 7946 0958"},
        {"SSN 078-05-1120", "national_id=078-05-1120"},
        {"driver's license number is 2270-66-1551", "license=2270-66-1551"},
        {"born on 12 March 1980 in", "birth_date=12 March 1980"},
        {"lat=48.85837, lon=2.29448", "gps=48.85837 gps=2.29448"},
        {"2024-05-01T10:00:00Z took 1234567 us", "-"},
    };
    CHECK(FM_POLICY_STANDARD, cases);
}

TEST(national_ids_have_valid_check_digits)
{
    static const struct detect_case cases[] = {
        {"NIR 255081416802538 ", "national_id=255081416802538"},
        {"NIR 255081416802539 ", "-"},
        {"Steuer-IdNr 86095742719", "national_id=86095742719"},
        {"Steuer-IdNr 86095742718", "-"},
        {"DNI 12345678Z", "national_id=12345678Z"},
        {"DNI 12345678A", "-"},
        {"codice RSSMRA85T10A562S", "national_id=RSSMRA85T10A562S"},
        {"codice RSSMRA85T10A562T", "-"},
        {"BSN 111222333", "national_id=111222333"},
        {"BSN 111222334", "-"},
        {"PESEL 44051401359", "national_id=44051401359"},
        {"PESEL 44051401358", "-"},
        {"hetu 131052-308T", "national_id=131052-308T"},
        {"CPF 529.982.247-25", "national_id=529.982.247-25"},
        {"CPF 529.982.247-26", "-"},
        {"NHS number 943 476 5919", "national_id=943 476 5919"},
        {"TFN 123 456 782", "national_id=123 456 782"},
        {"Aadhaar 2345 6789 0124", "national_id=2345 6789 0124"},
        {"id 11010519491231002X", "national_id=11010519491231002X"},
        {"AHV 756.9217.0769.85", "national_id=756.9217.0769.85"},
        {"NRIC S1234567D", "national_id=S1234567D"},
        {"TCKN 10000000146", "national_id=10000000146"},
        {"personnummer 811228-9874", "national_id=811228-9874"},
    };
    CHECK(FM_POLICY_STANDARD, cases);
}

TEST(names_by_context)
{
    static const struct detect_case cases[] = {
        {"please ask Mr. Tobias Winterhalter about the outage today", "person=Tobias Winterhalter"},
        {"my name is Oluwaseun Adeyemi and it fails again", "person=Oluwaseun Adeyemi"},
        {"the bug was reported by Ingrid Solberg last week", "person=Ingrid Solberg"},
        {"we shipped it to 221 Baker Street, London NW1 6XE yesterday",
         "address=221 Baker Street, London NW1 6XE"},
        {"connection to server lost, retrying in 5 seconds", "-"},
    };
    CHECK(FM_POLICY_STANDARD, cases);
}

TEST(strict_takes_configuration_and_ids)
{
    static const struct detect_case cases[] = {
        {"Memory: 512MB used", "config=512MB"},
        {"worker-17 started", "id=worker-17"},
        {"block blk_-1608999687919862906 lost", "id=blk_-1608999687919862906"},
        {"open /var/log/app/error.log", "path=/var/log/app/error.log"},
        {"10.1.2.3:50010 closed", "ip_address=10.1.2.3 port=50010"},
    };
    CHECK(FM_POLICY_STRICT, cases);
}

TEST(the_secrets_only_policy_leaves_the_rest)
{
    static const struct detect_case cases[] = {
        {"user=jane mail jane@example.org from 203.0.113.9", "-"},
        {"user=jane password=abc12345", "password=abc12345"},
    };
    CHECK(FM_POLICY_SECRETS_ONLY, cases);
    static const struct detect_case off[] = {{"password=abc12345 AKIAQWERTYUIOPASDFGH", "-"}};
    CHECK(FM_POLICY_OFF_FOR_LOCAL, off);
}

TEST(a_key_block_is_one_secret_over_lines)
{
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct fm_redacted out;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_redact_policy mask;
    fm_redact_policy_init(&mask, FM_POLICY_STANDARD);
    mask.action[FM_SENSITIVE_PRIVATE_KEY] = FM_ACTION_MASK;
    assert_int_equal(fm_redactor_new(&ctx, &(struct fm_redactor_options){.custom = &mask}, &r),
                     FM_OK);
    fm_str text = FM_STR(
        "a\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIIGd\n-----END EC PRIVATE KEY-----\nb\n");
    assert_int_equal(fm_redact_text(r, &ctx, NULL, text, &out), FM_OK);
    assert_string_equal(out.text.p,
                        "a\n<PRIVATE_KEY>\n<PRIVATE_KEY>\n<PRIVATE_KEY>\n<PRIVATE_KEY>\nb\n");
    assert_int_equal(fm_redact_text(r, &ctx, NULL,
                                    FM_STR("-----BEGIN PRIVATE KEY-----\nMHcC\nopen to the end"),
                                    &out),
                     FM_OK);
    assert_string_equal(out.text.p, "<PRIVATE_KEY>\n<PRIVATE_KEY>\n<PRIVATE_KEY>");
    fm_str words = FM_STR("-----BEGIN PRIVATE KEY-----\nanything\n-----END PRIVATE KEY-----\nb");
    assert_int_equal(fm_redact_text(r, &ctx, NULL, words, &out), FM_OK);
    assert_string_equal(out.text.p, words.p);
    fm_redactor_free(r);
    fm_ctx_release(&ctx);
}
