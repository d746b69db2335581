/* SPDX-License-Identifier: GPL-2.0 */
/* look.c: a look at all listeners, so that each has numbers or a note of what it lost */
#ifndef TLQ_LOOK_H
#define TLQ_LOOK_H

struct net;

void tlq_look(unsigned long delay);
void tlq_look_again(void);
void tlq_look_tell(void (*fn)(struct net *net));
void tlq_look_tell_of(struct net *net);
void tlq_look_stop(void);

#endif /* TLQ_LOOK_H */
