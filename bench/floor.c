// The floor under a deletion: 64 threads, one directory each, and nothing but opendir, readdir, unlinkat and rmdir.
// Takes a tree of one level: directories that hold files. cc -O2 -pthread floor.c -o floor && ./floor <tree>
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 64 };
static int top;
static char **names;
static int count;
static atomic_int next;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int is_entry(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void *remove_directories(void *unused) {
  for (int index; (index = atomic_fetch_add(&next, 1)) < count;) {
    int fd = openat(top, names[index], O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) fail(names[index]);
    for (struct dirent *entry; (entry = readdir(directory));) {
      if (is_entry(entry) && unlinkat(fd, entry->d_name, 0) != 0) fail(entry->d_name);
    }
    closedir(directory);
    if (unlinkat(top, names[index], AT_REMOVEDIR) != 0) fail(names[index]);
  }
  return unused;
}

int main(int arguments, char **argument) {
  if (arguments != 2) return 2;
  DIR *directory = opendir(argument[1]);
  if (!directory) fail(argument[1]);
  top = dirfd(directory);
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!is_entry(entry)) continue;
    names = realloc(names, (count + 1) * sizeof *names);
    names[count++] = strdup(entry->d_name);
  }
  pthread_t threads[THREADS];
  for (int thread = 0; thread < THREADS; thread++) {
    if (pthread_create(&threads[thread], NULL, remove_directories, NULL) != 0) fail("pthread_create");
  }
  for (int thread = 0; thread < THREADS; thread++) pthread_join(threads[thread], NULL);
  closedir(directory);
  if (rmdir(argument[1]) != 0) fail(argument[1]);
  return 0;
}
