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
/* Unload, waiting until nobody holds it any more */
int tlq_mod_gone(void);
/* Unload if need be, and load with these parameters */
int tlq_mod_reload(const char *args);
/*
 * The module as just loaded, for the beginning of a test and for its end.
 * tlq_mod_fresh() does not reload what tlq_mod_renew() has loaded right before.
 */
int tlq_mod_fresh(void);
int tlq_mod_renew(void);
/* Load the module unless it is there; NULL, or why tests must skip. */
const char *tlq_mod_need(void);

/* Load one of test_modules/ with these parameters, and unload it */
int tlq_mod_helper(const char *name, const char *args);
void tlq_mod_helper_end(const char *name);

#endif
