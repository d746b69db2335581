/* SPDX-License-Identifier: GPL-2.0 */
/* netstat.c: the backlog in /proc/net/tcp and tcp6 */
#ifndef TLQ_NETSTAT_H
#define TLQ_NETSTAT_H

void tlq_netstat_init(void);
void tlq_netstat_exit(void);

#endif /* TLQ_NETSTAT_H */
