/* SPDX-License-Identifier: MIT */
/* What was found about a server's TLS, for people and as JSON. */
#ifndef PROVCHECK_TLS_REPORT_H
#define PROVCHECK_TLS_REPORT_H

#include "provcheck/tls/check.h"

#include "cli/report.h"

/* One device, in full. */
void tls_report_device(struct cli_report *report, const struct tls_check *check,
                       const struct tls_result *result);
/* Several, as a table; in JSON each in full. */
void tls_report_table(struct cli_report *report, const struct tls_check *check,
                      const struct tls_result *results, size_t count);
/* The bits of an error word. */
void tls_report_word(struct cli_report *report, uint32_t word);

#endif
