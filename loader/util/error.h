/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures: a code for the program, a sentence for the human. */
#ifndef NETFWV6_ERROR_H
#define NETFWV6_ERROR_H

#include <pthread.h>

#include "netfwv6.h"

/* Records the sentence for the calling thread and returns the code. */
netfwv6_result fail(netfwv6_result code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for an errno value: maps it to a code and appends its text. */
netfwv6_result fail_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns from the function that it is in when the call fails. */
#define TRY(call)                                                                                  \
	do {                                                                                       \
		netfwv6_result result_ = (call);                                                   \
		if (NETFWV6_FAILED(result_))                                                       \
			return result_;                                                            \
	} while (0)

/* The calling thread's sentence, in its place: as it was recorded, so perhaps not printable. */
char *failure_sentence(void);

/* The sentence of the last failure of several threads' calls. The mutex is held to copy it alone. */
struct kept_failure {
	pthread_mutex_t mutex;
	char sentence[NETFWV6_DETAIL_SIZE];
};

/* Puts the calling thread's sentence there, unless that is NULL; gets what is there. */
void failure_keep(struct kept_failure *kept);
void failure_recall(struct kept_failure *kept, char sentence[NETFWV6_DETAIL_SIZE]);

#endif
