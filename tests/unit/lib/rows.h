/* SPDX-License-Identifier: GPL-2.0-only */
/* rows.h - fixtures: text rows of frames in and what must come out (tests/fixtures/README.md) */
#ifndef VS_TEST_ROWS_H
#define VS_TEST_ROWS_H

#include <stddef.h>
#include <stdint.h>

#define ROWS_FRAME_MAX 2048

/** rows_station() - "*", a number, or a MAC address. Return: 0 or -1. */
int rows_station(const char *text, uint8_t mac[6]);

/** rows_frame() - write the frame that @words describe. Return: its length; 0 if they describe none. */
size_t rows_frame(char **words, int n, uint8_t bytes[ROWS_FRAME_MAX]);

struct rig;
struct rig_ops;
struct rows;
struct wires;

/** rows_open() - rows that come one by one; @path is for messages. */
struct rows *rows_open(const char *path, const struct rig_ops *ops, struct wires *wires);
void rows_line(struct rows *rows, const char *line);

/** rows_rig() - the switch of the case under way; NULL before the first. */
struct rig *rows_rig(struct rows *rows);
void rows_close(struct rows *rows);

/**
 * rows_run() - run every case of a file on a datapath; fails the test at the first row that does not hold
 * @left_out: how many frames it could not be given (rig_ops.input)
 * Return: how many cases.
 */
int rows_run(const char *path, const struct rig_ops *ops, struct wires *wires, int *left_out);

#endif
