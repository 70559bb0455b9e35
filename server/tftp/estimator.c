/* SPDX-License-Identifier: MIT */
/* How long to wait for an acknowledgement (RFC 6298). */
#include "server/tftp/estimator.h"

#define SECOND 1000000U
#define GRANULARITY 1000 /* G: of the clock and of the loop that looks at it */

static uint64_t
clamp(uint64_t wait)
{
    if (wait < TFTP_WAIT_MIN)
        return TFTP_WAIT_MIN;
    return wait < TFTP_WAIT_MAX ? wait : TFTP_WAIT_MAX;
}

void
tftp_estimator_start(struct tftp_estimator *estimator, unsigned timeout_seconds)
{
    *estimator = (struct tftp_estimator){.fixed = (uint64_t)timeout_seconds * SECOND};
    estimator->wait = estimator->fixed != 0 ? estimator->fixed : TFTP_WAIT_FIRST;
}

uint64_t
tftp_estimator_round_trip(const struct tftp_estimator *estimator)
{
    uint64_t spread = 4 * estimator->variation;
    return estimator->smoothed + (spread > GRANULARITY ? spread : GRANULARITY);
}

/* RFC 6298, section 2. */
void
tftp_estimator_sample(struct tftp_estimator *estimator, uint64_t round_trip)
{
    uint64_t sample = round_trip > 0 ? round_trip : 1;
    if (estimator->smoothed == 0) {
        estimator->smoothed = sample;
        estimator->variation = sample / 2;
        estimator->shortest = sample;
    } else {
        uint64_t difference = estimator->smoothed > sample ? estimator->smoothed - sample
                                                           : sample - estimator->smoothed;
        estimator->variation = (3 * estimator->variation + difference) / 4;
        estimator->smoothed = (7 * estimator->smoothed + sample) / 8;
        if (sample < estimator->shortest)
            estimator->shortest = sample;
    }
    if (estimator->smoothed == 0)
        estimator->smoothed = 1;
    if (estimator->fixed == 0)
        estimator->wait = clamp(tftp_estimator_round_trip(estimator));
}

void
tftp_estimator_progress(struct tftp_estimator *estimator)
{
    estimator->wait = estimator->fixed != 0 ? estimator->fixed : clamp(estimator->wait);
}

void
tftp_estimator_back_off(struct tftp_estimator *estimator, uint64_t max)
{
    estimator->wait = estimator->wait < max / 2 ? estimator->wait * 2 : max;
}
