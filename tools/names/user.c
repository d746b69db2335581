// SPDX-License-Identifier: GPL-2.0
/* Names of users. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

static char *recorded_name(struct names *names, uint64_t uid)
{
	char *path = path_below(names, "/etc/passwd"), *name = NULL;
	FILE *file = fopen(path, "re");
	struct passwd *user;

	free(path);
	while (file && !name && (user = fgetpwent(file)))
		if (user->pw_uid == uid)
			name = clean_text(user->pw_name, strlen(user->pw_name));
	if (file)
		fclose(file);
	return name;
}

static char *machine_name(uint64_t uid)
{
	struct passwd *user = uid == (uid_t)uid ? getpwuid(uid) : NULL;

	return user ? clean_text(user->pw_name, strlen(user->pw_name)) : NULL;
}

const char *user_name(struct names *names, uint64_t uid)
{
	char *name = map_get(&names->users, uid);

	if (!name) {
		name = names->root ? recorded_name(names, uid) : machine_name(uid);
		if (!name)
			name = xstrdup("");
		map_put(&names->users, uid, name);
	}
	return *name ? name : NULL;
}
