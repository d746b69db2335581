// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the module under test
 *
 * System calls, not insmod(8): a slow machine would spend its time on hundreds
 * of processes.
 */
#include "tlq_mod.h"
#include "tlq_sys.h"
#include "tlq_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COMPRESSED_FILE 4	/* MODULE_INIT_COMPRESSED_FILE, v5.17 */

bool tlq_mod_live(void)
{
	return access(TLQ_PROC, R_OK) == 0;
}

/* The first line @command prints is a path that can be read. */
static bool path_from(const char *command, char *path, int size)
{
	FILE *p = popen(command, "re");
	bool got;

	if (!p)
		return false;
	got = fgets(path, size, p);
	pclose(p);
	path[strcspn(path, "\n")] = '\0';
	return got && access(path, R_OK) == 0;
}

const char *tlq_mod_file(void)
{
	static const char tree[] = "../../module/" TLQ_MODULE ".ko";
	static char path[4096];
	const char *env = getenv("TLQ_KO");

	if (env && *env)
		return access(env, R_OK) ? NULL : env;
	/* Once, for the same reason */
	if (*path)
		return path;
	if (path_from("modinfo -n " TLQ_MODULE " 2>/dev/null", path,
		      sizeof(path)))
		return path;
	*path = '\0';
	return access(tree, R_OK) ? NULL : tree;
}

int tlq_mod_load(const char *file)
{
	return tlq_mod_load_args(file, "");
}

int tlq_mod_load_args(const char *file, const char *args)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), err = 0;
	const char *dot = strrchr(file, '.');
	int flags = dot && strcmp(dot, ".ko") ? COMPRESSED_FILE : 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, args, flags))
		err = -errno;
	close(fd);
	return err;
}

int tlq_mod_unload(void)
{
	return syscall(SYS_delete_module, TLQ_MODULE, O_NONBLOCK) ? -errno : 0;
}

/* Open files and late packets may hold it for a moment. */
static bool unloaded(void)
{
	int err = tlq_mod_unload();

	return !err || err == -ENOENT;
}

int tlq_mod_gone(void)
{
	return tlq_until(unloaded()) ? 0 : -EBUSY;
}

int tlq_mod_reload(const char *args)
{
	const char *file = tlq_mod_file();
	int err = file ? tlq_mod_gone() : -ENOENT;

	return err ? err : tlq_mod_load_args(file, args);
}

/* Shared by all tests of a program, each of which is a process of its own */
static bool *unused;

static __attribute__((constructor)) void share_unused(void)
{
	unused = mmap(NULL, sizeof(*unused), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (unused == MAP_FAILED)
		abort();
}

int tlq_mod_fresh(void)
{
	bool fresh = *unused && tlq_mod_live();

	*unused = false;
	return fresh ? 0 : tlq_mod_reload("");
}

int tlq_mod_renew(void)
{
	int err = tlq_mod_reload("");

	*unused = !err;
	return err;
}

const char *tlq_mod_need(void)
{
	static char why[128];
	const char *file;
	int err;

	if (geteuid())
		return "needs root";
	if (tlq_mod_live())
		return NULL;
	file = tlq_mod_file();
	if (!file)
		return "no " TLQ_MODULE " module: set TLQ_KO or install it";
	err = tlq_mod_load(file);
	/* A compressed file needs modprobe where the kernel cannot unpack. */
	if (err && err != -EEXIST &&
	    system("modprobe -q " TLQ_MODULE " 2>/dev/null")) {
		snprintf(why, sizeof(why), "cannot load " TLQ_MODULE ": %s",
			 strerror(-err));
		return why;
	}
	return tlq_mod_live() ? NULL : TLQ_MODULE " loaded without " TLQ_PROC;
}

int tlq_mod_helper(const char *name, const char *args)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "modprobe -q %s %s 2>/dev/null || insmod test_modules/%s.ko %s 2>/dev/null",
		 name, args, name, args);
	return system(command) ? -ENOENT : 0;
}

void tlq_mod_helper_end(const char *name)
{
	syscall(SYS_delete_module, name, O_NONBLOCK);
}
