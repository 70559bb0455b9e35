/* SPDX-License-Identifier: MIT */
/* Folders as a whole: copied, emptied, dated. */
#include "tests/oracle/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

void
die(const char *format, ...)
{
    va_list args;
    fputs("rule1: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

char *
path_to(char out[static PATH_SIZE], const char *folder, const char *format, ...)
{
    char name[PATH_SIZE];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (len < 0 || snprintf(out, PATH_SIZE, "%s/%.*s", folder, len, name) >= PATH_SIZE)
        die("%s: its names are too long", folder);
    return out;
}

static DIR *
open_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        die("%s: %s", path, strerror(errno));
    return folder;
}

/* The next name in it, as a path and by its status; false after the last. */
static bool
next_in(DIR *folder, const char *path, char child[static PATH_SIZE], struct stat *status)
{
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        path_to(child, path, "%s", entry->d_name);
        if (lstat(child, status) == 0)
            return true;
    }
    return false;
}

void
folder_make(const char *path)
{
    if (mkdir(path, 0755) != 0)
        die("%s: %s", path, strerror(errno));
}

void
folder_empty(const char *path)
{
    char child[PATH_SIZE];
    struct stat status;
    DIR *folder = open_folder(path);
    while (next_in(folder, path, child, &status)) {
        if (S_ISDIR(status.st_mode))
            folder_empty(child);
        if ((S_ISDIR(status.st_mode) ? rmdir(child) : unlink(child)) != 0)
            die("%s: %s", child, strerror(errno));
    }
    closedir(folder);
}

static void
copy_file(const char *from, const char *to, const struct stat *status)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status->st_mode & 07777);
    off_t at = 0;
    if (in < 0 || out < 0)
        die("%s: %s", in < 0 ? from : to, strerror(errno));
    while (at < status->st_size)
        if (sendfile(out, in, &at, (size_t)(status->st_size - at)) <= 0)
            die("%s: %s", from, strerror(errno));
    close(in);
    close(out);
}

void
folder_copy(const char *from, const char *to)
{
    char child[PATH_SIZE], copy[PATH_SIZE];
    struct stat status;
    DIR *folder = open_folder(from);
    while (next_in(folder, from, child, &status)) {
        path_to(copy, to, "%s", strrchr(child, '/') + 1);
        if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
            continue;
        if (S_ISDIR(status.st_mode)) {
            folder_make(copy);
            folder_copy(child, copy);
        } else {
            copy_file(child, copy, &status);
        }
        if (utimensat(AT_FDCWD, copy, (struct timespec[]){status.st_atim, status.st_mtim}, 0) != 0)
            die("%s: %s", copy, strerror(errno));
    }
    closedir(folder);
}

void
folder_date(const char *path, int64_t first, int64_t now)
{
    char child[PATH_SIZE];
    struct stat status;
    struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
    DIR *folder = open_folder(path);
    while (next_in(folder, path, child, &status)) {
        if (S_ISDIR(status.st_mode))
            folder_date(child, first, now);
        if (status.st_mtim.tv_sec < first &&
            utimensat(AT_FDCWD, child, times, AT_SYMLINK_NOFOLLOW) != 0)
            die("%s: %s", child, strerror(errno));
    }
    closedir(folder);
}

void
file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
        die("%s: %s", path, strerror(errno));
}

bool
file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
