/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef CHECKS_INTERNAL_H
#define CHECKS_INTERNAL_H

#include "checks/config.h"
#include "checks/xml.h"

#include <stdint.h>

/* --- xml_fault.c: a fault of XML in the words of people */

/* An element that is open where the fault is. */
struct xml_open {
    const char *name;
    unsigned line, column;
};

/* What libxml2 says about the first fault. */
struct xml_failure {
    int code; /* enum xmlParserErrors */
    unsigned line, column;
    size_t depth;
    const struct xml_open *open; /* the root first */
};

/* Fills `fault` by what stands in `xml` where the parser stopped. */
void xml_explain(struct prov_span xml, const struct xml_failure *failure, struct xml_fault *fault);

/* --- a configuration while it is read */

#define CONFIG_TEXT_MAX 128 /* longer values are none that decide anything */
#define CONFIG_NUMBERS 256  /* of buttons and lines that are looked at */

struct config_place {
    unsigned line, column;
};

/* What one element said. */
struct config_value {
    bool there; /* perhaps empty */
    char text[CONFIG_TEXT_MAX];
    struct config_place place;
};

/* A line of sipLines. */
struct config_line {
    struct config_value feature, name, proxy, user;
    size_t password_len; /* in characters */
    struct config_place password;
};

/* What all of it said. */
struct config_facts {
    struct config_value protocol, load, encrypted, security, transport, capf_mode, capf_server,
        ssh_access;
    bool of_all; /* its root is Default */
    bool weak_ssh_password;
    struct config_place ssh_password;

    bool has_profile, has_lines; /* sipProfile; sipLines with a line that says what it is */
    struct config_place profile, lines;

    struct config_value group; /* callManagerGroup */
    size_t servers;            /* with an address */
    bool server_closed;        /* the member at hand has its address already */
    bool has_time_server;
    bool has_outbound_proxy;

    struct config_line at_hand; /* the line that is read */
    struct config_line first;   /* the first that is a line, with its place */
    struct config_place first_place;
    bool has_first;
    struct config_value foreign_proxy; /* of the first line that names a host */
    bool buttons[CONFIG_NUMBERS], indexes[CONFIG_NUMBERS];

    size_t placeholders;
    struct config_value placeholder; /* the first: its element and place */
};

/* Where an element of the dictionary stood last. */
struct config_seen {
    size_t parent;
    uint64_t text; /* a digest of it */
};

struct config_check {
    const struct config_context *about;
    check_report *report;
    void *context;
    struct config_facts facts;
    struct config_seen *seen; /* one for each line of the dictionary */
};

/* --- config_say.c */

/* Reports at a place; a severity of NULL is that of the rule. */
void config_say(const struct config_check *check, enum check_rule rule, const char *severity,
                struct config_place place, const char *format, ...) PROV_PRINTF(5, 6);
struct config_place config_place(const struct xml_element *element);
bool config_is_family(const struct config_check *check, const char *name);
/* Keeps an element's text. */
void config_keep(struct config_value *value, const struct xml_element *element);

/* --- config_elements.c */
void config_check_element(struct config_check *check, const struct xml_element *element);

/* --- config_lines.c */
void config_take_line(struct config_check *check, const struct xml_element *element);
void config_judge_lines(const struct config_check *check);

/* --- config_facts.c */
void config_take(struct config_check *check, const struct xml_element *element);
void config_judge(const struct config_check *check);
void config_judge_sip(const struct config_check *check);
/* True if it is for a phone that speaks SIP. */
bool config_is_sip(const struct config_facts *facts);
/* True for loads before version 9 of SIP, which take other servers and UDP. */
bool config_is_old(const struct config_facts *facts);

#endif
