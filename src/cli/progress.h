/*
 * cli/progress.h: shows a struct copy_progress while the copy runs: on a terminal one block redrawn
 * at most 5 times a second, elsewhere a line every 10 s (copy/ itself tells when a phase begins).
 *
 * Threads: a thread of its own between start and stop; it reads the atomics only. Nothing else is
 * written to stderr but through base/log.h, which makes the block give way.
 */
#pragma once

#include "cli/options.h"
#include "model/progress.h"

struct progress;

/* `shown` must outlive progress_stop(). With --quiet nothing is drawn. Never NULL on success. */
struct error *progress_start(const struct cli_options *options, const struct copy_progress *shown,
                             struct progress **ret_progress) CHECKED;
/* Erases the block and ends the thread. NULL is allowed. */
void progress_stop(struct progress *progress);
void progress_stopp(struct progress **progress);
