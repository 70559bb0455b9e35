/* SPDX-License-Identifier: MIT */
/* The dictionary of configurations: what is known of each element, read from files of lines
 * (prov-elements(5)). */
#ifndef FAMILIES_DICTIONARY_H
#define FAMILIES_DICTIONARY_H

#include <prov.h>

#include <stdbool.h>

#define DICTIONARY_OWN "/etc/prov/elements.d" /* where an administrator's own lines stand */

enum element_type {
    ELEMENT_BLOCK,   /* holds others; "many": stands more than once in its parent */
    ELEMENT_BOOLEAN, /* true or false, exactly */
    ELEMENT_NUMBER,  /* a whole number, of a range */
    ELEMENT_CHOICE,  /* one of some words */
    ELEMENT_WORD,    /* the same, in any case */
    ELEMENT_LIST,    /* numbers of a range, with commas between them */
    ELEMENT_HOST,    /* a name or an address */
    ELEMENT_IPV6,
    ELEMENT_URL,
    ELEMENT_HTTPS, /* a URL of this scheme */
    ELEMENT_LOAD,  /* a firmware load, without .loads */
    ELEMENT_TIME,  /* HH:MM */
    ELEMENT_DATE,  /* a template such as D/M/YA */
    ELEMENT_DIGITS,
    ELEMENT_HEX,    /* so many hexadecimal digits */
    ELEMENT_TEXT,   /* of a length */
    ELEMENT_SECRET, /* the same, and never shown */
    ELEMENT_FILE,   /* the name of a file in the tree */
    ELEMENT_TYPES
};

/* A line of the dictionary. */
struct element {
    const char *path;     /* from the root on, without numbers */
    const char *name;     /* the end of it */
    unsigned first, last; /* what its name goes on with: url1 to url3; both 0: nothing */
    enum element_type type;
    unsigned min, max;    /* numbers: their range; texts: max characters; max 0: any */
    const char *values;   /* choices: the words, with | between them, or @SET */
    const char *families; /* that read it, with blanks between them; or all, sip, sccp */
    const char *severity; /* of a value that is none of those: RULE_NOTES and so on */
    const char *source;
    const char *meaning;
    size_t age; /* of all lines, which was read when */
};

struct dictionary;

/* The lines that came with the program, and those of all *.tsv in `own` (NULL, or not there: none),
 * which replace or add. What is malformed is refused with file and line. */
int dictionary_load(const char *own, struct dictionary **out, struct prov_error *err) PROV_CHECKED;
/* A dictionary of these lines alone; `name` is for errors. */
int dictionary_of(struct prov_span lines, const char *name, struct dictionary **out,
                  struct prov_error *err) PROV_CHECKED;
void dictionary_free(struct dictionary *dictionary);

/* The lines, in the order of their paths. */
size_t dictionary_count(const struct dictionary *dictionary);
const struct element *dictionary_at(const struct dictionary *dictionary, size_t index);

/* What stands at this path, as a file has it: below the root Default as below device, and in
 * commonConfig and enterpriseConfig as in vendorConfig. NULL: nothing that is known. */
const struct element *dictionary_find(const struct dictionary *dictionary, const char *path);
/* An element of this name, whatever is around it. */
const struct element *dictionary_named(const struct dictionary *dictionary, const char *name);
/* An element whose name differs from this one in case alone. */
const struct element *dictionary_in_other_case(const struct dictionary *dictionary,
                                               const char *name);
/* The one element beside which this path would stand whose name is nearly the same; NULL: none. */
const struct element *dictionary_guess(const struct dictionary *dictionary, const char *path);

/* True if `value` is one of the words of this choice. */
bool dictionary_allows(const struct dictionary *dictionary, const struct element *element,
                       const char *value);

const char *element_type_name(enum element_type type);
/* The index of a line in its dictionary. */
size_t dictionary_index(const struct dictionary *dictionary, const struct element *element);

#endif
