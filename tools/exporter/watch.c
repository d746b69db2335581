// SPDX-License-Identifier: GPL-2.0
/* Looks at the module's files, and the text that is made of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/text.h"
#include "../source/files.h"
#include "exporter.h"

#define NS_PER_S INT64_C(1000000000)

enum outcome { LOOKED, ABSENT, FAILED };

void watch_open(struct watch *watch, const struct options *options)
{
	*watch = (struct watch){ .options = options };
	watch->metrics = metrics_new(&options->metrics);
	watch->owners = owners_new(options->source.root);
	watch->health.build_version = program_version;
}

void watch_close(struct watch *watch)
{
	metrics_free(watch->metrics);
	owners_free(watch->owners);
	hooks_free(&watch->health);
	free(watch->reading.said);
	free(watch->module_version);
}

static int64_t ns_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - then->tv_sec) * NS_PER_S + now.tv_nsec - then->tv_nsec;
}

static bool has_table(const struct source *source)
{
	char *below = table_path(source, TABLE_LISTENERS), *path;
	bool there;

	path = xasprintf("%s/%s", source->root ? source->root : "", below);
	there = !access(path, F_OK);
	free(path);
	free(below);
	return there;
}

/*
 * Records first, so that whoever closes in between is looked for once more. In the first look
 * the other way round: what is counted from then on must not have what was before.
 */
static bool read_tables(struct watch *watch, struct look *live, struct look *closed, char why[512])
{
	const struct source *source = &watch->options->source;
	bool first = !metrics_is_based(watch->metrics);
	struct source_said said;
	enum source_result result;
	int i;

	for (i = 0; i < 2; i++) {
		bool records = (i == 0) != first;

		result = records ? source_closed(source, closed, &said) :
				   source_look(source, live, &said);
		/*
		 * A listener whose line is mangled would be gone and then new: rather no look.
		 * That there is no table of closed ones yet is no fault: nothing is in it then.
		 */
		if (result == SOURCE_OK && said.missing[0] && !(records && !closed->has))
			result = SOURCE_FAILED;
		if (result != SOURCE_OK) {
			snprintf(why, 512, "%s", said.error[0] ? said.error : said.missing);
			return false;
		}
	}
	return true;
}

/* The module may go and come back while it is read: then what was read is thrown away. */
static enum outcome look_once(struct watch *watch, uint64_t *module, char why[512])
{
	const struct source *source = &watch->options->source;
	struct look live = { 0 }, closed = { 0 };
	struct moment moment = { .closed = &closed, .live = &live };
	enum outcome outcome = FAILED;

	*module = module_inode(source);
	if (!*module && !has_table(source)) {
		metrics_absent(watch->metrics);
		return ABSENT;
	}
	if (!read_tables(watch, &live, &closed, why)) {
		;
	} else if (module_inode(source) != *module) {
		snprintf(why, 512, "the module was loaded again while it was read");
	} else {
		owners_fill(watch->owners, &live, &closed);
		moment.own_netns = netns_of(source, 0);
		moment.identified = *module;
		moment.loaded_again = watch->module && *module && *module != watch->module;
		metrics_look(watch->metrics, &moment);
		outcome = LOOKED;
	}
	look_free(&live);
	look_free(&closed);
	return outcome;
}

static void look(struct watch *watch)
{
	struct health *health = &watch->health;
	char why[512] = "";
	uint64_t module;
	enum outcome outcome = look_once(watch, &module, why);

	if (outcome == FAILED && module_inode(&watch->options->source) != module)
		outcome = look_once(watch, &module, why);
	if (outcome == FAILED) {
		health->read_errors++;
		trouble_is(&watch->reading, "reads the module's files", why);
	} else {
		trouble_is(&watch->reading, "reads the module's files",
			   outcome == ABSENT ? "the module tcp_listenq is not loaded" : NULL);
	}
	health->loaded = outcome == LOOKED || (outcome == FAILED && module);
	health->looked = outcome == LOOKED;
	if (outcome == LOOKED || outcome == ABSENT)
		watch->module = module;
}

static void look_at_module(struct watch *watch)
{
	free(watch->module_version);
	watch->module_version = NULL;
	hooks_free(&watch->health);
	if (watch->health.loaded) {
		watch->module_version = module_version_of(&watch->options->source);
		hooks_read(&watch->options->source, &watch->health);
	}
	watch->health.module_version = watch->module_version;
}

void watch_look(struct watch *watch)
{
	struct timespec start;

	if (watch->looked.tv_sec && ns_since(&watch->looked) < NS_PER_S)
		return;
	expositions_finish(watch);
	clock_gettime(CLOCK_MONOTONIC, &start);
	look(watch);
	look_at_module(watch);
	watch->health.read_us = ns_since(&start) / 1000;
	clock_gettime(CLOCK_MONOTONIC, &watch->looked);
}

void watch_forget(struct watch *watch)
{
	watch->looked.tv_sec = 0;
	owners_refresh(watch->owners);
}
