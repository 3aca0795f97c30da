/*
 * bench/measure.c: runs a command and writes down what it took.
 *
 *     measure RESULT COMMAND [ARGUMENT...]
 *
 * RESULT gets "pid=…" at once and, when the command has ended, "wall=… cpu=… peak_kib=… status=…"
 * (seconds; the CPU of the command and of all its children). A program of its own because the peak
 * that the kernel keeps begins at the fork: a Perl that forks would count its own memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    double started;
    FILE *result;
    pid_t child;

    if (argc < 3 || (result = fopen(argv[1], "w")) == NULL) {
        fprintf(stderr, "usage: measure RESULT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    started = now();
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    fprintf(result, "pid=%d\n", (int)child);
    fflush(result);
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 2;
    fprintf(result, "wall=%.3f cpu=%.3f peak_kib=%ld status=%d\n", now() - started,
            seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(result) == 0 ? 0 : 2;
}
