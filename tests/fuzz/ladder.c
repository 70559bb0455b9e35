/* SPDX-License-Identifier: MIT */
/* The table of ladders: what can be read is written and read again as it was. */
#include "tests/fuzz/fuzz.h"

#include "ladder/rungs.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ladder_table table, again;
    struct prov_bytes *bytes = NULL;
    if (ladder_table_read((struct prov_span){data, len}, &table, NULL) != PROV_OK)
        return 0;
    fuzz_require(ladder_table_write(&table, &bytes, NULL) == PROV_OK, "a table can be written");
    fuzz_require(ladder_table_read(prov_bytes_span(bytes), &again, NULL) == PROV_OK,
                 "what was written can be read");
    fuzz_require(again.count == table.count, "all lists are there");
    for (size_t i = 0; i < table.count; i++)
        fuzz_require(again.at[i].count == table.at[i].count &&
                         strcmp(again.at[i].name, table.at[i].name) == 0,
                     "each has its rungs");
    prov_bytes_free(bytes);
    ladder_table_release(&table);
    ladder_table_release(&again);
    return 0;
}
