/* SPDX-License-Identifier: GPL-2.0-only */
/* list.h - an intrusive doubly linked list: the links live in the element, so adding never allocates */
#ifndef VS_LIST_H
#define VS_LIST_H

#include <stdbool.h>
#include <stddef.h>

/** struct vs_list - a link, and the head of a list: a head that points at itself is an empty list */
struct vs_list {
	struct vs_list *prev, *next;
};

/** vs_container() - the struct of @type whose @member @ptr points at */
#define vs_container(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/** vs_list_each_safe() - walk a list; @pos may be removed meanwhile */
#define vs_list_each_safe(pos, tmp, head)                                                                              \
	for ((pos) = (head)->next, (tmp) = (pos)->next; (pos) != (head); (pos) = (tmp), (tmp) = (pos)->next)

static inline void vs_list_init(struct vs_list *list)
{
	list->prev = list->next = list;
}

static inline bool vs_list_empty(const struct vs_list *list)
{
	return list->next == list;
}

/** vs_list_push() - put @link last. */
static inline void vs_list_push(struct vs_list *list, struct vs_list *link)
{
	link->prev = list->prev;
	link->next = list;
	list->prev->next = link;
	list->prev = link;
}

/** vs_list_remove() - take @link out of whatever list it is in; it is then a list of its own. */
static inline void vs_list_remove(struct vs_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	vs_list_init(link);
}

#endif
