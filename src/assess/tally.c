/* Counts, and the first rows that they are of. */
#include "assess/internal.h"

/* Where a sample of this chunk belongs: behind those of earlier chunks and of its own. */
static size_t place_of(const struct tally *tally, uint32_t chunk)
{
    size_t at = tally->sample_count;

    while (at > 0 && tally->samples[at - 1].chunk > chunk)
        at--;
    return at;
}

static void add_sample(struct tally *tally, struct scan_sample sample, struct arena *arena)
{
    size_t at = place_of(tally, sample.chunk);

    if (at == ASSESS_SAMPLES)
        return;
    if (tally->sample_count < ASSESS_SAMPLES)
        tally->sample_count++;
    memmove(&tally->samples[at + 1], &tally->samples[at],
            (tally->sample_count - 1 - at) * sizeof tally->samples[0]);
    sample.text = arena_str(arena, sample.text);
    tally->samples[at] = sample;
}

void tally_merge(struct tally *into, const struct tally *from, struct arena *arena)
{
    into->count += from->count;
    if (into->id == 0 && from->id != 0) {
        into->id = from->id;
        into->text = arena_str(arena, from->text);
    }
    for (size_t i = 0; i < from->sample_count; i++)
        add_sample(into, from->samples[i], arena);
}
