/* SPDX-License-Identifier: GPL-2.0 */
/* track.c: a listener gets numbers, and loses them when it closes */
#ifndef TLQ_TRACK_H
#define TLQ_TRACK_H

#include <linux/types.h>

#include "share.h"
#include "tlq.h"

struct sock;
struct tlq_net;

enum tlq_refusal tlq_track(struct tlq_net *tn, struct sock *sk, u32 columns);
enum tlq_refusal tlq_track_early(struct tlq_net *tn, struct sock *sk,
				 int forgotten);
void tlq_track_lost(struct tlq_net *tn, struct sock *sk, u32 columns);
void tlq_untrack(struct sock *sk);
void tlq_untrack_row(struct sock *sk, struct tlq_row *row);

#endif /* TLQ_TRACK_H */
