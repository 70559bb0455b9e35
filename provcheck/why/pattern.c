/* SPDX-License-Identifier: MIT */
/* Finds the rhythm in a phone's last requests, and what they lead to. */
#include "provcheck/why/pattern.h"

#include <string.h>

#define AT_ONCE 5    /* seconds in which one thing is asked for over several transports */
#define OVERTAKEN 1  /* seconds */
#define PATIENCE 120 /* seconds in which a phone that is stuck asks again */
#define TIMES_MIN 3  /* requests that make a rhythm */

/* Seconds from one request to the next. */
static const struct {
    enum why_rhythm rhythm;
    int64_t min, max;
} rhythms[] = {
    {WHY_EVERY_15, 8, 25},
    {WHY_EVERY_45, 30, 75},
    {WHY_RESTARTS, 76, 900},
};

static bool
is_config(enum why_file file)
{
    return file == WHY_CLEAR || file == WHY_SIGNED || file == WHY_ENCRYPTED || file == WHY_TEXT;
}

static bool
is_list(enum why_file file)
{
    return file == WHY_CTL || file == WHY_ITL;
}

/* Somebody else may ask in its name: who asked last is taken for the phone. */
static bool
is_by(const struct why_request *request, const struct why_request *other)
{
    return strcmp(request->address, other->address) == 0;
}

/* How often the last one was asked for with no more and no less than so many seconds between. */
static size_t
count_times(const struct why_facts *facts, const struct why_request *last, int64_t min, int64_t max)
{
    size_t times = 1;
    int64_t time = last->time;
    for (size_t i = facts->request_count; i-- > 0;) {
        const struct why_request *request = &facts->requests[i];
        int64_t gap = time - request->time;
        if (request->file != last->file || !is_by(request, last) || gap <= AT_ONCE)
            continue;
        if (gap < min || gap > max)
            break;
        times++;
        time = request->time;
    }
    return times;
}

static void
find_rhythm(const struct why_facts *facts, struct why_pattern *out)
{
    for (size_t i = 0; i < sizeof rhythms / sizeof rhythms[0]; i++) {
        size_t times = count_times(facts, out->config, rhythms[i].min, rhythms[i].max);
        if (times < TIMES_MIN)
            continue;
        out->rhythm = rhythms[i].rhythm;
        out->times = times;
        return;
    }
}

static bool
changed_since(const struct why_facts *facts, int64_t time)
{
    for (enum why_folder folder = WHY_TREE; folder <= WHY_SECURE; folder++)
        for (enum why_file file = WHY_CLEAR; file < WHY_FILES; file++)
            if (facts->places[folder].files[file].there &&
                facts->places[folder].files[file].changed > time)
                return true;
    return false;
}

/* Refused over HTTPS, it asks elsewhere at once, where nothing stands: that it was refused counts.
 */
static bool
follows_refusal(const struct why_request *request, const struct why_request *before)
{
    return before != NULL && before->outcome == WHY_REFUSED && request->outcome == WHY_MISSING &&
           request->time - before->time <= AT_ONCE && is_by(request, before);
}

/* The ledger has them in the order of their ends: the last acknowledgement of a file may come
 * behind the request for the next one, and the end of a connection on which a file was refused
 * behind the one on which it was given. Files are asked for in the order of enum why_file. */
static bool
is_overtaken(const struct why_request *request, const struct why_request *before)
{
    if (before == NULL || request->time - before->time > OVERTAKEN)
        return false;
    return request->file < before->file ||
           (request->file == before->file && before->outcome == WHY_DELIVERED &&
            request->outcome != WHY_DELIVERED);
}

void
why_pattern_find(const struct why_facts *facts, struct why_pattern *out)
{
    *out = (struct why_pattern){.rhythm = WHY_ONCE};
    for (size_t i = 0; i < facts->request_count; i++) {
        const struct why_request *request = &facts->requests[i];
        out->last = request;
        if (is_list(request->file))
            out->list = request;
        else if (is_config(request->file) && !follows_refusal(request, out->config) &&
                 !is_overtaken(request, out->config))
            out->config = request;
    }
    if (out->config == NULL)
        return;
    find_rhythm(facts, out);
    out->changed = changed_since(facts, out->config->time);
    out->settled = out->config->outcome == WHY_DELIVERED && out->rhythm == WHY_ONCE &&
                   facts->now - out->config->time >= PATIENCE;
}
