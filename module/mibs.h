/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel counters that are charged to listeners. The table is in a header so
 * that its members are constants where the index is one.
 */
#ifndef TLQ_MIBS_H
#define TLQ_MIBS_H

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/snmp.h>
#include <net/net_namespace.h>

#include "tlq.h"

/*
 * @name: as in /proc/net/netstat
 * @index: in the MIB
 * @counter: the listener's counter; for ListenOverflows the one at the SYN
 */
static const struct {
	const char *name;
	int index;
	enum tlq_counter counter;
} tlq_mibs[TLQ_NR_MIBS] = {
	[TLQ_M_LISTEN_OVERFLOWS] = {
		"ListenOverflows", LINUX_MIB_LISTENOVERFLOWS,
		TLQ_C_OVERFLOW_SYN },
	[TLQ_M_REQQ_FULL_DROP] = {
		"TCPReqQFullDrop", LINUX_MIB_TCPREQQFULLDROP,
		TLQ_C_REQQ_FULL_DROP },
	[TLQ_M_REQQ_FULL_COOKIES] = {
		"TCPReqQFullDoCookies", LINUX_MIB_TCPREQQFULLDOCOOKIES,
		TLQ_C_REQQ_FULL_COOKIES },
	[TLQ_M_SYNCOOKIES_SENT] = {
		"SyncookiesSent", LINUX_MIB_SYNCOOKIESSENT,
		TLQ_C_SYNCOOKIES_SENT },
	[TLQ_M_LISTEN_DROPS] = {
		"ListenDrops", LINUX_MIB_LISTENDROPS,
		TLQ_C_LISTEN_DROPS },
	[TLQ_M_EMBRYONIC_RSTS] = {
		"EmbryonicRsts", LINUX_MIB_EMBRYONICRSTS,
		TLQ_C_EMBRYONIC_RSTS },
	[TLQ_M_TFO_OVERFLOW] = {
		"TCPFastOpenListenOverflow", LINUX_MIB_TCPFASTOPENLISTENOVERFLOW,
		TLQ_C_TFO_OVERFLOW },
};

/**
 * tlq_mibs_rare() - sum of the counters that refused SYNs do not raise
 * @mib: MIB of one CPU
 *
 * Return: the sum. The counters only grow, so it changes when one of them does.
 */
static __always_inline unsigned long tlq_mibs_rare(const unsigned long *mib)
{
	unsigned long rare;

	/* No READ_ONCE(): it would force separate loads. */
	rare = data_race(mib[LINUX_MIB_TCPREQQFULLDROP] +
			 mib[LINUX_MIB_TCPREQQFULLDOCOOKIES] +
			 mib[LINUX_MIB_SYNCOOKIESSENT] +
			 mib[LINUX_MIB_EMBRYONICRSTS] +
			 mib[LINUX_MIB_TCPFASTOPENLISTENOVERFLOW] +
			 mib[LINUX_MIB_TCPFASTOPENPASSIVE]);
	OPTIMIZER_HIDE_VAR(rare);
	return rare;
}

/**
 * tlq_mibs_any() - whether a CPU has counted anything
 * @net: namespace
 * @cpu: CPU
 *
 * Return: true if one of the counters is not 0.
 */
static inline bool tlq_mibs_any(const struct net *net, int cpu)
{
	const unsigned long *mib = per_cpu_ptr(net->mib.net_statistics, cpu)->mibs;
	int i;

	for (i = 0; i < TLQ_NR_MIBS; i++)
		if (READ_ONCE(mib[tlq_mibs[i].index]))
			return true;
	return READ_ONCE(mib[LINUX_MIB_TCPFASTOPENPASSIVE]);
}

/**
 * tlq_mibs_sum() - what all CPUs have counted
 * @net: namespace
 * @index: counter
 *
 * Return: the sum. Not each kernel exports its own function for that.
 */
static inline u64 tlq_mibs_sum(const struct net *net, int index)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(net->mib.net_statistics, cpu)->mibs[index]);
	return sum;
}

#endif /* TLQ_MIBS_H */
