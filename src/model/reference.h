/*
 * model/reference.h: how a column of a foreign key finds its parent on the target, against how it
 * did on the source.
 */
#pragma once

enum reference_match {
    MATCH_VALUE,  /* what is equal on the source is equal there */
    MATCH_BYTES,  /* texts by their bytes */
    MATCH_FOLDED, /* texts by their lower-case forms */
    MATCH_NEAR, /* texts by a collation much like the source's, to which spaces at the end count */
};
