/* SPDX-License-Identifier: MIT */
/* How long to wait for an acknowledgement: RFC 6298's estimator. All times are microseconds. */
#ifndef SERVER_TFTP_ESTIMATOR_H
#define SERVER_TFTP_ESTIMATOR_H

#include <stdbool.h>
#include <stdint.h>

#define TFTP_WAIT_FIRST 250000 /* before anything is known of the path */
#define TFTP_WAIT_MIN 20000
#define TFTP_WAIT_MAX 1000000

struct tftp_estimator {
    uint64_t smoothed;  /* SRTT; 0 before the first sample */
    uint64_t variation; /* RTTVAR */
    uint64_t shortest;  /* of all samples */
    uint64_t wait;      /* RTO, with its backoff */
    uint64_t fixed;     /* the negotiated timeout, which replaces the estimate; 0: none */
};

void tftp_estimator_start(struct tftp_estimator *estimator, unsigned timeout_seconds);
/* The round trip of a packet that was sent once (Karn's rule is the caller's). */
void tftp_estimator_sample(struct tftp_estimator *estimator, uint64_t round_trip);
/* Something was acknowledged. Without a sample the backoff stays (RFC 6298, section 5.7), within
 * the limits. */
void tftp_estimator_progress(struct tftp_estimator *estimator);
/* When an answer to what was sent is overdue, as far as is known, without the limits. */
uint64_t tftp_estimator_round_trip(const struct tftp_estimator *estimator);
/* Nothing came in time: doubles the wait, at most to `max`. */
void tftp_estimator_back_off(struct tftp_estimator *estimator, uint64_t max);

#endif
