/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An argument of the function that a kprobe was hit in, from 0; see module/compat.h for
 * the architectures where the kernel's own has no name for it.
 */
#ifndef TLQ_ARGUMENT_H
#define TLQ_ARGUMENT_H

#include <linux/ptrace.h>

#if defined(CONFIG_ARM)
#define argument(regs, n) ((regs)->uregs[n])
#elif defined(CONFIG_S390)
#define argument(regs, n) ((regs)->gprs[2 + (n)])
#elif defined(CONFIG_PPC)
#define argument(regs, n) ((regs)->gpr[3 + (n)])
#else
#define argument(regs, n) regs_get_kernel_argument(regs, n)
#endif

#endif /* TLQ_ARGUMENT_H */
