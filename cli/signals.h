/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/* Ends the program by the signal that cli_finish_before_signals held back, if any. */
void cli_end_by_signal(void);

#endif
