/* SPDX-License-Identifier: MIT */
/* What a tool found, said once and printed as aligned text or as JSON. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <prov.h>

#include <stdbool.h>
#include <stdint.h>

/* Text is printed as it is said; JSON at the end. Labels are the text's ("Signer Name"); JSON's
 * keys are the same in lower case with underscores ("signer_name"). */
struct cli_report;

/* NULL when memory is short. */
struct cli_report *cli_report_new(bool json);
void cli_report_free(struct cli_report *report);
bool cli_report_is_json(const struct cli_report *report);
/* Prints what is JSON, and forgets it; false if memory was short for it. Whether it could be
 * written cli_finish says. */
bool cli_report_print(struct cli_report *report);
/* Prints and frees. Returns `status`, an exit code, or CLI_FAILED after a message if memory was
 * short, as for a report that is NULL. */
int cli_report_end(struct cli_report *report, int status);

void cli_report_text(struct cli_report *report, const char *label, const char *text);
/* Untrusted bytes: shown escaped. */
void cli_report_name(struct cli_report *report, const char *label, struct prov_span name);
void cli_report_hex(struct cli_report *report, const char *label, struct prov_span bytes);
/* A size in text ("256 bytes"); in JSON the bytes in hexadecimal. */
void cli_report_blob(struct cli_report *report, const char *label, struct prov_span bytes);
/* A number in JSON; in text with `unit` after it (" bytes"), or `meaning` instead, where not NULL.
 */
void cli_report_number(struct cli_report *report, const char *label, uint64_t number,
                       const char *unit, const char *meaning);
/* UTC in text, seconds since 1970 in JSON. */
void cli_report_time(struct cli_report *report, const char *label, int64_t seconds);
void cli_report_flag(struct cli_report *report, const char *label, bool value);
/* A warning about the object at hand. */
void cli_report_warning(struct cli_report *report, const char *text);
/* A line of its own in text, nothing in JSON. */
void cli_report_line(struct cli_report *report, const char *format, ...) PROV_PRINTF(2, 3);

/* A further object in the list `label` of the object at hand, until its end; text: an empty line
 * before it, unless `compact`. */
void cli_report_open(struct cli_report *report, const char *label, bool compact);
void cli_report_close(struct cli_report *report);

/* A field whose tag nobody knows, in a header or a record. */
void cli_report_unknown(struct cli_report *report, const struct prov_field *field);
/* Every field of a header, in the order of the file. */
void cli_report_header(struct cli_report *report, const struct prov_header *header);
/* A good signature by `signer`: warns where the header writes the issuer in another way. */
void cli_report_valid(struct cli_report *report, const struct prov_header *header,
                      const struct prov_identity *signer);
/* The outcome: "valid", "invalid", "not checked", and why where there is more to say. JSON only. */
void cli_report_verdict(struct cli_report *report, const char *verdict, const char *reason);

#endif
