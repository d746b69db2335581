/* SPDX-License-Identifier: GPL-2.0 */
/* The files that users see: procfs.c, debugfs.c, and seq.c, which both list with */
#ifndef TLQ_FILES_H
#define TLQ_FILES_H

struct file;
struct inode;
struct net;

/* seq.c */
int tlq_seq_open(struct file *file, struct net *net);
int tlq_seq_open_waits(struct file *file, struct net *net);
int tlq_seq_release(struct inode *inode, struct file *file);

/* seq_closed.c */
int tlq_seq_open_closed(struct file *file, struct net *net);

/* procfs.c */
int tlq_procfs_init(void);
void tlq_procfs_more(struct net *net);
void tlq_procfs_exit(void);

/* debugfs.c */
void tlq_debugfs_init(void);
void tlq_debugfs_exit(void);

#endif /* TLQ_FILES_H */
