/* SPDX-License-Identifier: GPL-2.0 */
/* watched.c, for watch.c: what a watch counts */
#ifndef TLQ_WATCHED_H
#define TLQ_WATCHED_H

#include <linux/types.h>

struct net;
struct tcp_listenq_watch;

bool tlq_watched_known(const struct net *net, const struct tcp_listenq_watch *what);
bool tlq_watched_now(struct net *net, const struct tcp_listenq_watch *what, u64 alive,
		     u64 *now);
bool tlq_watched_listens(const struct net *net, u64 cookie);

#endif /* TLQ_WATCHED_H */
