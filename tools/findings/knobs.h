/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The setting by which a program's user chooses the backlog.
 * docs/knobs.md says how each was checked.
 */
#ifndef LISTENQ_FINDINGS_KNOBS_H
#define LISTENQ_FINDINGS_KNOBS_H

#include "../names/names.h"

struct knob {
	const char *comm;	/* a pattern for the name of a process */
	const char *how;	/* half a sentence */
	bool fixed;		/* there is no setting */
};

/*
 * knob_for - of who called listen(2): systemd if it holds the socket,
 * else a process that holds it. NULL: not known
 */
const struct knob *knob_for(const struct owner *owner);

#endif
