/* SPDX-License-Identifier: GPL-2.0 */
/* intake.c: listeners get numbers before their first packet */
#ifndef TLQ_INTAKE_H
#define TLQ_INTAKE_H

struct sock;

void tlq_intake_listen(struct sock *sk);
int tlq_intake_init(void);
void tlq_intake_start(void);
void tlq_intake_stop(void);
void tlq_intake_exit(void);

#endif /* TLQ_INTAKE_H */
