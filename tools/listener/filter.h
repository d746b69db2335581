/* SPDX-License-Identifier: GPL-2.0 */
/* Which listeners the user asked for. Each verb takes the same filters. */
#ifndef LISTENQ_FILTER_H
#define LISTENQ_FILTER_H

#include "listener.h"

struct filter;

struct filter *filter_new(void);
void filter_free(struct filter *filter);

/*
 * Each returns NULL, or what is wrong with the text, in one clean line that lives until
 * the next call. Given twice, either may match; different ones must all match.
 *	ports: "80,8000-8999,http"	addresses: "10.0.0.0/8", "::1", "*"
 *	unit: globs, of unit or container	pid: of a holder or of the acceptor
 *	netns: a name or an inode number, of what the look shows
 */
const char *filter_ports(struct filter *filter, const char *text);
const char *filter_address(struct filter *filter, const char *text);
const char *filter_unit(struct filter *filter, const char *text);
const char *filter_pid(struct filter *filter, const char *text);
const char *filter_netns(struct filter *filter, const char *text);
void filter_family(struct filter *filter, bool v4, bool v6);

/* filter_needs_owner - whether unit or pid was given, so that names must be looked up before */
bool filter_needs_owner(const struct filter *filter);

/* filter_picks - whether ports, addresses, units or processes were asked for */
bool filter_picks(const struct filter *filter);
bool filter_takes(const struct filter *filter, const struct listener *l);

/* filter_takes_netns - by its namespace alone: for what belongs to no listener */
bool filter_takes_netns(const struct filter *filter, const struct listener *l);

/*
 * filter_absent - the ports that were asked for one by one and that no listener of the look
 * has, "80, 443", or NULL: also where anything but ports and namespaces was asked for, which
 * may have taken it away. free() it.
 */
char *filter_absent(const struct filter *filter, const struct look *look);

/* filter_apply - drop the others from the look, in place */
void filter_apply(const struct filter *filter, struct look *look);

#endif
