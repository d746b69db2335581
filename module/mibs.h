/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters of the kernel that are charged to listeners. A table in a header, so
 * that with a constant index its members are constants.
 */
#ifndef TLQ_MIBS_H
#define TLQ_MIBS_H

#include <linux/compiler.h>
#include <linux/snmp.h>

#include "counters.h"

/*
 * @name: as in /proc/net/netstat
 * @index: in the MIB
 * @counter: what counts the same for a listener; of the overflows the one at the SYN
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
};

/**
 * tlq_mibs_rare() - those that a storm of refused SYNs leaves alone, added up
 * @mib: one CPU's
 *
 * Return: the sum. All of them only grow, so it changes when one of them does.
 */
static __always_inline unsigned long tlq_mibs_rare(const unsigned long *mib)
{
	unsigned long rare;

	/* Read once, though none of them is marked so: that would cost more. */
	rare = data_race(mib[LINUX_MIB_TCPREQQFULLDROP] + /* see above */
			 mib[LINUX_MIB_TCPREQQFULLDOCOOKIES] +
			 mib[LINUX_MIB_SYNCOOKIESSENT] +
			 mib[LINUX_MIB_EMBRYONICRSTS]);
	OPTIMIZER_HIDE_VAR(rare);
	return rare;
}

#endif /* TLQ_MIBS_H */
