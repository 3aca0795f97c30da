/*
 * verify/hash.h: XXH3 of libxxhash, inlined. Not against forgery: both sides are ours to read, and
 * the seed is new in every run, so that no two values collide twice.
 */
#pragma once

#include "base/str.h"

struct hash128 {
    uint64_t low, high;
};

struct hash128 hash_bytes(struct str bytes, uint64_t seed);
uint64_t hash_key(struct str bytes, uint64_t seed);
