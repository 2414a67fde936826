// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char detail[NETFWV6_DETAIL_SIZE];

char *failure_sentence(void)
{
	return detail;
}

void failure_keep(struct kept_failure *kept)
{
	if (!kept)
		return;
	pthread_mutex_lock(&kept->mutex);
	memcpy(kept->sentence, detail, sizeof(detail));
	pthread_mutex_unlock(&kept->mutex);
}

void failure_recall(struct kept_failure *kept, char sentence[NETFWV6_DETAIL_SIZE])
{
	pthread_mutex_lock(&kept->mutex);
	memcpy(sentence, kept->sentence, sizeof(kept->sentence));
	pthread_mutex_unlock(&kept->mutex);
}

netfwv6_result fail(netfwv6_result code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	return code;
}

static netfwv6_result code_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
	case EROFS:
		return NETFWV6_E_ACCESSDENIED;
	case ENOMEM:
	case ENOSPC:
	case EMFILE:
	case ENFILE:
		return NETFWV6_E_OUTOFMEMORY;
	case ENODEV:
	case ENXIO:
		return NETFWV6_E_NOINTERFACE;
	case ENOSYS:
	case EOPNOTSUPP:
		return NETFWV6_E_NOTIMPL;
	default:
		return NETFWV6_E_FAIL;
	}
}

netfwv6_result fail_errno(int error, const char *format, ...)
{
	va_list args;
	size_t used;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	used = strlen(detail);
	snprintf(detail + used, sizeof(detail) - used, ": %s",
		 strerrordesc_np(error) ?: "unknown error");
	return code_of(error);
}

const char *netfwv6_result_name(netfwv6_result result)
{
	switch (result) {
	case NETFWV6_S_OK:
		return "S_OK";
	case NETFWV6_S_FALSE:
		return "S_FALSE";
	case NETFWV6_E_NOTIMPL:
		return "E_NOTIMPL";
	case NETFWV6_E_NOINTERFACE:
		return "E_NOINTERFACE";
	case NETFWV6_E_POINTER:
		return "E_POINTER";
	case NETFWV6_E_ABORT:
		return "E_ABORT";
	case NETFWV6_E_RETRY:
		return "E_RETRY";
	case NETFWV6_E_FAIL:
		return "E_FAIL";
	case NETFWV6_E_UNEXPECTED:
		return "E_UNEXPECTED";
	case NETFWV6_E_ACCESSDENIED:
		return "E_ACCESSDENIED";
	case NETFWV6_E_OUTOFMEMORY:
		return "E_OUTOFMEMORY";
	case NETFWV6_E_INVALIDARG:
		return "E_INVALIDARG";
	default:
		return "unknown result";
	}
}
