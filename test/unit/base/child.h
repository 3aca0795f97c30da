/*
 * child.h: runs a function in a child process, for what ends a process or writes to stderr.
 */
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* The child's wait status; what it wrote to stderr (cut at size - 1) in ret_text. */
__attribute__((unused)) static int run_child(void (*body)(void), char *ret_text, size_t size)
{
    int ends[2];
    int status = -1;
    size_t len = 0;
    ssize_t got;
    pid_t child;

    fflush(stdout);
    if (pipe(ends) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        body();
        _exit(0);
    }
    close(ends[1]);
    while (len + 1 < size && (got = read(ends[0], ret_text + len, size - 1 - len)) > 0)
        len += (size_t)got;
    ret_text[len] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    return status;
}
