// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of the kernel's for each CPU. A CPU that comes online later is not seen.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../common/text.h"
#include "../source/source.h"
#include "format.h"
#include "trace.h"

/* Of each CPU, a power of two: some 2,000 events */
#define RING_BYTES (256u << 10)
#define WAIT_MS 50
#define MOST_CPUS 8192
#define NS_PER_S 1000000000ull

struct ring {
	struct perf_event_mmap_page *page;	/* what is behind it are the events */
	size_t page_size;
	int fd;
};

struct trace {
	struct event_format format;
	struct ring *rings;
	size_t nr;
	struct pollfd *poll;	/* as many */
	/* what trace_take() collects */
	struct refusal *refusals;
	size_t nr_refusals, room;
	uint64_t lost;
};

/* event_file - one of the event's in tracefs, wherever that is mounted; NULL: it is not there */
static char *event_file(const char *name)
{
	static const char *const mounts[] = { "sys/kernel/tracing", "sys/kernel/debug/tracing" };
	char *path, *text = NULL;
	size_t i, size;

	for (i = 0; !text && i < ARRAY_SIZE(mounts); i++) {
		path = xasprintf("%s/events/tcp_listenq/listen_drop/%s", mounts[i], name);
		text = read_whole(NULL, path, &size);
		free(path);
		if (!text && errno != ENOENT)
			break;
	}
	return text;
}

static bool read_event(struct trace *trace, unsigned long *id, char error[512])
{
	char *id_text = event_file("id"), *format = id_text ? event_file("format") : NULL;
	bool good = false;

	if (!format)
		snprintf(error, 512, "tracefs: the event tcp_listenq:listen_drop: %s%s",
			 strerror(errno),
			 errno == ENOENT ? "; is the module loaded, and tracefs mounted?" : "");
	else if (!format_parse(format, &trace->format))
		snprintf(error, 512, "tracefs: the event tcp_listenq:listen_drop has not the fields we know");
	else
		good = true;
	if (good)
		*id = strtoul(id_text, NULL, 10);
	free(id_text);
	free(format);
	return good;
}

