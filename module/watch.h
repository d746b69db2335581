/* SPDX-License-Identifier: GPL-2.0 */
/* watch.c: programs that wait for something to happen */
#ifndef TLQ_WATCH_H
#define TLQ_WATCH_H

#include <linux/compiler.h>

struct file;
struct net;

void tlq_watch_init(unsigned int max, unsigned int max_user);
void tlq_watch_exit(void);
long tlq_watch_ioctl(struct file *file, struct net *net, unsigned int cmd,
		     void __user *arg);
void tlq_watch_release(const struct file *file);

#endif /* TLQ_WATCH_H */
