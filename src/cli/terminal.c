#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/stop.h"

/* How soon a requested stop is seen. */
#define LOOK_MS 100

static int open_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    /* In the background, changing the terminal would stop this process for good. */
    if (fd >= 0 && tcgetpgrp(fd) != getpgrp()) {
        close(fd);
        return -1;
    }
    return fd;
}

bool terminal_is_there(void)
{
    int fd;

    if (!isatty(STDIN_FILENO))
        return false;
    fd = open_terminal();
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* One line; the terminal hands it over whole, so byte by byte costs nothing that matters. */
static struct error *read_line(int fd, char *ret_answer, size_t size)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    size_t len = 0;
    char c;

    for (;;) {
        if (stop_requested())
            return error_new(PGC_INTERRUPTED, "stopped at a question");
        int ready = poll(&poll_fd, 1, LOOK_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = ready < 0 ? -1 : read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_new(PGC_USAGE, "the terminal gave no answer");
        if (c == '\n')
            break;
        if (len + 1 >= size)
            return error_new(PGC_USAGE, "the answer is too long");
        ret_answer[len++] = c;
    }
    ret_answer[len] = '\0';
    return NULL;
}

struct error *terminal_ask(const char *prompt, bool echo, char *ret_answer, size_t size)
{
    int fd = open_terminal();
    struct termios before, quiet;
    sigset_t held, old_mask;
    struct error *error;

    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0)
            close(fd);
        return error_new(PGC_USAGE, "there is no terminal to ask on");
    }
    /* Neither Ctrl-Z nor Ctrl-\ may leave a terminal behind that does not show what is typed. */
    sigemptyset(&held);
    sigaddset(&held, SIGTSTP);
    sigaddset(&held, SIGQUIT);
    pthread_sigmask(SIG_BLOCK, &held, &old_mask);
    quiet = before;
    if (!echo) {
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        quiet.c_lflag |= ECHONL;
        tcsetattr(fd, TCSAFLUSH, &quiet);
    }
    ssize_t said = write(fd, prompt, strlen(prompt));
    error = said < 0 ? error_new(PGC_USAGE, "there is no terminal to ask on")
                     : read_line(fd, ret_answer, size);
    if (error != NULL)
        secret_wipe(ret_answer, size);
    if (!echo)
        tcsetattr(fd, TCSAFLUSH, &before);
    if (error != NULL && write(fd, "\n", 1) < 0)
        errno = 0; /* the terminal is gone, and with it whom to tell */
    pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
    close(fd);
    return error;
}