static int open_event(unsigned long id, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
		.watermark = 1,
		.wakeup_watermark = RING_BYTES / 4,
	};

	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool add_ring(struct trace *trace, int fd)
{
	struct ring *ring = &trace->rings[trace->nr];

	ring->fd = fd;
	ring->page_size = sysconf(_SC_PAGESIZE);
	ring->page = mmap(NULL, ring->page_size + RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			  fd, 0);
	if (ring->page == MAP_FAILED) {
		close(fd);
		return false;
	}
	trace->poll[trace->nr++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return true;
}

/* nr_cpus - one more than the highest number that a CPU may have: "0-7", "0,2-5" */
static long nr_cpus(void)
{
	size_t size;
	char *text = read_whole(NULL, "sys/devices/system/cpu/possible", &size), *last;
	long nr = 1;

	if (!text)
		return sysconf(_SC_NPROCESSORS_CONF);
	for (last = text + strlen(text); last > text && !strchr(",-", last[-1]); last--)
		;
	nr += strtol(last, NULL, 10);
	free(text);
	return nr > 0 && nr < MOST_CPUS ? nr : MOST_CPUS;
}

static bool add_rings(struct trace *trace, unsigned long id, char error[512])
{
	long cpu, nr = nr_cpus();
	int fd;

	trace->rings = xcalloc(nr, sizeof(*trace->rings));
	trace->poll = xcalloc(nr, sizeof(*trace->poll));
	for (cpu = 0; cpu < nr; cpu++) {
		fd = open_event(id, cpu);
		if (fd < 0 && errno == ENODEV)
			continue;	/* offline */
		if (fd < 0 || !add_ring(trace, fd)) {
			snprintf(error, 512, "perf_event_open: %s", strerror(errno));
			return false;
		}
	}
	return true;
}

struct trace *trace_open(char error[512])
{
	struct trace *trace = xcalloc(1, sizeof(*trace));
	unsigned long id;

	if (read_event(trace, &id, error) && add_rings(trace, id, error))
		return trace;
	trace_close(trace);
	return NULL;
}

void trace_close(struct trace *trace)
{
	size_t i;

	for (i = 0; i < trace->nr; i++) {
		munmap(trace->rings[i].page, trace->rings[i].page_size + RING_BYTES);
		close(trace->rings[i].fd);
	}
	free(trace->rings);
	free(trace->poll);
	free(trace->refusals);
	free(trace);
}

void trace_wait(struct trace *trace)
{
	poll(trace->poll, trace->nr, WAIT_MS);
}

static void add_refusal(struct trace *trace, const unsigned char *raw, size_t size)
{
	if (trace->nr_refusals == trace->room)
		trace->refusals = xrealloc(trace->refusals, trace->room += 256,
					   sizeof(*trace->refusals));
	if (format_read(&trace->format, raw, size, &trace->refusals[trace->nr_refusals]))
		trace->nr_refusals++;
	else
		trace->lost++;
}

/*
 * RECORD of SIZE bytes, behind its header: of a sample the size and the bytes; of a loss an id
 * and how many
 */
static void take_record(struct trace *trace, uint32_t type, const unsigned char *record,
			size_t size)
{
	uint64_t lost;
	uint32_t raw;

	if (type == PERF_RECORD_LOST && size >= 2 * sizeof(lost)) {
		memcpy(&lost, record + sizeof(lost), sizeof(lost));
		trace->lost += lost;
	} else if (type == PERF_RECORD_SAMPLE && size >= sizeof(raw)) {
		memcpy(&raw, record, sizeof(raw));
		if (raw <= size - sizeof(raw))
			add_refusal(trace, record + sizeof(raw), raw);
	}
}

/* What lies over the end of the ring goes on at its beginning. */
static void copy_out(const struct ring *ring, uint64_t at, unsigned char *to, size_t size)
{
	const unsigned char *events = (const unsigned char *)ring->page + ring->page_size;
	size_t offset = at % RING_BYTES, first = RING_BYTES - offset;

	if (first > size)
		first = size;
	memcpy(to, events + offset, first);
	memcpy(to + first, events, size - first);
}

static void take_ring(struct trace *trace, const struct ring *ring)
{
	/* The kernel writes the head after the events, and an event after it has read the tail. */
	uint64_t head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = ring->page->data_tail;
	/* Kernels of 32 bits count so far only. */
	unsigned long left = (unsigned long)head - (unsigned long)tail;
	unsigned char record[UINT16_MAX];
	struct perf_event_header header;

	while (left) {
		copy_out(ring, tail, (unsigned char *)&header, sizeof(header));
		if (header.size < sizeof(header) || header.size > left)
			break;
		copy_out(ring, tail + sizeof(header), record, header.size - sizeof(header));
		take_record(trace, header.type, record, header.size - sizeof(header));
		tail += header.size;
		left -= header.size;
	}
	__atomic_store_n(&ring->page->data_tail, head, __ATOMIC_RELEASE);
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

static int by_time(const void *a, const void *b)
{
	const struct refusal *left = a, *right = b;

	return (left->when > right->when) - (left->when < right->when);
}

size_t trace_take(struct trace *trace, struct refusal **refusals, uint64_t *lost)
{
	int64_t since_1970 = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
	size_t i, nr;

	for (i = 0; i < trace->nr; i++)
		take_ring(trace, &trace->rings[i]);
	nr = trace->nr_refusals;
	*refusals = trace->refusals;
	*lost = trace->lost;
	trace->refusals = NULL;
	trace->nr_refusals = 0;
	trace->room = 0;
	trace->lost = 0;
	for (i = 0; i < nr; i++)
		(*refusals)[i].time = (double)(since_1970 + (int64_t)(*refusals)[i].when) / 1e9;
	if (nr)
		qsort(*refusals, nr, sizeof(**refusals), by_time);
	return nr;
}
