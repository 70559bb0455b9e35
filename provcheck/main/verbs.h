/* SPDX-License-Identifier: MIT */
/* What provcheck can do. Each verb takes the command line from its own name on, and returns the
 * exit code. */
#ifndef PROVCHECK_MAIN_VERBS_H
#define PROVCHECK_MAIN_VERBS_H

int verb_boot(int argc, char **argv);
int verb_config(int argc, char **argv);
int verb_tree(int argc, char **argv);
int verb_storm(int argc, char **argv);
int verb_tls(int argc, char **argv);
int verb_dhcp(int argc, char **argv);
int verb_why(int argc, char **argv);

#endif
