// SPDX-License-Identifier: GPL-2.0
/*
 * The BPF iterator over TCP sockets, which older kernels run through the same
 * functions as /proc/net/tcp.
 *
 * 1. The text a program writes there is read unchanged, even if it looks like
 *    the line of a listener in /proc/net/tcp.
 * 2. That holds for a file of bpffs, too, even if its name is "tcp" or "tcp6".
 *
 * The program, a few instructions made here, writes a text for each socket.
 */
#include "tlq_test.h"

#include "tlq_tcp_lines.h"

#include <linux/bpf.h>
#include <linux/btf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
#define ITERATOR "bpf_iter_tcp"
#define LINE 150
#define WORDS ((LINE + 7) / 8)

#define INSN(c, d, s, o, i) ((struct bpf_insn) { \
	.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define LOAD(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)

/* Bytes that follow the twelve of a type */
static size_t btf_extra(unsigned int info)
{
	size_t n = BTF_INFO_VLEN(info);

	switch (BTF_INFO_KIND(info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17:	/* DECL_TAG */
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8 * n;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case 19:	/* ENUM64 */
		return 12 * n;
	default:
		return 0;
	}
}

/* The id of a function's type, or 0 */
static int btf_func(const char *name)
{
	const struct btf_header *h;
	const struct btf_type *t;
	const char *p, *end;
	char *text;
	size_t len;
	int id = 1;

	if (tlq_read_file(VMLINUX_BTF, 1 << 20, &text, &len))
		return 0;
	h = (const void *)text;
	p = text + h->hdr_len + h->type_off;
	end = p + h->type_len;
	for (; p < end; p += sizeof(*t) + btf_extra(t->info), id++) {
		t = (const void *)p;
		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    !strcmp(text + h->hdr_len + h->str_off + t->name_off, name))
			break;
	}
	id = p < end ? id : 0;
	free(text);
	return id;
}

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* if (ctx->sk_common) bpf_seq_write(ctx->meta->seq, line, LINE); return 0; */
static int load_program(int btf_id, const char *line)
{
	struct bpf_insn code[3 * WORDS + 16];
	static char log[65536];
	__u64 word[WORDS] = { };
	int i, n = 0, fd, skip;
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.insns = (__u64)(unsigned long)code,
		.license = (__u64)(unsigned long)"GPL",
		.log_level = 1,
		.log_buf = (__u64)(unsigned long)log,
		.log_size = sizeof(log),
		.expected_attach_type = BPF_TRACE_ITER,
		.attach_btf_id = btf_id,
	};

	memcpy(word, line, LINE);
	code[n++] = LOAD(BPF_REG_2, BPF_REG_1, 8);
	skip = n;
	code[n++] = INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 0, 0);
	code[n++] = LOAD(BPF_REG_1, BPF_REG_1, 0);
	code[n++] = LOAD(BPF_REG_1, BPF_REG_1, 0);
	for (i = 0; i < WORDS; i++) {
		code[n++] = INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_3, 0, 0,
				 (__u32)word[i]);
		code[n++] = INSN(0, 0, 0, 0, word[i] >> 32);
		code[n++] = INSN(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10,
				 BPF_REG_3, 8 * (i - WORDS), 0);
	}
	code[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10,
			 0, 0);
	code[n++] = INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0,
			 -8 * WORDS);
	code[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, LINE);
	code[n++] = INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_seq_write);
	code[skip].off = n - skip - 1;
	code[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
	code[n++] = INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	attr.insn_cnt = n;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		printf("# verifier: %.800s\n", log);
	return fd;
}

static int make_link(int program)
{
	union bpf_attr attr = {
		.link_create.prog_fd = program,
		.link_create.attach_type = BPF_TRACE_ITER,
	};

	return bpf(BPF_LINK_CREATE, &attr);
}

static int open_iterator(int link)
{
	union bpf_attr attr = { .iter_create.link_fd = link };

	return bpf(BPF_ITER_CREATE, &attr);
}

static int open_pinned(int link, const char *path)
{
	union bpf_attr attr = {
		.pathname = (__u64)(unsigned long)path,
		.bpf_fd = link,
	};

	return bpf(BPF_OBJ_PIN, &attr) ? -1 : open(path, O_RDONLY);
}

FIXTURE(sendq_bpf) {
	char *line;	/* of a listener, as the kernel prints it without the module */
	int link;
};

FIXTURE_SETUP(sendq_bpf)
{
	int id = btf_func(ITERATOR), i, program;
	struct tlq_lopt opt = { .backlog = 100 };
	struct tlq_tcp_line l;
	char *text;
	size_t len;

	if (!id)
		SKIP(return, "no " ITERATOR " in " VMLINUX_BTF);
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < 3; i++)
		ASSERT_LE(0, tlq_listen(&opt));
	ASSERT_EQ(0, tlq_read_file(TLQ_TCP, 4096, &text, &len));
	self->line = strchr(text, '\n') + 1;
	ASSERT_TRUE(tlq_tcp_line(self->line, &l));
	ASSERT_EQ(100, l.tx);
	ASSERT_EQ(LINE, l.len);
	ASSERT_TRUE(tlq_blank(text, true, false));
	program = load_program(id, self->line);
	ASSERT_LE(0, program)
		TH_LOG("%s", strerror(errno));
	self->link = make_link(program);
	ASSERT_LE(0, self->link)
		TH_LOG("%s", strerror(errno));
}

FIXTURE_TEARDOWN(sendq_bpf)
{
}

/* The line three times, and nothing else */
static void is_unchanged(struct __test_metadata *_metadata, int fd,
			 const char *line)
{
	size_t len;
	char *p;
	int i;

	ASSERT_LE(0, fd)
		TH_LOG("%s", strerror(errno));
	ASSERT_EQ(0, tlq_read_fd(fd, 4096, &p, &len));
	ASSERT_EQ(3 * LINE, len);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, memcmp(p + i * LINE, line, LINE))
			TH_LOG("%.*s", LINE, p + i * LINE);
	}
	free(p);
}

TEST_F(sendq_bpf, iterator)
{
	is_unchanged(_metadata, open_iterator(self->link), self->line);
}

TEST_F(sendq_bpf, pinned)
{
	static const char *const name[] = { "tcp", "tcp6" };
	char dir[] = "/tmp/tlq_XXXXXX", path[64];
	int i;

	/* In a mount namespace of our own, which takes it away when we end. */
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("none", dir, "bpf", 0, NULL));
	for (i = 0; i < ARRAY_SIZE(name); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		is_unchanged(_metadata, open_pinned(self->link, path),
			     self->line);
	}
	ASSERT_EQ(0, umount2(dir, MNT_DETACH));
	ASSERT_EQ(0, rmdir(dir));
}
