// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/lasting.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Finding it ---------------------------------------------------------------- */

/* The parent of a process, or 0. */
static pid_t parent_of(pid_t pid)
{
	char path[32], line[256];
	pid_t parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file) && sscanf(line, "PPid: %d", &parent) != 1)
		;
	fclose(file);
	return parent;
}

/* The inode number of a process's mount namespace, 0 when it may not be seen. */
static ino_t mount_namespace_of(pid_t pid)
{
	char path[32];
	struct stat ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	return stat(path, &ns) == 0 ? ns.st_ino : 0;
}

/* Process 1, or where that may not be asked its topmost descendant above us that may. */
static pid_t topmost(void)
{
	pid_t top = getpid();

	if (mount_namespace_of(1))
		return 1;
	for (pid_t pid = parent_of(top); pid > 0; pid = parent_of(pid))
		if (mount_namespace_of(pid))
			top = pid;
	return top;
}

/* Our nearest ancestor in the topmost one's namespace. In a chroot, process 1 has another root. */
static pid_t nearest(pid_t top, ino_t number)
{
	pid_t pid = parent_of(getpid());

	while (pid > 0 && mount_namespace_of(pid) != number)
		pid = parent_of(pid);
	return pid > 0 ? pid : top;
}

void lasting_open(struct lasting *lasting)
{
	ino_t own = mount_namespace_of(getpid());
	pid_t top = topmost();
	char path[32];

	*lasting = (struct lasting){ .ns = -1, .number = mount_namespace_of(top) };
	if (lasting->number == own)
		return;
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", top);
	lasting->ns = open(path, O_RDONLY | O_CLOEXEC);
	lasting->error = lasting->ns < 0 ? errno : 0;
	snprintf(lasting->root, sizeof(lasting->root), "/proc/%d/root",
		 nearest(top, lasting->number));
}

void lasting_close(struct lasting *lasting)
{
	if (lasting->ns >= 0)
		close(lasting->ns);
}

/* ---- Working there ------------------------------------------------------------- */

/* An errno value, and a descriptor where there is one. */
struct answer {
	int error;
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
};

static struct msghdr message_of(struct answer *answer, struct iovec *bytes)
{
	*bytes = (struct iovec){ &answer->error, sizeof(answer->error) };
	return (struct msghdr){ .msg_iov = bytes, .msg_iovlen = 1 };
}

static bool send_answer(int channel, int error, int fd)
{
	struct answer answer = { .error = error };
	struct iovec bytes;
	struct msghdr message = message_of(&answer, &bytes);

	if (fd >= 0) {
		struct cmsghdr *control = (struct cmsghdr *)answer.control;

		message.msg_control = answer.control;
		message.msg_controllen = sizeof(answer.control);
		*control = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
					     .cmsg_level = SOL_SOCKET,
					     .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) == sizeof(answer.error);
}

static int receive_answer(int channel, int *fd)
{
	struct answer answer = {};
	struct cmsghdr *control = (struct cmsghdr *)answer.control;
	struct iovec bytes;
	struct msghdr message = message_of(&answer, &bytes);
	ssize_t size;

	message.msg_control = answer.control;
	message.msg_controllen = sizeof(answer.control);
	do
		size = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (size != sizeof(answer.error))
		return EIO;
	if (message.msg_controllen >= CMSG_LEN(sizeof(*fd)) && control->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(control), sizeof(*fd));
	return answer.error;
}

/* With the root directory that leads to its files, which may be that of a chroot. */
static int enter(const struct lasting *lasting)
{
	int root = open(lasting->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root < 0 || setns(lasting->ns, CLONE_NEWNS) || fchdir(root) || chroot(".") ? errno :
											    0;
}

/* The answer comes by message, as the host program may have its own ways with dead children. */
int lasting_run(const struct lasting *lasting, int (*step)(const void *context, int *fd),
		const void *context, int *fd)
{
	int error, given = -1, channel[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel))
		return errno;
	child = fork();
	if (child == 0) {
		error = enter(lasting) ?: step(context, &given);
		_exit(!send_answer(channel[1], error, given));
	}
	error = child < 0 ? errno : 0;
	close(channel[1]);
	if (child > 0) {
		error = receive_answer(channel[0], fd);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(channel[0]);
	return error;
}
