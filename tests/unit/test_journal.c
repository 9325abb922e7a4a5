/* SPDX-License-Identifier: GPL-2.0-only */
/* test_journal.c - the database file: what survives a crash, a full disk, a damaged block, a second daemon */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "tests/unit/lib/model.h"
#include "vswitchd/store/internal.h"

/* --- fixture: a directory of its own ---------------------------------------------------------------------------- */

struct place {
	char directory[64];
	char file[96];
};

static int setup(void **state)
{
	struct place *place = (struct place *)vs_xcalloc(1, sizeof(*place));

	/* In memory where that can be had: thousands of syncs, and none of these tests cuts the power. */
	snprintf(place->directory, sizeof(place->directory), "%s/vs-journal-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->file, sizeof(place->file), "%s/conf.db", place->directory);
	vs_log_set_level(VS_LOG_ERR);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = (struct place *)*state;
	char more[128];

	snprintf(more, sizeof(more), "%s.new", place->file);
	unlink(more);
	unlink(place->file);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

static struct store *open_io(const char *file, const struct journal_io *io)
{
	struct store *store;
	char *error;

	if (store_open_io(file, io, &store, &error))
		fail_msg("%s", error);
	return store;
}

static struct store *open_file(const char *file)
{
	return open_io(file, &journal_io_system);
}

static void add_bridge(struct store *store, const char *name)
{
	store_begin(store);
	model_bridge(store, name);
	model_commit(store);
}

static void add_port(struct store *store, const char *name)
{
	store_begin(store);
	model_port(store, store_find_name(store, STORE_Bridge, "br0"), name);
	model_commit(store);
}

static char *slurp(const char *file, size_t *size)
{
	FILE *in = fopen(file, "rb");
	struct stat st;
	char *data;

	assert_non_null(in);
	assert_int_equal(fstat(fileno(in), &st), 0);
	*size = (size_t)st.st_size;
	data = (char *)vs_xmalloc(*size + 1);
	assert_int_equal(fread(data, 1, *size, in), *size);
	fclose(in);
	return data;
}

static void spill(const char *file, const char *data, size_t size)
{
	FILE *out = fopen(file, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

/* The file must be refused with an error that contains @why, and be left as it is. */
static void must_refuse(const char *file, const char *why)
{
	size_t size, size_after;
	char *before = slurp(file, &size), *after, *error;
	struct store *store;

	if (!store_open(file, &store, &error))
		fail_msg("taken, but should be refused: %s", why);
	if (!strstr(error, why))
		fail_msg("got: %s\nwant: %s", error, why);
	after = slurp(file, &size_after);
	assert_int_equal(size, size_after);
	assert_memory_equal(before, after, size);
	free(error);
	free(before);
	free(after);
}

/* Opens the file, and expects the rows of @want. */
static void must_hold(const char *file, const char *want)
{
	struct store *store = open_file(file);
	char *text = model_text(store);

	assert_string_equal(text, want);
	free(text);
	store_close(store);
}

/* --- plain ------------------------------------------------------------------------------------------------------ */

/* Every kind of change comes back. */
static void test_round_trip(void **state)
{
	struct place *place = (struct place *)*state;
	struct store *store = open_file(place->file);
	struct store_row *port;
	char *want;

	add_bridge(store, "br0");
	add_bridge(store, "br1");
	for (int i = 0; i < 10; i++)
		add_port(store, (char[]){'p', (char)('0' + i), '\0'});
	store_begin(store);
	port = store_find_name(store, STORE_Port, "p3");
	model_set(store, port, "tag", "10");
	model_set(store, port, "trunks", "1-20");
	model_set(store, port, "external_ids", "a=1,b=2,c=3,\"q \\\" \\n\"=\303\251");
	model_commit(store);
	store_begin(store);
	model_set(store, port, "trunks", "1-9,11-21"); /* one out, one in */
	model_set(store, port, "external_ids", "a=1,b=9,d=4,\"q \\\" \\n\"=\303\251");
	model_set(store, port, "tag", "[]");
	store_remove_ref(store, store_find_name(store, STORE_Bridge, "br0"), Bridge_ports,
			 store_find_name(store, STORE_Port, "p4"));
	model_commit(store);
	store_begin(store);
	store_remove_ref(store, store_root(store), Open_vSwitch_bridges, store_find_name(store, STORE_Bridge, "br1"));
	model_commit(store);
	want = model_text(store);
	store_close(store);
	must_hold(place->file, want);
	must_hold(place->file, want);
	free(want);
}

/* A port more costs the same with many ports as with few. */
static void test_cost(void **state)
{
	struct place *place = (struct place *)*state;
	struct store *store = open_file(place->file);
	struct stat before, after;
	off_t few = 0;

	add_bridge(store, "br0");
	for (int i = 100; i < 400; i++) {
		char name[8];

		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(stat(place->file, &before), 0);
		add_port(store, name);
		assert_int_equal(stat(place->file, &after), 0);
		if (i == 110)
			few = after.st_size - before.st_size;
		if (i > 110)
			assert_int_equal(after.st_size - before.st_size, few);
	}
	store_close(store);
}

static void test_ephemeral_stays_out(void **state)
{
	struct place *place = (struct place *)*state;
	struct store *store = open_file(place->file);
	struct stat before, after;

	add_bridge(store, "br0");
	assert_int_equal(stat(place->file, &before), 0);
	store_begin(store);
	model_set(store, store_find_name(store, STORE_Bridge, "br0"), "status", "a=b");
	model_commit(store);
	assert_int_equal(stat(place->file, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	store_close(store);
}

static void test_lock(void **state)
{
	struct place *place = (struct place *)*state;
	struct store *store = open_file(place->file);

	must_refuse(place->file, "is in use by another vswitchd");
	store_close(store);
	store_close(open_file(place->file));
}

static void test_not_a_database(void **state)
{
	static const struct {
		const char *text, *why;
	} files[] = {
		{"hello\n", "is not a vswitch database"},
		{"hello, this is longer than the header\n", "is not a vswitch database"},
		{"vswitch-db 2\n", "use the newer vswitchd"},
		{"vswitch-db 10\n", "use the newer vswitchd"},
		{"vswitch-db 1\n5 00000000 {}\n", "is damaged at byte 13"},
		{"vswitch-db 1\n2 d8a4e7b7 {}\n", "is damaged at byte 13"},
		{"vswitch-db 1\nnonsense\n", "is damaged at byte 13"},
	};
	struct place *place = (struct place *)*state;
	struct store *store;
	char *error;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		spill(place->file, files[i].text, strlen(files[i].text));
		must_refuse(place->file, files[i].why);
	}
	assert_int_equal(store_open(place->directory, &store, &error), -EISDIR);
	free(error);
	assert_int_equal(store_open("/proc/nosuch/conf.db", &store, &error), -ENOENT);
	free(error);
	/* What a crash at birth leaves is a new database. */
	for (size_t i = 0; i <= strlen("vswitch-db 1\n"); i++) {
		spill(place->file, "vswitch-db 1\n", i);
		store_close(open_file(place->file));
	}
}

/* --- crashes ---------------------------------------------------------------------------------------------------- */

struct history {
	char *before, *after, *data;
	size_t size_before, size;
};

/* A database, and the same with one more transaction. */
static void make_history(const char *file, struct history *history)
{
	struct store *store = open_file(file);
	struct stat st;

	add_bridge(store, "br0");
	add_port(store, "p1");
	history->before = model_text(store);
	assert_int_equal(stat(file, &st), 0);
	history->size_before = (size_t)st.st_size;
	add_port(store, "p2");
	history->after = model_text(store);
	store_close(store);
	history->data = slurp(file, &history->size);
}

static void free_history(struct history *history)
{
	free(history->before);
	free(history->after);
	free(history->data);
}

/* The last write cut off at every byte: the state before, and the file is good again. */
static void test_torn(void **state)
{
	struct place *place = (struct place *)*state;
	struct history history;
	struct stat st;

	make_history(place->file, &history);
	for (size_t size = history.size_before; size < history.size; size++) {
		spill(place->file, history.data, size);
		must_hold(place->file, history.before);
		assert_int_equal(stat(place->file, &st), 0);
		assert_int_equal(st.st_size, history.size_before);
	}
	must_hold(place->file, history.before);
	free_history(&history);
}

/* The file got its length, but blocks of the last write never reached the disk. */
static void test_holes(void **state)
{
	struct place *place = (struct place *)*state;
	struct history history;

	make_history(place->file, &history);
	for (size_t from = history.size_before; from < history.size; from++) {
		char *copy = (char *)vs_xmemdup(history.data, history.size);

		memset(copy + from, 0, history.size - from);
		spill(place->file, copy, history.size);
		must_hold(place->file, history.before);
		memcpy(copy, history.data, history.size);
		memset(copy + history.size_before, 0, from - history.size_before + 1);
		spill(place->file, copy, history.size);
		must_hold(place->file, history.before);
		free(copy);
	}
	free_history(&history);
}

/* One bit flipped, anywhere: either it is noticed, or (in a comment's place) nothing is lost. Never cut off. */
static void test_flipped(void **state)
{
	struct place *place = (struct place *)*state;
	struct history history;

	make_history(place->file, &history);
	for (size_t at = 0; at < history.size; at++) {
		char *copy = (char *)vs_xmemdup(history.data, history.size);

		copy[at] ^= 0x01;
		spill(place->file, copy, history.size);
		must_refuse(place->file, at < 13 ? "it is left as it is" : "is damaged at byte");
		free(copy);
	}
	free_history(&history);
}

/* A whole record, but it says what cannot be. */
static void test_inconsistent(void **state)
{
	static const struct {
		const char *json, *why;
	} records[] = {
		{"[]", "no tables"},
		{"{\"tables\":{\"Nosuch\":{}}}", "there is no table \"Nosuch\""},
		{"{\"tables\":{\"Bridge\":{\"x\":{}}}}", "\"x\" is not a valid UUID"},
		{"{\"tables\":{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":null}}}", "neither there nor new"},
		{"{\"tables\":{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"nosuch\":1}}}}",
		 "table Bridge has no column \"nosuch\""},
		{"{\"tables\":{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"name\":1}}}}",
		 "column name in table Bridge: 1: expected string"},
		{"{\"tables\":{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"ports\":[\"diff\",[\"uuid\","
		 "\"00000000-0000-0000-0000-000000000002\"],[\"set\",[]]]}}}}",
		 "cannot be removed because it is not there"},
		{"{\"tables\":{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"netflow\":[\"uuid\","
		 "\"00000000-0000-0000-0000-000000000002\"]}}}}",
		 "references nonexistent row"},
	};
	struct place *place = (struct place *)*state;

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct journal *journal;
		json_t *json = json_loads(records[i].json, 0, NULL);
		char *error;

		unlink(place->file);
		assert_int_equal(journal_open(place->file, &journal_io_system, NULL, NULL, &journal, &error), 0);
		assert_int_equal(journal_append(journal, json, &error), 0);
		journal_close(journal);
		json_decref(json);
		must_refuse(place->file, records[i].why);
	}
}

/* --- a failing disk --------------------------------------------------------------------------------------------- */

enum call { PWRITE, FSYNC, FDATASYNC, FTRUNCATE, RENAME, CALLS };

/* Call number @at of kind @kind fails with @error, and so do all later ones if @forever. */
static struct fault {
	enum call kind;
	unsigned int at, made;
	int error;
	bool forever, half, truncate_too;
} fault;

static bool strikes(enum call kind)
{
	if (fault.truncate_too && kind == FTRUNCATE && fault.made > fault.at) {
		errno = fault.error;
		return true;
	}
	if (kind != fault.kind || (fault.made++ != fault.at && !(fault.forever && fault.made > fault.at)))
		return false;
	errno = fault.error;
	return true;
}

static ssize_t faulty_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	if (!strikes(PWRITE))
		return pwrite(fd, data, size, offset);
	if (fault.half && size > 1) {
		fault.at++; /* half of it is written, the rest fails */
		return pwrite(fd, data, size / 2, offset);
	}
	errno = fault.error;
	return -1;
}

static int faulty_fsync(int fd)
{
	return strikes(FSYNC) ? -1 : fsync(fd);
}

static int faulty_fdatasync(int fd)
{
	return strikes(FDATASYNC) ? -1 : fdatasync(fd);
}

static int faulty_ftruncate(int fd, off_t length)
{
	return strikes(FTRUNCATE) ? -1 : ftruncate(fd, length);
}

static int faulty_rename(const char *from, const char *to)
{
	return strikes(RENAME) ? -1 : rename(from, to);
}

static const struct journal_io faulty = {
	.pwrite = faulty_pwrite,
	.fsync = faulty_fsync,
	.fdatasync = faulty_fdatasync,
	.ftruncate = faulty_ftruncate,
	.rename = faulty_rename,
};

/* Adds ten ports; a refused one must leave the rows as they were. Return: how many were refused. */
static unsigned int run_against_faults(struct store *store, char **acknowledged)
{
	unsigned int refused = 0;

	for (int i = 0; i < 10; i++) {
		char *error, *text;

		store_begin(store);
		model_port(store, store_find_name(store, STORE_Bridge, "br0"), (char[]){'p', (char)('0' + i), '\0'});
		if (!store_commit(store, NULL, &error)) {
			free(*acknowledged);
			*acknowledged = model_text(store);
			continue;
		}
		refused++;
		assert_non_null(strstr(error, "database"));
		free(error);
		text = model_text(store);
		assert_string_equal(text, *acknowledged);
		free(text);
	}
	return refused;
}

static void one_fault(const char *file, const struct fault *what, unsigned int want_refused)
{
	struct store *store;
	char *acknowledged;
	unsigned int refused;

	unlink(file);
	fault = (struct fault){.kind = CALLS};
	store = open_io(file, &faulty);
	add_bridge(store, "br0");
	acknowledged = model_text(store);
	fault = *what;
	refused = run_against_faults(store, &acknowledged);
	assert_int_equal(refused, want_refused);
	store_close(store);
	must_hold(file, acknowledged);
	free(acknowledged);
}

/* Each write and each sync fails once: that one transaction is refused, those after it are fine. */
static void test_faults(void **state)
{
	struct place *place = (struct place *)*state;

	for (unsigned int at = 0; at < 10; at++) {
		one_fault(place->file, &(struct fault){.kind = PWRITE, .at = at, .error = ENOSPC}, 1);
		one_fault(place->file, &(struct fault){.kind = PWRITE, .at = at, .error = ENOSPC, .half = true}, 1);
		one_fault(place->file, &(struct fault){.kind = PWRITE, .at = at, .error = EINTR}, 0);
		one_fault(place->file, &(struct fault){.kind = FDATASYNC, .at = at, .error = EIO}, 1);
	}
	/* The disk is full and stays so: all later ones are refused, the file is good. */
	for (unsigned int at = 0; at < 10; at++)
		one_fault(place->file, &(struct fault){.kind = PWRITE, .at = at, .error = ENOSPC, .forever = true},
			  10 - at);
}

/* Not even shortening works: the store says so, refuses all that follows, and the next start cuts the remains off. */
static void test_broken(void **state)
{
	struct place *place = (struct place *)*state;
	int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_true(saved >= 0 && dup2(nowhere, STDERR_FILENO) >= 0); /* it is loud about this */
	for (unsigned int at = 0; at < 10; at++)
		one_fault(place->file,
			  &(struct fault){.kind = PWRITE, .at = at, .error = EIO, .half = true, .truncate_too = true},
			  10 - at);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(nowhere);
}

static void test_birth_fails(void **state)
{
	struct place *place = (struct place *)*state;

	for (int kind = PWRITE; kind <= FTRUNCATE; kind++) {
		struct store *store;
		char *error;

		unlink(place->file);
		fault = (struct fault){.kind = (enum call)kind, .error = ENOSPC};
		assert_int_equal(store_open_io(place->file, &faulty, &store, &error), -ENOSPC);
		assert_non_null(strstr(error, "database"));
		free(error);
		store_close(open_file(place->file));
	}
}

/* --- written anew ----------------------------------------------------------------------------------------------- */

/* Changes one row until the file has shrunk, or @most times. Return: the greatest size seen. */
static off_t churn(struct store *store, const char *file, unsigned int most)
{
	char *filler = (char *)vs_xmalloc(20001);
	off_t greatest = 0;

	memset(filler, 'x', 20000);
	filler[20000] = '\0';
	for (unsigned int i = 0; i < most; i++) {
		struct stat st;

		filler[0] = (char)('a' + i % 26);
		store_begin(store);
		store_set_string(store, store_root(store), Open_vSwitch_system_type, filler);
		model_commit(store);
		assert_int_equal(stat(file, &st), 0);
		if (st.st_size < greatest)
			break;
		greatest = st.st_size;
	}
	free(filler);
	return greatest;
}

static void test_rewrite(void **state)
{
	struct place *place = (struct place *)*state;
	struct store *store = open_file(place->file);
	struct stat st;
	char *want;

	add_bridge(store, "br0");
	add_port(store, "p1");
	assert_int_equal(chmod(place->file, 0600), 0);
	assert_in_range(churn(store, place->file, 1000), (1 << 20) - 30000, 1 << 20);
	assert_int_equal(stat(place->file, &st), 0);
	assert_in_range(st.st_size, 20000, 30000);
	assert_int_equal(st.st_mode & 0777, 0600);
	must_refuse(place->file, "is in use by another vswitchd"); /* the new file is locked, too */
	add_port(store, "p2");
	want = model_text(store);
	store_close(store);
	must_hold(place->file, want);
	free(want);
}

/* Whatever fails while it is written anew, the old file goes on. */
static void test_rewrite_fails(void **state)
{
	struct place *place = (struct place *)*state;
	static const struct fault faults[] = {
		{.kind = FSYNC, .error = EIO},
		{.kind = FTRUNCATE, .error = EIO},
		{.kind = RENAME, .error = EACCES},
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct store *store;
		char *want;

		unlink(place->file);
		fault = (struct fault){.kind = CALLS};
		store = open_io(place->file, &faulty);
		fault = faults[i];
		assert_true(churn(store, place->file, 80) > 1500000); /* did not shrink at 1 MiB */
		assert_int_equal(fault.made, 1);
		add_bridge(store, "br0");
		assert_true(churn(store, place->file, 1000) < 6000000); /* but does later */
		assert_true(fault.made > 1);
		want = model_text(store);
		store_close(store);
		must_hold(place->file, want);
		free(want);
	}
}

/* --- kill -9 ---------------------------------------------------------------------------------------------------- */

/* Commits 1, 2, 3 ... and says so after each, until it is killed. */
static void __attribute__((noreturn)) stream(const char *file, int fd)
{
	struct store *store = open_file(file);
	int64_t number = store_get_integer(store_root(store), Open_vSwitch_next_cfg, 0);

	for (;;) {
		char filler[300];

		number++;
		snprintf(filler, sizeof(filler), "%0*lld", (int)(number % 280) + 1, (long long)number);
		store_begin(store);
		store_set_integer(store, store_root(store), Open_vSwitch_next_cfg, number);
		store_set_string(store, store_root(store), Open_vSwitch_system_type, filler);
		model_commit(store);
		if (write(fd, &number, sizeof(number)) != sizeof(number))
			_exit(1);
	}
}

static void test_killed(void **state)
{
	struct place *place = (struct place *)*state;
	int64_t said = 0;

	for (int round = 0; round < 50; round++) {
		int ends[2], status;
		struct store *store;
		int64_t next, found;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (!child) {
			close(ends[0]);
			stream(place->file, ends[1]);
		}
		close(ends[1]);
		for (int i = 0; i < 1 + round % 7; i++)
			assert_int_equal(read(ends[0], &said, sizeof(said)), sizeof(said));
		assert_int_equal(kill(child, SIGKILL), 0);
		while (read(ends[0], &next, sizeof(next)) == sizeof(next))
			said = next;
		close(ends[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		store = open_file(place->file);
		found = store_get_integer(store_root(store), Open_vSwitch_next_cfg, 0);
		assert_in_range(found, said, said + 1);
		assert_int_equal(atoll(store_get_string(store_root(store), Open_vSwitch_system_type)), found);
		store_close(store);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_round_trip), CASE(test_cost),		  CASE(test_ephemeral_stays_out),
		CASE(test_lock),       CASE(test_not_a_database), CASE(test_torn),
		CASE(test_holes),      CASE(test_flipped),	  CASE(test_inconsistent),
		CASE(test_faults),     CASE(test_broken),	  CASE(test_birth_fails),
		CASE(test_rewrite),    CASE(test_rewrite_fails),  CASE(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
