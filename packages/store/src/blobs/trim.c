/* SPDX-License-Identifier: Apache-2.0 */
/* Removal of what can be made again: uncompressed copies and kept results. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_files.h"

struct trim {
    struct fm_blobs *b;
    fm_time before;
    bool is_dry_run;
    int64_t deleted, bytes;
};

/* Names begin with the hash of the content that they belong to. */
static bool is_superfluous(const struct trim *t, const char *name, const struct stat *st)
{
    fm_str sha256 = fm_str_sub(fm_str_c(name), 0, FM_SHA256_HEX - 1);
    return (fm_time)st->st_mtim.tv_sec * FM_SEC < t->before || !fm_blobs_have(t->b, sha256);
}

static void trim_folder(struct trim *t, const char *dir, int depth)
{
    char path[BLOB_PATH_MAX];
    struct stat st;
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        int n = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] == '.' || n >= (int)sizeof path || lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth > 0) {
            trim_folder(t, path, depth - 1);
        } else if (S_ISREG(st.st_mode) && is_superfluous(t, e->d_name, &st)) {
            t->deleted++;
            t->bytes += st.st_size;
            if (!t->is_dry_run)
                (void)unlink(path);
        }
    }
    closedir(d);
}

void fm_blobs_trim(struct fm_blobs *b, fm_time before, bool is_dry_run, int64_t *deleted,
                   int64_t *bytes)
{
    struct trim t = {.b = b, .before = before, .is_dry_run = is_dry_run};
    char dir[BLOB_PATH_MAX];
    snprintf(dir, sizeof dir, "%s/raw", b->dir);
    trim_folder(&t, dir, 0);
    snprintf(dir, sizeof dir, "%s/results", b->dir);
    trim_folder(&t, dir, 1);
    *deleted = t.deleted;
    *bytes = t.bytes;
}
