/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_why.h - why the kernel refuses BPF: in a sentence that says what is missing and what to do */
#ifndef VS_KERNEL_BPF_WHY_H
#define VS_KERNEL_BPF_WHY_H

/*
 * An errno says little here: EPERM is a missing capability, a seccomp filter or a user namespace; EINVAL an old kernel;
 * EACCES the verifier. What is missing is looked up when something was refused, never before: what is not needed need
 * not be there.
 */

/** kn_bpf_why_listen() - hear from now on what libbpf has to say: for debugging, and for kn_bpf_why(). */
void kn_bpf_why_listen(void);

/** kn_bpf_unfit() - what else than loading will be needed and is not there: a malloc()ed sentence, or NULL. */
char *kn_bpf_unfit(void);

/**
 * kn_bpf_why() - why loading the programs failed
 * Return: a malloc()ed sentence; if the verifier refused one, with the program's name and what the verifier said last
 */
char *kn_bpf_why(int err);

/** kn_bpf_why_mount() - why a bpffs could not be mounted on @dir. Return: a malloc()ed sentence. */
char *kn_bpf_why_mount(const char *dir, int err);

#endif
