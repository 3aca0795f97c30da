/*
 * copy/watch.h: runs the workers and watches over them: the ledger's heartbeat, signals, the
 * deadline with its go/no-go line.
 */
#pragma once

#include "copy/readers.h"

/* Copies everything that is open. Takes the sessions over from `readers` for the workers' use. */
struct error *watch_copy(struct copy_pool *pool, struct readers *readers, struct arena *arena)
    CHECKED;
