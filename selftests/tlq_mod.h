/* SPDX-License-Identifier: GPL-2.0 */
/* Load and unload the module under test */
#ifndef TLQ_MOD_H
#define TLQ_MOD_H

#include <stdbool.h>

#define TLQ_MODULE "tcp_listenq"

bool tlq_mod_live(void);
/* The module's file, or NULL: $TLQ_KO, the installed one, or the source tree's. */
const char *tlq_mod_file(void);
/* 0 or a negative errno */
int tlq_mod_load(const char *file);
int tlq_mod_load_args(const char *file, const char *args);
int tlq_mod_unload(void);
/* Unload, when nobody holds it any more */
int tlq_mod_gone(void);
/* Unload if need be, and load with these parameters */
int tlq_mod_reload(const char *args);
/*
 * Have the module as it is when just loaded: for a test's beginning and end. What
 * tlq_mod_renew() has loaded is not loaded again, if tlq_mod_fresh() comes next.
 */
int tlq_mod_fresh(void);
int tlq_mod_renew(void);
/* See to it that the module is there; NULL, or the reason why tests must skip. */
const char *tlq_mod_need(void);

#endif
