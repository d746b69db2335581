// SPDX-License-Identifier: GPL-2.0
/*
 * Unit and container from the path of a cgroup, as systemd and container engines name
 * them. What is inside a container is a unit of its systemd; what is around it is not
 * the container's unit. Names of containers that people gave (docker ps) are not in
 * the path, only ids.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

struct word {
	const char *text;
	size_t length;
};

static bool starts(struct word word, const char *with)
{
	return word.length >= strlen(with) && !memcmp(word.text, with, strlen(with));
}

static bool ends(struct word word, const char *with)
{
	size_t length = strlen(with);

	return word.length > length && !memcmp(word.text + word.length - length, with, length);
}

static struct word after(struct word word, const char *start)
{
	return (struct word){ word.text + strlen(start), word.length - strlen(start) };
}

static struct word before(struct word word, const char *end)
{
	return (struct word){ word.text, word.length - strlen(end) };
}

static int hex_digit(char digit)
{
	const char *digits = "0123456789abcdef", *at = digit ? strchr(digits, digit) : NULL;

	return at ? at - digits : -1;
}

/* systemd's escape: \x and two digits. It is no byte 0. */
static bool is_escape(const char *text, size_t length)
{
	return length >= 4 && text[0] == '\\' && text[1] == 'x' && hex_digit(text[2]) >= 0 &&
	       hex_digit(text[3]) >= 0 && (text[2] != '0' || text[3] != '0');
}

/* "KIND:NAME", clean; UNESCAPE: \x2d is -. */
static char *named(const char *kind, struct word name, bool unescape)
{
	char *bytes = xcalloc(name.length + 1, 1), *clean, *both;
	size_t length = 0;

	for (size_t i = 0; i < name.length; i++)
		if (unescape && is_escape(name.text + i, name.length - i)) {
			bytes[length++] =
				hex_digit(name.text[i + 2]) * 16 + hex_digit(name.text[i + 3]);
			i += 3;
		} else {
			bytes[length++] = name.text[i];
		}
	clean = clean_text(bytes, length);
	both = xasprintf("%s:%s", kind, clean);
	free(clean);
	free(bytes);
	return both;
}

static bool all_hex(struct word word, const char *more)
{
	for (size_t i = 0; i < word.length; i++)
		if (hex_digit(word.text[i]) < 0 && !strchr(more, word.text[i]))
			return false;
	return word.length;
}

/* The container of which this is the cgroup, or NULL. PARENT is the word before. */
static char *container_of(struct word word, struct word parent)
{
	static const char *const engines[] = { "docker", "cri-containerd", "crio", "libpod" };
	struct word id = ends(word, ".scope") ? before(word, ".scope") : word;

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		struct word hex = { NULL, 0 };

		if (starts(id, engines[i]) && id.length > strlen(engines[i]) &&
		    id.text[strlen(engines[i])] == '-')
			hex = after(after(id, engines[i]), "-");
		if (hex.length == 64 && all_hex(hex, ""))
			return named(engines[i], (struct word){ hex.text, 12 }, false);
	}
	/* Docker without systemd */
	if (parent.length == 6 && starts(parent, "docker") && word.length == 64 &&
	    all_hex(word, ""))
		return named("docker", (struct word){ word.text, 12 }, false);
	if (starts(word, "lxc.payload.") && word.length > strlen("lxc.payload."))
		return named("lxc", after(word, "lxc.payload."), false);
	if (starts(word, "machine-") && ends(word, ".scope") && id.length > strlen("machine-"))
		return named("machine", after(id, "machine-"), true);
	return NULL;
}

/* "pod:UID" from podUID, or kubepods-burstable-podUID.slice with _ for -, or NULL */
static char *pod_of(struct word word)
{
	struct word uid = ends(word, ".slice") ? before(word, ".slice") : word;
	char *pod;

	if (starts(uid, "kubepods"))
		while (uid.length && !starts(uid, "-pod"))
			uid = (struct word){ uid.text + 1, uid.length - 1 };
	if (starts(uid, "-"))
		uid = after(uid, "-");
	if (!starts(uid, "pod"))
		return NULL;
	uid = after(uid, "pod");
	if ((uid.length != 36 && uid.length != 32) || !all_hex(uid, "-_"))
		return NULL;
	pod = named("pod", uid, false);
	for (char *at = pod; *at; at++)
		if (*at == '_')
			*at = '-';
	return pod;
}

static bool is_unit(struct word word)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (ends(word, kinds[i]))
			return true;
	return false;
}

/* Clean, but with systemd's escapes as they are: that is how systemctl takes the name. */
static char *clean_unit(struct word word)
{
	char *whole = xstrdup("");

	/* systemd puts a _ before names that the kernel would take for a file of its own. */
	if (starts(word, "_"))
		word = after(word, "_");
	while (word.length) {
		size_t length = 1;
		char *clean, *longer;
		bool escape = is_escape(word.text, word.length);

		if (escape)
			length = 4;
		else
			while (length < word.length &&
			       !is_escape(word.text + length, word.length - length))
				length++;
		clean = escape ? strndup(word.text, length) : clean_text(word.text, length);
		longer = xasprintf("%s%s", whole, clean);
		free(clean);
		free(whole);
		whole = longer;
		word = (struct word){ word.text + length, word.length - length };
	}
	return whole;
}

static void replace(char **old, char *new)
{
	free(*old);
	*old = new;
}

void unit_of_path(const char *path, char **unit, char **container)
{
	struct word word = { NULL, 0 }, parent, found = { NULL, 0 };
	bool in_kubepods = false;

	*unit = NULL;
	*container = NULL;
	for (; *path; path += word.length) {
		char *inside;

		path += strspn(path, "/");
		parent = word;
		word = (struct word){ path, strcspn(path, "/") };
		in_kubepods |= starts(word, "kubepods");
		inside = container_of(word, parent);
		if (!inside && in_kubepods)
			inside = pod_of(word);
		if (inside) {
			replace(container, inside);
			found.length = 0;
		} else if (is_unit(word) &&
			   !(found.length && word.length == 10 && starts(word, "init.scope"))) {
			/* A user's systemd is in init.scope of user@UID.service. */
			found = word;
		}
	}
	if (found.length)
		*unit = clean_unit(found);
}
