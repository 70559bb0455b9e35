/* SPDX-License-Identifier: MIT */
/* Keys and passwords stay out of core files. */
#ifndef CLI_CORE_H
#define CLI_CORE_H

#include <prov/error.h>

/* From now on no core file is written of this process, wherever the system sends them, and no
 * other process of this user reads its memory. Programs that it starts may have core files if they
 * raise the limit. A change of user may undo it: to be called again. PROV_E_SYSTEM. */
int cli_forbid_core(struct prov_error *err) PROV_CHECKED;

#endif
