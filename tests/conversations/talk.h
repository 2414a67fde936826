/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sockets of either side, in any namespace. All are non-blocking; waiting is for
 * conditions. An address may name its link: fe80::2%fw0. The calling thread is in the
 * host's namespace before and after.
 */
#ifndef CONVERSATIONS_TALK_H
#define CONVERSATIONS_TALK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* A socket there, bound to address and port; NULL is any address, 0 any port. */
int udp_at(const char *netns, const char *address, uint16_t port);
int tcp_at(const char *netns, const char *address, uint16_t port);
int listen_at(const char *netns, const char *address, uint16_t port);

/* Connects; of TCP, only starts to. */
void connect_to(int fd, const char *address, uint16_t port);

/* The connection that arrives at a listener; the other end then has it as well. */
int accept_from(int listener);
void wait_for_connection(int fd);
bool is_connected(int fd);

/* A TCP connection: this end began it, that end accepted it. */
struct session {
	int this, that;
};
struct session begin_session(const char *netns, const char *server_netns, const char *address,
			     uint16_t port);
void end_session(struct session *session);

/* Text that one end says and another hears, whole and unchanged. */
void say(int fd, const char *text);
void say_to(int fd, const char *address, uint16_t port, const char *text);
void hear(int fd, const char *text);
bool hears_nothing(int fd);

/* Hears a datagram and says who sent it; answers him. */
struct sockaddr_in6 hear_from(int fd, const char *text);
void answer(int fd, const struct sockaddr_in6 *to, const char *text);

/* Both ends speak, the one that is called first before the other. */
void speak_in_turn(int first, int second);

uint16_t port_of(int fd);

/* Joins a multicast group on a device of the socket's namespace. */
void join_group(int fd, const char *group, const char *device);

#endif
