/* SPDX-License-Identifier: Apache-2.0 */
#include "risk.h"

static bool has_any(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ihas(s, fm_str_c(*list)))
            return true;
    return false;
}

static bool ends_any(fm_str s, const char *const *list)
{
    for (; *list; list++) {
        fm_str end = fm_str_c(*list);
        if (s.len >= end.len && fm_str_ieq(fm_str_skip(s, s.len - end.len), end))
            return true;
    }
    return false;
}

static fm_str base_of(fm_str path)
{
    ptrdiff_t slash = fm_str_rchr(path, '/');
    return slash >= 0 ? fm_str_skip(path, (size_t)slash + 1) : path;
}

static bool is_any(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ieq(s, fm_str_c(*list)))
            return true;
    return false;
}

static const char *const inert_ends[] = {
    ".md",      ".rst",      ".adoc",    ".txt",     ".css",      ".scss",
    ".less",    ".svg",      ".png",     ".jpg",     ".gif",      ".ico",
    ".snap",    ".golden",   "_test.go", "_test.py", "_spec.rb",  ".test.ts",
    ".test.js", ".test.tsx", ".spec.ts", ".spec.js", "Test.java", "Tests.cs",
    "Test.kt",  "IT.java",   "_test.rs", "_test.c",  NULL};
static const char *const inert_parts[] = {
    "testdata/", "__tests__/", "/tests/",  "/test/",      "fixtures/", "/docs/", "documentation/",
    ".github/",  ".circleci/", ".gitlab/", ".buildkite/", "/mocks/",   NULL};
static const char *const inert_starts[] = {"docs/", "doc/",     "test/",      "tests/",
                                           "spec/", ".github/", ".circleci/", NULL};
static const char *const inert_names[] = {"CODEOWNERS",
                                          "LICENSE",
                                          ".gitignore",
                                          ".gitlab-ci.yml",
                                          "Jenkinsfile",
                                          ".editorconfig",
                                          ".golangci.yml",
                                          ".eslintrc",
                                          ".eslintrc.json",
                                          ".prettierrc",
                                          ".pre-commit-config.yaml",
                                          "NOTICE",
                                          "OWNERS",
                                          ".travis.yml",
                                          "azure-pipelines.yml",
                                          ".rubocop.yml",
                                          NULL};
static const char *const lock_names[] = {"go.sum",         "package-lock.json",  "yarn.lock",
                                         "pnpm-lock.yaml", "Cargo.lock",         "poetry.lock",
                                         "Gemfile.lock",   "composer.lock",      "Pipfile.lock",
                                         "uv.lock",        "packages.lock.json", NULL};
static const char *const dependency_names[] = {"go.mod",
                                               "package.json",
                                               "requirements.txt",
                                               "pom.xml",
                                               "Cargo.toml",
                                               "Gemfile",
                                               "build.gradle",
                                               "build.gradle.kts",
                                               "pyproject.toml",
                                               "composer.json",
                                               "Pipfile",
                                               "mix.exs",
                                               "setup.py",
                                               "libs.versions.toml",
                                               "Directory.Packages.props",
                                               NULL};
static const char *const config_ends[] = {".yaml",       ".yml",  ".json",   ".toml",  ".ini",
                                          ".properties", ".conf", ".cfg",    ".env",   ".tf",
                                          ".tfvars",     ".hcl",  ".xml",    ".cnf",   ".service",
                                          ".rules",      ".tpl",  ".config", ".plist", NULL};

static bool is_inert(fm_str path, fm_str base)
{
    for (const char *const *p = inert_starts; *p; p++)
        if (fm_str_starts(path, fm_str_c(*p)))
            return true;
    return ends_any(base, inert_ends) || has_any(path, inert_parts) || is_any(base, inert_names);
}

static bool is_migration(fm_str path, fm_str base)
{
    return ends_any(base, (const char *const[]){".sql", NULL}) ||
           fm_str_ihas(path, FM_STR("migration")) || fm_str_has(path, FM_STR("db/migrate/")) ||
           fm_str_has(path, FM_STR("alembic/versions/")) ||
           fm_str_has(path, FM_STR("changelog/db"));
}

enum fm_path_class fm_path_class(fm_str path)
{
    fm_str base = base_of(path);
    if (is_any(base, dependency_names))
        return FM_PATH_DEPENDENCIES;
    if (is_any(base, lock_names))
        return FM_PATH_LOCK_FILE;
    if (is_inert(path, base))
        return FM_PATH_INERT;
    if (is_migration(path, base))
        return FM_PATH_MIGRATION;
    bool is_build_file =
        fm_str_starts(base, FM_STR("Dockerfile")) || fm_str_ends(base, FM_STR(".dockerfile"));
    if (ends_any(base, config_ends) || is_build_file || fm_str_starts(base, FM_STR(".env")))
        return FM_PATH_CONFIG;
    return FM_PATH_CODE;
}

bool fm_path_is_staging(fm_str path)
{
    static const char *const parts[] = {
        "staging/", "stage/", "/dev/",          "sandbox/",   "/qa/",      "-staging.", ".staging.",
        "-dev.",    ".dev.",  "values-staging", "values-dev", "/preview/", NULL};
    return has_any(path, parts);
}
