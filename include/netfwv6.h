/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netfwv6.h - an IPv6 host firewall in XDP, with the semantics of the Windows
 * XP IPv6 firewall API (INetFwV6Mgr, INetFwV6Connection; Netfwv6.h).
 *
 * Conventions
 *   Results      Every call that can fail returns an HRESULT-compatible code.
 *                Failures are negative; netfwv6_detail() has the sentence. A
 *                failed call has changed nothing and left its out-parameters
 *                untouched, but for several changes in one call, which say how far
 *                they came: netfwv6_mgr_change_ports().
 *   Ports        Host byte order, 1..65535, taken as 32 bits so that 65536 is
 *                refused and never truncated.
 *   Idempotence  What is already so is success.
 *   Structures   Those with sz can grow; set sz to the structure's sizeof, at most
 *                NETFWV6_SIZE_MAX. Options, which a call takes: all else is zero, also what is
 *                reserved. Behind a shorter one (of an older program) the defaults hold; what the
 *                library does not know has to be zero, else the call is refused with
 *                E_INVALIDARG. Answers, which a call fills: never more than sz bytes are
 *                written, and what the library does not know becomes zero.
 *   Arrays       A call that fills one is told how many elements it has room for, n, and
 *                where elements can grow, the sizeof of one, size. Elements are filled as
 *                answers are. None is written behind the n-th. One that a call takes has n
 *                elements of size bytes, each taken as options are.
 *   Lifetimes    A manager may be closed before connections, enumerators and streams of events
 *                that came of it: they go on as before, and each is freed by its own call. The log
 *                callback is not called any more once netfwv6_mgr_close() has returned.
 *   Threads      Every call may be made from any thread at any time, on the
 *                same handle too, except the call that frees the handle. An
 *                enumerator is used by one thread at a time. Any number of
 *                processes may change the same state at once. A call that waits for
 *                one that was stopped gives up after five seconds, for one
 *                that works after two minutes: E_RETRY.
 *   Blocking     Closing global ports, asking for one, opening some where none has a name, and
 *                netfwv6_events_next() wait for nothing, once the handle has mapped the state and
 *                while that is in its place. Names and settings of connections wait for the
 *                names lock, what is for root alone for the administration lock, as long as said
 *                above; other calls only for those that other threads make on the same handle.
 *                None waits for the network. A handle is free for other threads while a call
 *                waits for a lock. A process loads one program at a time, whatever its handles.
 *   Privileges   Reading: everybody who may read the pinned maps. Changing ports:
 *                root, and the group that the state was given to. Enabling, disabling
 *                and what netfwv6_mgr_initialize() does: root.
 *   Forking      A handle may be used by the child, unless another thread was inside
 *                a call on it at the fork; each side closes its own. A stream of events
 *                is read by one side; that the other closes it does not end it.
 */
#ifndef NETFWV6_H
#define NETFWV6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The version that this header belongs to. A library of the same major version and the same or
 * a newer minor one serves what was built with it; one with an older minor version does, too,
 * unless a function is called that it lacks: then the program does not start.
 */
#define NETFWV6_VERSION_MAJOR 1
#define NETFWV6_VERSION_MINOR 0
#define NETFWV6_VERSION_PATCH 0

/* To be compared: NETFWV6_VERSION >= NETFWV6_VERSION_OF(1, 2, 0). */
#define NETFWV6_VERSION_OF(major, minor, patch) (((major) << 16) | ((minor) << 8) | (patch))
#define NETFWV6_VERSION                                                                            \
	NETFWV6_VERSION_OF(NETFWV6_VERSION_MAJOR, NETFWV6_VERSION_MINOR, NETFWV6_VERSION_PATCH)

/* Whose result has to be looked at: what follows is wrong when the call failed. */
#ifdef __GNUC__
#define NETFWV6_CHECKED __attribute__((warn_unused_result))
#else
#define NETFWV6_CHECKED
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* ---- Results ------------------------------------------------------------ */

/* An HRESULT: success when >= 0. The values are the original ones. */
typedef int32_t netfwv6_result;

#define NETFWV6_S_OK ((netfwv6_result)0)	       /* done, or nothing to do */
#define NETFWV6_S_FALSE ((netfwv6_result)1)	       /* an enumerator came to its end */
#define NETFWV6_E_NOTIMPL ((netfwv6_result)0x80004001) /* the kernel lacks what is needed */
#define NETFWV6_E_NOINTERFACE                                                                      \
	((netfwv6_result)0x80004002)		       /* no such device, or it can't carry XDP */
#define NETFWV6_E_POINTER ((netfwv6_result)0x80004003) /* a null handle or out-pointer */
#define NETFWV6_E_ABORT ((netfwv6_result)0x80004004)   /* what is in the way has to go first */
#define NETFWV6_E_RETRY ((netfwv6_result)0x800704D5)   /* waited for others in vain: try again */
#define NETFWV6_E_FAIL ((netfwv6_result)0x80004005)    /* anything else: see the detail */
#define NETFWV6_E_UNEXPECTED ((netfwv6_result)0x8000FFFF) /* state of another layout, or damaged */
#define NETFWV6_E_ACCESSDENIED ((netfwv6_result)0x80070005) /* the caller may not do this */
#define NETFWV6_E_OUTOFMEMORY                                                                      \
	((netfwv6_result)0x8007000E)			  /* memory or a fixed table is exhausted */
#define NETFWV6_E_INVALIDARG ((netfwv6_result)0x80070057) /* a parameter is out of its range */

#define NETFWV6_SUCCEEDED(result) ((result) >= 0)
#define NETFWV6_FAILED(result) ((result) < 0)

/*
 * The sentence that explains the calling thread's last failure: the input, the
 * cause, the remedy. One line of UTF-8 without a full stop. Never NULL; empty
 * before the thread's first failure. Valid until the thread's next call.
 */
const char *netfwv6_detail(void);

/* The size of the longest sentence, NUL included. */
#define NETFWV6_DETAIL_SIZE 1024

/* The name of a code, such as "E_INVALIDARG"; "unknown result" for a foreign one. */
const char *netfwv6_result_name(netfwv6_result result);

/* The version of the library that runs, "MAJOR.MINOR.PATCH". Static. */
const char *netfwv6_version(void);

/* The largest structure that a library takes for one. */
#define NETFWV6_SIZE_MAX 4096

/* ---- The manager: INetFwV6Mgr ------------------------------------------- */

/* A handle on the state of one network namespace. Opaque. */
struct netfwv6_mgr;

/*
 * Receives what the library has to say besides results: one line without a
 * newline, for instance a message of the kernel's verifier. Called on the thread
 * that makes the call, which may hold the handle's mutex, the names lock and the administration
 * lock, so that others wait, in this process and in all, until it returns. It must not call the
 * library, jump out of it or throw, wait for a thread that uses the handle, or block for long.
 */
typedef void (*netfwv6_log_fn)(void *context, const char *line);

/* Set sz to sizeof(struct netfwv6_mgr_options) and the rest to zero. */
struct netfwv6_mgr_options {
	size_t sz;
	/*
	 * The state root. NULL: the environment's NETFWV6_STATE (not for set-uid
	 * programs), else /run/netfwv6. A directory on a bpffs is used as it is;
	 * elsewhere the first call that needs state makes the directory and mounts
	 * there what it makes on the bpffs at /sys/fs/bpf, or where that has none a
	 * bpffs. A relative path is resolved at once. One state root serves one
	 * network namespace. Copied.
	 */
	const char *state_dir;
	netfwv6_log_fn log; /* NULL: silence */
	void *log_context;
};

/*
 * Opens a manager for the calling process's network namespace. Needs neither
 * privileges nor existing state: what has never been configured reads as closed.
 *
 * mgr      receives the handle; the caller frees it with netfwv6_mgr_close()
 * options  NULL for the defaults
 * Errors   E_POINTER, E_INVALIDARG (options; state_dir is empty or too long),
 *          E_OUTOFMEMORY, E_FAIL (the working directory is gone)
 * Source   CoCreateInstance of INetFwV6Mgr
 */
netfwv6_result netfwv6_mgr_open(struct netfwv6_mgr **mgr,
				const struct netfwv6_mgr_options *options) NETFWV6_CHECKED;

/*
 * Frees the handle; NULL is allowed. Policy and filtering stay as they are. What came of the
 * handle stays usable; a line that another thread's call is just telling is waited for.
 */
void netfwv6_mgr_close(struct netfwv6_mgr *mgr);

/* The state root's path. Lives as long as the handle; NULL for NULL. */
const char *netfwv6_mgr_state_dir(const struct netfwv6_mgr *mgr);

/* Set sz to sizeof(struct netfwv6_initialize_options) and the rest to zero. */
struct netfwv6_initialize_options {
	size_t sz;
	uint32_t group; /* a group id */
	bool set_group; /* give the ports to the group above; 0 takes them back for root */
	/*
	 * Move everything to new maps: for a table that somebody froze, for descriptors that
	 * former members of the group still hold.
	 */
	bool rebuild;
	uint8_t reserved[2];
};

/*
 * Makes the state, if there is none, as every call does that needs it.
 * Without options that is all.
 *
 * Who is in the group may change ports, global ones and those of connections. When
 * another group had them, the state is rebuilt, as its members may hold open descriptors.
 * A rebuild lets no packet pass unfiltered: programs are replaced between two packets,
 * and running handles follow.
 *
 * options  NULL for the defaults
 * Errors   E_POINTER, E_INVALIDARG (options), E_ACCESSDENIED, E_ABORT (the state serves
 *          another network namespace, or would vanish with this process's mount namespace),
 *          E_RETRY, E_NOTIMPL, E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL
 * Needs    root
 */
netfwv6_result
netfwv6_mgr_initialize(struct netfwv6_mgr *mgr,
		       const struct netfwv6_initialize_options *options) NETFWV6_CHECKED;

/*
 * Removes the state with all ports and settings, if nothing is attached. Nothing to
 * remove is success.
 *
 * Errors   as netfwv6_mgr_initialize(); E_ABORT also while a device is firewalled or learned from
 * Needs    root
 */
netfwv6_result netfwv6_mgr_remove(struct netfwv6_mgr *mgr) NETFWV6_CHECKED;

/* Set sz to sizeof(struct netfwv6_mgr_status). */
struct netfwv6_mgr_status {
	size_t sz;
	bool exists;	  /* when not, all below but blind_spots is zero */
	bool writable;	  /* by the caller */
	bool one_mount;	  /* one unmount ends the firewall: no bpffs on /sys/fs/bpf holds it, too */
	uint8_t reserved; /* zero */
	uint32_t group;	  /* who may change ports, besides root; 0: nobody */
	uint32_t layout;  /* the version of its layout */
	uint32_t slots;	  /* connections that can have settings of their own */
	uint32_t settled; /* connections that have */
	/*
	 * NETFWV6_BLIND_*: what is set up in this network namespace, state or not, that makes
	 * packets out of others behind all hooks, or hides from them what this side sends. As far
	 * as the caller may see it: IPsec for root alone.
	 */
	uint32_t blind_spots;
	bool every;	      /* every device with hardware is wanted: netfwv6_mgr_enable_all() */
	bool every_stateless; /* and then so */
	uint8_t reserved_every[2]; /* zeros */
	uint32_t every_mode;	   /* enum netfwv6_mode, as it was asked for */
};

/* what ESP in transport mode carries is not judged */
#define NETFWV6_BLIND_IPSEC_TRANSPORT (1u << 0)
#define NETFWV6_BLIND_SEG6LOCAL (1u << 1) /* nor what a seg6local route decapsulates */
#define NETFWV6_BLIND_FOU (1u << 2)	  /* nor what FOU or GUE decapsulates */
/*
 * ESP in tunnel mode without an interface: what it carries is judged, but what this side sends
 * by it is learned from only where a connected socket has it.
 */
#define NETFWV6_BLIND_IPSEC_LEARNING (1u << 3)
/*
 * The kernel tracks connections but does not describe how (it has no BTF of that), so what this
 * host translates for others gets no answers through a firewalled device.
 */
#define NETFWV6_BLIND_TRANSLATION (1u << 4)

/*
 * Errors   E_POINTER, E_INVALIDARG (sz), E_ABORT, E_ACCESSDENIED, E_NOTIMPL, E_OUTOFMEMORY,
 *          E_UNEXPECTED, E_FAIL
 */
netfwv6_result netfwv6_mgr_get_status(struct netfwv6_mgr *mgr, struct netfwv6_mgr_status *status);

/*
 * Tells a number that is another one once anybody has changed a port, globally or on a
 * connection, by whichever handle: for a program that shows the policy, and reads it anew when
 * it was changed. Read the number first, then the policy. It also changes when the state is made,
 * rebuilt or removed; a call without effect does not change it, nor does enabling. A hint, no
 * proof: who may change ports can also write the number. It can be compared with others of the
 * same state root alone, and 0 means that there is no state.
 *
 * Errors   as netfwv6_mgr_is_port_globally_open()
 */
netfwv6_result netfwv6_mgr_get_policy_version(struct netfwv6_mgr *mgr,
					      uint64_t *version) NETFWV6_CHECKED;

/*
 * Copies the sentence of the last call that failed on this manager or on a connection, an
 * enumerator of connections or a stream of events of it, whichever thread made it: for runtimes
 * that move between threads, where netfwv6_detail() speaks of another's call. While several
 * threads use one handle it is the last one's that failed. "" before the first failure. What
 * enumerators of ports say, and netfwv6_mgr_open(), is told by netfwv6_detail() alone.
 *
 * sentence  receives a line as netfwv6_detail() gives it; room for size bytes, at least 1.
 *           NETFWV6_DETAIL_SIZE is enough.
 * Returns   S_OK, or S_FALSE when it was cut to fit
 * Errors    E_POINTER (a null, or a size of 0)
 */
netfwv6_result netfwv6_mgr_get_detail(struct netfwv6_mgr *mgr, size_t size, char *sentence);

/* ---- Global ports ------------------------------------------------------- */

#define NETFWV6_PORT_MIN 1u
#define NETFWV6_PORT_MAX 65535u

/* PORT_PROTOCOL: the IANA protocol numbers. */
#define NETFWV6_PROTOCOL_TCP 6u
#define NETFWV6_PROTOCOL_UDP 17u

/* The longest name of an open port, in bytes, without the terminating NUL. */
#define NETFWV6_NAME_MAX 63

/*
 * Disallows inbound connection attempts to the port on every connection. It
 * ends no conversation, and promises nothing where a connection opened the port
 * itself. Closing a closed port succeeds and changes nothing. One atomic
 * operation on shared memory.
 *
 * Errors   E_POINTER, E_INVALIDARG (port or protocol), E_ACCESSDENIED,
 *          E_ABORT (the state serves another network namespace), E_UNEXPECTED; where the
 *          state has to be opened, or mended, also E_RETRY, E_OUTOFMEMORY, E_NOTIMPL, E_FAIL
 * Source   INetFwV6Mgr::CloseGlobalPort
 */
netfwv6_result netfwv6_mgr_close_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					     uint32_t protocol) NETFWV6_CHECKED;

/*
 * Allows inbound connection attempts to the port on every connection that does
 * not ignore it. Opening an open port succeeds and keeps the name of the first
 * opener.
 *
 * name     informs only; printable UTF-8, NULL or "" for none. Copied. One of more than
 *          NETFWV6_NAME_MAX bytes is cut at a character, and the log callback is told so.
 * Errors   as netfwv6_mgr_close_global_port(); E_INVALIDARG also for the name,
 *          E_OUTOFMEMORY also when no more names fit, and all but the first three also
 *          when the state could not be made
 * Source   INetFwV6Mgr::OpenGlobalPort
 */
netfwv6_result netfwv6_mgr_open_global_port(struct netfwv6_mgr *mgr, uint32_t port,
					    uint32_t protocol, const char *name) NETFWV6_CHECKED;

/*
 * The same for all ports from first to last, both included. Each port changes
 * atomically, the range does not: a packet can meet a half-changed range.
 *
 * Errors   as for one port; E_INVALIDARG also for first > last
 */
netfwv6_result netfwv6_mgr_close_global_ports(struct netfwv6_mgr *mgr, uint32_t first,
					      uint32_t last, uint32_t protocol) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_open_global_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					     uint32_t protocol, const char *name) NETFWV6_CHECKED;

/* What netfwv6_mgr_change_ports() and netfwv6_connection_change_ports() do with ports. */
enum netfwv6_change {
	NETFWV6_CHANGE_OPEN = 1,
	NETFWV6_CHANGE_CLOSE = 2,
	NETFWV6_CHANGE_IGNORE = 3,  /* of a connection alone, likewise the next */
	NETFWV6_CHANGE_OBSERVE = 4, /* takes NETFWV6_CHANGE_IGNORE back */
};

/* One change. An array's element. */
struct netfwv6_port_change {
	uint32_t change; /* enum netfwv6_change */
	uint32_t first;	 /* all ports from first to last, both included */
	uint32_t last;
	uint32_t protocol;
	const char *name; /* for ports that open or are ignored, else NULL. Copied. */
};

/*
 * Makes several changes in one call, in the order of the array. Each has the effect of the function
 * for it alone, is as idempotent, and what it overlaps with an earlier one is as if they were two
 * calls. All of them are checked before the first one is made: where an argument is refused,
 * nothing has changed.
 *
 * Each port changes atomically, the whole does not. Where a change fails that was found to be in
 * order, as the names are full or a lock does not come free, those before it have been made, of
 * it none or some ports, and those behind it not; the sentence says which one it was. What was made
 * is not taken back, as somebody may rely on it by then: mend what the sentence names, and make
 * the same call again.
 *
 * size     sizeof(struct netfwv6_port_change)
 * changes  n of them; may be NULL when n is 0
 * made     receives how many were made, and so the place of the one that failed; also of a call
 *          that failed, but for one whose arguments were refused. May be NULL.
 * Errors   as the function for each alone; E_INVALIDARG also for size, a change that is none,
 *          or a name where none belongs
 */
netfwv6_result netfwv6_mgr_change_ports(struct netfwv6_mgr *mgr, size_t n, size_t size,
					const struct netfwv6_port_change *changes,
					size_t *made) NETFWV6_CHECKED;

/*
 * Tells whether the port is open globally. It is the global setting alone and
 * says nothing of a connection.
 *
 * open     receives the answer
 * Errors   E_POINTER, E_INVALIDARG, E_ACCESSDENIED, E_ABORT, E_OUTOFMEMORY, E_NOTIMPL,
 *          E_UNEXPECTED, E_FAIL
 * Source   INetFwV6Mgr::IsPortGloballyOpen
 */
netfwv6_result netfwv6_mgr_is_port_globally_open(struct netfwv6_mgr *mgr, uint32_t port,
						 uint32_t protocol, bool *open) NETFWV6_CHECKED;

/* All ports of one protocol from first to last, both included. It does not grow. */
struct netfwv6_port_range {
	uint32_t first, last, protocol;
};

/* An open port, or an ignored one. An array's element. */
struct netfwv6_port {
	uint32_t port;
	uint32_t protocol;
	char name[NETFWV6_NAME_MAX + 1]; /* "" when it was opened or ignored without one */
};

/* A snapshot of ports, TCP before UDP, each ascending. Opaque. */
struct netfwv6_port_enum;

/*
 * Takes a snapshot of the globally open ports: what opens later is not in it,
 * what closes later stays in it.
 *
 * range    which ports to look at; NULL for all
 * ports    receives the enumerator, before its first element; the caller frees
 *          it with netfwv6_port_enum_free(). It outlives the manager.
 * Errors   as netfwv6_mgr_is_port_globally_open()
 * Source   INetFwV6Mgr::EnumerateGloballyOpenPorts, GloballyOpenPorts
 */
netfwv6_result
netfwv6_mgr_enumerate_globally_open_ports(struct netfwv6_mgr *mgr,
					  const struct netfwv6_port_range *range,
					  struct netfwv6_port_enum **ports) NETFWV6_CHECKED;

/*
 * Copies the next elements, at most n.
 *
 * size     sizeof(struct netfwv6_port)
 * fetched  receives how many were copied; may be NULL when n is 1
 * Returns  S_OK when n were copied, S_FALSE when fewer were left
 * Errors   E_POINTER, E_INVALIDARG (size)
 * Source   Next of the original enumerators
 */
netfwv6_result netfwv6_port_enum_next(struct netfwv6_port_enum *ports, size_t n, size_t size,
				      struct netfwv6_port *elements,
				      size_t *fetched) NETFWV6_CHECKED;

/* Steps over n elements: S_OK, or S_FALSE at the end when fewer were left. */
netfwv6_result netfwv6_port_enum_skip(struct netfwv6_port_enum *ports, size_t n);

/* Back to before the first element of the same snapshot. */
netfwv6_result netfwv6_port_enum_reset(struct netfwv6_port_enum *ports);

/* A second enumerator of the same snapshot, at the same place; freed on its own. */
netfwv6_result netfwv6_port_enum_clone(const struct netfwv6_port_enum *ports,
				       struct netfwv6_port_enum **clone) NETFWV6_CHECKED;

/* How many elements the snapshot has in all. */
netfwv6_result netfwv6_port_enum_count(const struct netfwv6_port_enum *ports,
				       size_t *count) NETFWV6_CHECKED;

/* NULL is allowed. */
void netfwv6_port_enum_free(struct netfwv6_port_enum *ports);

/* ---- Connections: INetFwV6Connection ------------------------------------ */

/* A network device of this network namespace, by its name. Opaque. */
struct netfwv6_connection;

/*
 * Finds a device by its name, firewalled or not. What was set for a name is kept when
 * its device goes, so a name that has settings is found without a device, too. By an
 * alternative name ('ip link property') the device itself is found: its connection has the
 * device's own name, under which everything is set, and the log callback is told so.
 *
 * connection  receives the handle; the caller frees it with
 *             netfwv6_connection_free(). It may outlive the manager.
 * Errors      E_POINTER, E_INVALIDARG (not a device name), E_NOINTERFACE (neither a
 *             device nor settings), E_ABORT, E_ACCESSDENIED, E_NOTIMPL, E_OUTOFMEMORY,
 *             E_UNEXPECTED, E_FAIL
 * Source      INetFwV6Mgr::GetConnection
 */
netfwv6_result netfwv6_mgr_get_connection(struct netfwv6_mgr *mgr, const char *name,
					  struct netfwv6_connection **connection) NETFWV6_CHECKED;

/*
 * The same, and a name that no device has and nothing is set for will do, too: what is set by
 * this handle holds for a device of that name when it comes. Enabling one that is not here records
 * the wish; udev enables it.
 *
 * Errors      as netfwv6_mgr_get_connection(), without E_NOINTERFACE
 */
netfwv6_result
netfwv6_mgr_get_connection_ahead(struct netfwv6_mgr *mgr, const char *name,
				 struct netfwv6_connection **connection) NETFWV6_CHECKED;

/* NULL is allowed. */
void netfwv6_connection_free(struct netfwv6_connection *connection);

/*
 * The device's name, which is both. Lives as long as the handle; NULL for NULL.
 * Source: INetFwV6Connection::Id, Name.
 */
const char *netfwv6_connection_id(const struct netfwv6_connection *connection);
const char *netfwv6_connection_name(const struct netfwv6_connection *connection);

/*
 * What stands in front of the guard, the program at the netdev ingress hook that judges
 * whatever the stack takes in by the device.
 */
enum netfwv6_mode {
	/*
	 * NATIVE where the driver has it and it costs no offload that is on, else TC. A device
	 * keeps the mode that it got.
	 */
	NETFWV6_MODE_AUTO = 0,
	/* XDP in the driver, before the kernel makes a packet of a frame */
	NETFWV6_MODE_NATIVE = 1,
	/* XDP in the kernel, for every driver with Ethernet or IP frames */
	NETFWV6_MODE_GENERIC = 2,
	NETFWV6_MODE_TC = 3, /* nothing: the guard alone */
};

/* What becomes of packets to closed ports that are not for this host. */
enum netfwv6_forward {
	NETFWV6_FORWARD_KEEP = 0,  /* as the device has it; JUDGE where it is enabled anew */
	NETFWV6_FORWARD_JUDGE = 1, /* they are dropped like those for this host */
	/*
	 * They pass, to whoever filters what this host routes or bridges. For this host is what
	 * the routing table calls local, what it has no answer for, and on a bridge's port what is
	 * for an address of the bridge; whoever has packets turned to this host later (REDIRECT,
	 * TPROXY, DNAT) is trusted. Needs a kernel that describes itself (BTF).
	 */
	NETFWV6_FORWARD_PASS = 2,
};

/* Set sz to sizeof(struct netfwv6_enable_options) and the rest to zero. */
struct netfwv6_enable_options {
	size_t sz;
	uint32_t mode; /* enum netfwv6_mode */
	/*
	 * A bare port filter: what arrives for a closed port is dropped, be it an answer
	 * that this host waits for.
	 */
	bool stateless;
	/*
	 * Only watch what leaves through the device, for answers that come in through
	 * a firewalled one. Nothing is filtered; neither mode nor stateless applies.
	 */
	bool learn_only;
	/*
	 * Only if the device's name was enabled before and not disabled since, with the
	 * options of then; else S_FALSE, without effect. For devices that come back.
	 * No other option applies.
	 */
	bool if_configured;
	uint8_t forward; /* enum netfwv6_forward */
	uint8_t reserved[8];
};

/*
 * Attaches the firewall to the device. From then on the policy decides, also
 * when every process is gone. What belongs to a conversation of this side passes
 * all the same: answers, and sessions that stood before. On a firewalled device it
 * replaces programs atomically where the library brings newer ones, where stateless
 * or forward differs, or where the device was renamed, and is otherwise without effect.
 *
 * The wish is kept by the device's name until netfwv6_connection_disable_firewall(),
 * also when the device goes: see if_configured.
 *
 * options  NULL for the defaults
 * Errors   E_POINTER, E_INVALIDARG (options), E_NOINTERFACE (the device has gone,
 *          is the loopback, or is of a kind that cannot carry the program; for
 *          NATIVE also a driver without XDP), E_ABORT (a foreign XDP program
 *          holds the device, for NATIVE and GENERIC; learn_only on a firewalled
 *          device; the state serves another network namespace), E_RETRY, E_ACCESSDENIED,
 *          E_NOTIMPL, E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL
 * Needs    root
 * Source   INetFwV6Connection::EnableFirewall
 */
netfwv6_result
netfwv6_connection_enable_firewall(struct netfwv6_connection *connection,
				   const struct netfwv6_enable_options *options) NETFWV6_CHECKED;

/*
 * Detaches the firewall from the device, also from one that was moved to another
 * network namespace, and forgets that it was wanted. The policy stays, with the
 * connection's own ports, and so does the state, until netfwv6_mgr_remove(). Where every device
 * is wanted (netfwv6_mgr_enable_all()), this one is left out from now on.
 *
 * Errors   E_POINTER, E_ACCESSDENIED, E_ABORT, E_RETRY, E_NOTIMPL, E_OUTOFMEMORY, E_UNEXPECTED,
 *          E_FAIL
 * Needs    root
 * Source   INetFwV6Connection::DisableFirewall
 */
netfwv6_result
netfwv6_connection_disable_firewall(struct netfwv6_connection *connection) NETFWV6_CHECKED;

/*
 * Firewalls every device with hardware behind it, emulated or real, now and when it comes, by the
 * udev rule: not veth, bridges, tunnels, nor what else has none. A device that is enabled by its
 * name goes by the options of that, also later; one that is disabled by its name is left out until
 * it is enabled by it. Devices that cannot be firewalled are passed over.
 *
 * The wish is kept first. Each device is enabled by itself: where one fails, the others are
 * firewalled and the wish stays; the first failure is returned, the others are told to the log
 * callback.
 *
 * options  NULL for the defaults, or where the wish is kept already for those that it has; neither
 *          learn_only nor if_configured
 * Errors   as netfwv6_connection_enable_firewall(); E_INVALIDARG also for those options
 * Needs    root
 */
netfwv6_result netfwv6_mgr_enable_all(struct netfwv6_mgr *mgr,
				      const struct netfwv6_enable_options *options) NETFWV6_CHECKED;

/*
 * Takes that back, and detaches the firewall from the devices that have it for no other reason;
 * which devices were left out is forgotten.
 *
 * Errors   as netfwv6_connection_disable_firewall()
 * Needs    root
 */
netfwv6_result netfwv6_mgr_disable_all(struct netfwv6_mgr *mgr) NETFWV6_CHECKED;

/*
 * Tells whether the device is firewalled by this state root; a device that is not
 * here is not.
 *
 * Errors   E_POINTER, E_ABORT, E_ACCESSDENIED, E_NOTIMPL, E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL
 * Source   INetFwV6Connection::IsFirewalled
 */
netfwv6_result netfwv6_connection_is_firewalled(struct netfwv6_connection *connection,
						bool *firewalled) NETFWV6_CHECKED;

/* The size of a device's name, NUL included. */
#define NETFWV6_DEVICE_SIZE 16

/* Set sz to sizeof(struct netfwv6_connection_status). */
struct netfwv6_connection_status {
	size_t sz;
	bool firewalled; /* the guard judges; when not, stateless, forward, mode, programs, since are zero */
	bool stateless;
	bool learning;	 /* what leaves is learned from */
	bool configured; /* the name was enabled and not disabled since, whatever is attached */
	bool configured_learn_only; /* and then only to learn */
	bool moved;		    /* its program runs on, in another network namespace */
	bool unseen_unknown;	    /* see unseen */
	uint8_t forward;	    /* enum netfwv6_forward, never KEEP where firewalled */
	bool by_all;		    /* configured, and not by its name: netfwv6_mgr_enable_all() */
	bool left_out;		    /* it was disabled by its name, and is no longer part of that */
	uint8_t reserved[2];	    /* zeros */
	uint32_t mode;		    /* enum netfwv6_mode, never AUTO */
	uint32_t program_id;	    /* of XDP, in mode TC of the guard, as bpftool shows it */
	uint32_t guard_id;	    /* the guard's program, likewise */
	uint32_t ifindex;	    /* 0: there is no such device here */
	uint32_t troubles;	    /* NETFWV6_TROUBLE_*, as far as the caller may see them */
	int64_t since;		    /* when it was attached: seconds, CLOCK_REALTIME */
	/*
	 * The name whose settings are in force, as it was enabled under that name and renamed
	 * since: enabling it again puts those of its present name in force. Else "".
	 */
	char settings_of[NETFWV6_DEVICE_SIZE];
	/*
	 * In mode NATIVE, packets that XDP did not see and the guard judged alone: somebody at the
	 * other end redirects them, say. unseen_unknown: XDP leaves no marks here, as in mode
	 * GENERIC and with some drivers, so nobody can tell.
	 */
	uint64_t unseen;
};

/* What is not as enable made it. Enabling the device again mends it. */
#define NETFWV6_TROUBLE_GUARD_GONE (1u << 0)   /* packets come in unjudged: not firewalled */
#define NETFWV6_TROUBLE_XDP_GONE (1u << 1)     /* the guard judges alone */
#define NETFWV6_TROUBLE_XDP_BLIND (1u << 2)    /* likewise: the driver has forgotten XDP */
#define NETFWV6_TROUBLE_IN_FRONT (1u << 3)     /* another program takes packets first */
#define NETFWV6_TROUBLE_NOT_LEARNING (1u << 4) /* answers to this host may be dropped */

/* Errors   as netfwv6_connection_is_firewalled(); E_INVALIDARG (sz) */
netfwv6_result
netfwv6_connection_get_status(struct netfwv6_connection *connection,
			      struct netfwv6_connection_status *status) NETFWV6_CHECKED;

/* What was counted under one reason since the firewall was enabled. An array's element. */
struct netfwv6_counter {
	const char *reason;   /* a stable keyword such as "closed-tcp"; static */
	const char *sentence; /* in words; static */
	bool dropped;	      /* such packets are dropped, else passed */
	uint8_t reserved[7];  /* zeros */
	uint64_t packets;
	/*
	 * Whole frames, link-layer header included. Of a frame in several buffers whose IPv6
	 * payload ends with the first one, what follows is not counted in a flood.
	 */
	uint64_t bytes;
};

/*
 * Reads the counters of a firewalled device, every reason that the library knows,
 * also those at zero, in the order of the documentation.
 *
 * size      sizeof(struct netfwv6_counter)
 * counters  room for n elements; may be NULL when n is 0
 * count     receives how many reasons there are; at most n are copied
 * Errors    as netfwv6_connection_is_firewalled(); E_INVALIDARG (size), E_FAIL when not firewalled
 */
netfwv6_result netfwv6_connection_get_counters(struct netfwv6_connection *connection, size_t n,
					       size_t size, struct netfwv6_counter *counters,
					       size_t *count) NETFWV6_CHECKED;

/*
 * Tells the reasons that the library knows, in the same order, with zeros for what is
 * counted. Needs no state.
 *
 * size      sizeof(struct netfwv6_counter)
 * reasons   room for n elements; may be NULL when n is 0
 * count     receives how many reasons there are; at most n are copied
 * Errors    E_POINTER, E_INVALIDARG (size)
 */
netfwv6_result netfwv6_get_reasons(size_t n, size_t size, struct netfwv6_counter *reasons,
				   size_t *count) NETFWV6_CHECKED;

/*
 * Sets the device's counters back to zero. What is counted at the same moment may be lost.
 *
 * Errors    as netfwv6_connection_get_counters(); E_ACCESSDENIED (who is not root)
 */
netfwv6_result
netfwv6_connection_reset_counters(struct netfwv6_connection *connection) NETFWV6_CHECKED;

/* ---- Dropped packets by port ----------------------------------------------- */

/*
 * Whether packets dropped for closed ports are counted by port, for all devices together.
 * Off at first. put: idempotent; switching on starts at zero; for root.
 *
 * Errors    E_POINTER, E_ABORT, E_ACCESSDENIED, E_OUTOFMEMORY, E_NOTIMPL, E_UNEXPECTED, E_FAIL;
 *           put: E_RETRY
 */
netfwv6_result netfwv6_mgr_get_port_hits_counted(struct netfwv6_mgr *mgr,
						 bool *counted) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_port_hits_counted(struct netfwv6_mgr *mgr,
						 bool counted) NETFWV6_CHECKED;

/*
 * Reads how many packets to each closed port from first to last were dropped.
 *
 * n         for how many numbers there is room; last - first + 1 are needed
 * hits      receives so many numbers; zeros when they are not counted
 * Errors    as netfwv6_mgr_is_port_globally_open(); E_INVALIDARG also when n is too small
 */
netfwv6_result netfwv6_mgr_get_port_hits(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					 uint32_t protocol, size_t n,
					 uint64_t *hits) NETFWV6_CHECKED;

/* ---- Events ------------------------------------------------------------------ */

enum netfwv6_event_kind {
	NETFWV6_EVENT_DROP = 1,		/* a packet was dropped */
	NETFWV6_EVENT_OPEN = 2,		/* a TCP connection of this host was opened outbound */
	NETFWV6_EVENT_OPEN_INBOUND = 3, /* one was opened inbound */
	NETFWV6_EVENT_CLOSE = 4,	/* one was closed */
};

/* Set sz to sizeof(struct netfwv6_event). What is not known is zero. */
struct netfwv6_event {
	size_t sz;
	const char
		*reason; /* of a drop: the keyword, as struct netfwv6_counter has it; else NULL */
	const char *sentence;		  /* in words; static as the keyword, or NULL */
	int64_t time_ns;		  /* CLOCK_REALTIME, nanoseconds */
	uint32_t kind;			  /* enum netfwv6_event_kind */
	uint32_t ifindex;		  /* of the device; 0 for connections */
	char device[NETFWV6_DEVICE_SIZE]; /* its name when the event is read; "" when it is gone */
	bool raw_ip;			  /* its frames start with the IP header, not Ethernet's */
	bool has_addresses;		  /* the next two are valid */
	bool has_ports;			  /* protocol and ports are valid, and what TCP has */
	uint8_t reserved;		  /* zero */
	uint8_t source[16], destination[16];
	uint32_t protocol;			/* NETFWV6_PROTOCOL_TCP or NETFWV6_PROTOCOL_UDP */
	uint32_t source_port, destination_port; /* host byte order */
	uint32_t tcp_flags; /* as in the header's 14th byte: FIN 1, SYN 2, ... */
	uint32_t tcp_sequence, tcp_acknowledgement, tcp_window; /* host byte order */
	uint32_t length;     /* of the whole frame, link-layer header included */
	uint32_t captured;   /* bytes at data, the frame's first */
	const uint8_t *data; /* valid until the next call on the events; NULL without any */
};

/* A stream of events. Used by one thread at a time. Opaque. */
struct netfwv6_events;

#define NETFWV6_SNAPLEN_MAX 16384u

/* Set sz to sizeof(struct netfwv6_events_options) and the rest to zero. */
struct netfwv6_events_options {
	size_t sz;
	size_t buffer;	  /* bytes, rounded up to a power of two; 0: 1 MiB */
	uint32_t snaplen; /* bytes to keep of a dropped packet, at most NETFWV6_SNAPLEN_MAX */
	uint32_t rate; /* events a second and CPU, in the kernel; 0: 10,000; UINT32_MAX: no limit */
	bool drops, connections; /* which are wanted */
	uint8_t reserved[6];
};

/*
 * Opens a stream of what happens from now on. While nobody has one, events cost nothing.
 * A stream whose process was killed ends by itself within seconds.
 *
 * events   receives the stream; the caller ends it with netfwv6_events_close(). It may
 *          outlive the manager.
 * Errors   E_POINTER, E_INVALIDARG (options), E_FAIL (there is no state), E_ACCESSDENIED
 *          (who is not root), E_OUTOFMEMORY (also: too many streams), E_NOTIMPL
 *          (connections: the kernel has no BTF tracepoints), E_ABORT, E_UNEXPECTED
 * Needs    root
 */
netfwv6_result netfwv6_mgr_open_events(struct netfwv6_mgr *mgr,
				       const struct netfwv6_events_options *options,
				       struct netfwv6_events **events) NETFWV6_CHECKED;

/*
 * Opens the stream of the log, which collects what is to be logged whether somebody reads
 * it or not. One reader at a time.
 *
 * Errors   as netfwv6_mgr_open_events(); E_ABORT also when another process reads it; E_RETRY
 */
netfwv6_result netfwv6_mgr_open_log(struct netfwv6_mgr *mgr,
				    struct netfwv6_events **events) NETFWV6_CHECKED;

/*
 * A descriptor for poll(2), epoll(7) or any other event loop: when it is readable, call
 * netfwv6_events_next() until it gives S_FALSE. It is readable when there are events, about twice
 * a second when the stream is to be told that it is alive, and for good once the stream has ended.
 * It belongs to the stream: not to be read, closed or changed. -1 of NULL.
 */
int netfwv6_events_fd(const struct netfwv6_events *events);

/*
 * Takes the next event. It stays in the buffer until the next call, so that one whose
 * process is killed before is delivered again. To be called at least once in a second,
 * with or without events, as the descriptor reminds: it also tells the kernel that the stream is
 * alive. Does not block.
 *
 * Returns  S_OK, or S_FALSE when there is none now
 * Errors   E_POINTER, E_INVALIDARG (sz), E_UNEXPECTED (an event of another version),
 *          E_ABORT (the state was removed: the stream has ended)
 */
netfwv6_result netfwv6_events_next(struct netfwv6_events *events,
				   struct netfwv6_event *event) NETFWV6_CHECKED;

/* What did not get into the buffer. Set sz to sizeof(struct netfwv6_missed_events). */
struct netfwv6_missed_events {
	size_t sz;
	uint64_t suppressed; /* over the rate */
	uint64_t lost;	     /* the buffer was full */
};

/*
 * Tells what was missed and not yet acknowledged: of the log since it was switched on,
 * whoever reads it; of other streams since they were opened. The second call acknowledges
 * it, once it has been reported.
 *
 * Errors   E_POINTER, E_INVALIDARG (sz), E_FAIL
 */
netfwv6_result netfwv6_events_get_missed(struct netfwv6_events *events,
					 struct netfwv6_missed_events *missed) NETFWV6_CHECKED;
netfwv6_result netfwv6_events_acknowledge(struct netfwv6_events *events,
					  const struct netfwv6_missed_events *missed);

/* NULL is allowed. */
void netfwv6_events_close(struct netfwv6_events *events);

/* ---- The log ----------------------------------------------------------------- */

/*
 * What is logged: dropped packets, and TCP connections of this host opened and closed.
 * Both off at first. put is idempotent and for root; events are collected from then on,
 * and 'netfwv6 logd' writes them.
 *
 * Errors   E_POINTER, E_ABORT, E_ACCESSDENIED, E_NOTIMPL (connections: the kernel has no BTF
 *          tracepoints), E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL; put: E_RETRY
 * Source   INetFwV6Mgr::LogDroppedPackets, LogConnections
 */
netfwv6_result netfwv6_mgr_get_log_dropped_packets(struct netfwv6_mgr *mgr,
						   bool *on) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_log_dropped_packets(struct netfwv6_mgr *mgr,
						   bool on) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_get_log_connections(struct netfwv6_mgr *mgr, bool *on) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_log_connections(struct netfwv6_mgr *mgr, bool on) NETFWV6_CHECKED;

/* The size of a path, NUL included. */
#define NETFWV6_PATH_SIZE 256

/*
 * Where the log is written: an absolute path, at first /var/log/netfwv6.log. A writer that
 * runs notices the change within a second.
 *
 * path     put: printable UTF-8, copied; get: room for size bytes, may be NULL when size is 0
 * size     NETFWV6_PATH_SIZE is enough for this version's longest path
 * needed   receives how many bytes the path takes, NUL included; may be NULL when path is not.
 *          With a size of 0 it is all that the call tells.
 * Errors   as above; E_INVALIDARG (path; size is too small, and then nothing is written)
 * Source   INetFwV6Mgr::LogfilePath
 */
netfwv6_result netfwv6_mgr_get_logfile_path(struct netfwv6_mgr *mgr, size_t size, char *path,
					    size_t *needed) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_logfile_path(struct netfwv6_mgr *mgr,
					    const char *path) NETFWV6_CHECKED;

/*
 * How many bytes it may have before it is rotated: at first 4,194,304; at least 4,096.
 *
 * Errors   as above; E_INVALIDARG (size)
 * Source   INetFwV6Mgr::LogfileMaximumSize
 */
netfwv6_result netfwv6_mgr_get_logfile_maximum_size(struct netfwv6_mgr *mgr,
						    uint64_t *size) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_logfile_maximum_size(struct netfwv6_mgr *mgr,
						    uint64_t size) NETFWV6_CHECKED;

/*
 * How many events a second and CPU are logged at most; the rest is counted and reported in
 * the log. At first 1,000; UINT32_MAX: no limit.
 *
 * Errors   as above; E_INVALIDARG (0)
 */
netfwv6_result netfwv6_mgr_get_log_rate(struct netfwv6_mgr *mgr, uint32_t *rate) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_log_rate(struct netfwv6_mgr *mgr, uint32_t rate) NETFWV6_CHECKED;

/* ---- Settings of one connection ------------------------------------------ */

/*
 * The settings belong to the device's name. They are kept when the device goes, and
 * hold again for a device of that name once it is firewalled. NETFWV6_CONNECTIONS_MAX
 * connections can have settings of their own at a time; one whose settings are all
 * cleared makes room.
 */
#define NETFWV6_CONNECTIONS_MAX 31

/*
 * Allows inbound connection attempts to the port on this connection, whatever holds
 * globally, until it is closed here. Opening what this connection has open succeeds and
 * keeps the name of the first opener. The second form takes all ports from first to
 * last, both included.
 *
 * name     as netfwv6_mgr_open_global_port()
 * Errors   as netfwv6_mgr_open_global_port(); E_NOINTERFACE (it is the loopback, which is not
 *          filtered); E_OUTOFMEMORY also when NETFWV6_CONNECTIONS_MAX other connections have
 *          settings; E_ACCESSDENIED also when the firewalled device has no place for settings
 *          yet, which root gives it
 * Source   INetFwV6Connection::OpenPort
 */
netfwv6_result netfwv6_connection_open_port(struct netfwv6_connection *connection, uint32_t port,
					    uint32_t protocol, const char *name) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_open_ports(struct netfwv6_connection *connection, uint32_t first,
					     uint32_t last, uint32_t protocol,
					     const char *name) NETFWV6_CHECKED;

/*
 * Takes back what netfwv6_connection_open_port() allowed. The port stays open here if it
 * is open globally and not ignored. Ends no conversation.
 *
 * Errors   as netfwv6_mgr_close_global_port()
 * Source   INetFwV6Connection::ClosePort
 */
netfwv6_result netfwv6_connection_close_port(struct netfwv6_connection *connection, uint32_t port,
					     uint32_t protocol) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_close_ports(struct netfwv6_connection *connection, uint32_t first,
					      uint32_t last, uint32_t protocol) NETFWV6_CHECKED;

/*
 * Tells whether this connection has opened the port itself. It is that setting alone:
 * netfwv6_connection_get_effective() says what holds.
 *
 * Errors   as netfwv6_mgr_is_port_globally_open()
 * Source   INetFwV6Connection::IsPortOpen
 */
netfwv6_result netfwv6_connection_is_port_open(struct netfwv6_connection *connection, uint32_t port,
					       uint32_t protocol, bool *open) NETFWV6_CHECKED;

/*
 * Excepts this connection from a global port, now and whenever the port is open
 * globally. What the connection has opened itself stays open. Ignoring what is ignored
 * succeeds and keeps the name of the first to ignore it.
 *
 * name     as netfwv6_connection_open_port(); it is the exception's, not the global port's
 * Errors   as netfwv6_connection_open_port()
 * Source   INetFwV6Connection::IgnoreGlobalPort
 */
netfwv6_result netfwv6_connection_ignore_global_port(struct netfwv6_connection *connection,
						     uint32_t port, uint32_t protocol,
						     const char *name) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_ignore_global_ports(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol,
						      const char *name) NETFWV6_CHECKED;

/*
 * Takes the exception back.
 *
 * Errors   as netfwv6_mgr_close_global_port()
 * Source   INetFwV6Connection::ObserveGlobalPort
 */
netfwv6_result netfwv6_connection_observe_global_port(struct netfwv6_connection *connection,
						      uint32_t port,
						      uint32_t protocol) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_observe_global_ports(struct netfwv6_connection *connection,
						       uint32_t first, uint32_t last,
						       uint32_t protocol) NETFWV6_CHECKED;

/* As netfwv6_mgr_change_ports(), for what the connection opens and ignores itself. */
netfwv6_result netfwv6_connection_change_ports(struct netfwv6_connection *connection, size_t n,
					       size_t size,
					       const struct netfwv6_port_change *changes,
					       size_t *made) NETFWV6_CHECKED;

/*
 * Tells whether this connection ignores the global setting of the port, be that open
 * or closed.
 *
 * Errors   as netfwv6_mgr_is_port_globally_open()
 * Source   INetFwV6Connection::IsGlobalPortIgnored
 */
netfwv6_result netfwv6_connection_is_global_port_ignored(struct netfwv6_connection *connection,
							 uint32_t port, uint32_t protocol,
							 bool *ignored) NETFWV6_CHECKED;

/*
 * Take snapshots of the ports that this connection has opened itself, and of those
 * whose global setting it ignores, with the names that were given here.
 *
 * range    which ports to look at; NULL for all
 * Errors   as netfwv6_mgr_enumerate_globally_open_ports()
 * Source   INetFwV6Connection::EnumerateOpenPorts, OpenPorts;
 *          EnumerateIgnoredGlobalPorts, IgnoredGlobalPorts
 */
netfwv6_result
netfwv6_connection_enumerate_open_ports(struct netfwv6_connection *connection,
					const struct netfwv6_port_range *range,
					struct netfwv6_port_enum **ports) NETFWV6_CHECKED;
netfwv6_result
netfwv6_connection_enumerate_ignored_global_ports(struct netfwv6_connection *connection,
						  const struct netfwv6_port_range *range,
						  struct netfwv6_port_enum **ports) NETFWV6_CHECKED;

/* What decides on an inbound connection attempt, in the order of asking. */
enum netfwv6_rule {
	NETFWV6_RULE_OPEN_HERE = 1,   /* open on this connection: allowed */
	NETFWV6_RULE_OPEN_GLOBAL = 2, /* open globally and not ignored here: allowed */
	/* Rule 3 is for what is no attempt: conversations that this side already has. */
	NETFWV6_RULE_CLOSED = 4, /* else: dropped */
};

/*
 * Tells which rule decides on an attempt to connect to the port, and so whether the port
 * is open here: rule < NETFWV6_RULE_CLOSED. On a firewalled device it goes by the
 * settings in force, also after a rename; else by those of the connection's name, as they
 * would hold. It does not ask whether the device is firewalled. The second form asks for
 * all ports from first to last, both included.
 *
 * rule     receives the answer, an enum netfwv6_rule
 * n        for how many answers there is room; last - first + 1 are needed
 * rules    receives so many answers
 * Errors   as netfwv6_mgr_is_port_globally_open(); E_INVALIDARG also when n is too small
 */
netfwv6_result netfwv6_connection_get_effective(struct netfwv6_connection *connection,
						uint32_t port, uint32_t protocol,
						uint32_t *rule) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_get_effective_range(struct netfwv6_connection *connection,
						      uint32_t first, uint32_t last,
						      uint32_t protocol, size_t n,
						      uint32_t *rules) NETFWV6_CHECKED;

/* ---- What listens --------------------------------------------------------- */

/*
 * A socket that waits for what others send: a TCP listener, or a UDP socket without a peer. An
 * array's element.
 */
struct netfwv6_listener {
	uint32_t protocol;   /* NETFWV6_PROTOCOL_TCP or NETFWV6_PROTOCOL_UDP */
	uint32_t port;	     /* host byte order */
	uint8_t address[16]; /* that it is bound to, network byte order; zeros: to every address */
	uint32_t ifindex;    /* of the device that it is bound to; 0: to none */
	char device[NETFWV6_DEVICE_SIZE]; /* that device's name; "" */
	uint32_t reserved;		  /* zero */
	/* 'socket:[INODE]' is what a process that has it shows in /proc/PID/fd; 0: the kernel's own */
	uint64_t inode;
};

/* A snapshot of what listens: TCP before UDP, then by port, address and device. Opaque. */
struct netfwv6_listener_enum;

/*
 * Takes a snapshot of the sockets of the calling thread's network namespace that can be reached
 * over IPv6, those that serve IPv4, too, included. Sockets that only the loopback leads to are
 * left out. It asks the kernel's socket diagnostics, and needs no state and no privileges.
 *
 * listeners  receives the enumerator, before its first element; the caller frees it with
 *            netfwv6_listener_enum_free(). It outlives the manager.
 * Errors     E_POINTER, E_NOTIMPL (the kernel has no socket diagnostics for TCP or for UDP, or
 *            their modules are missing), E_OUTOFMEMORY, E_ACCESSDENIED, E_FAIL
 */
netfwv6_result
netfwv6_mgr_enumerate_listeners(struct netfwv6_mgr *mgr,
				struct netfwv6_listener_enum **listeners) NETFWV6_CHECKED;

/*
 * Copies the next elements, at most n.
 *
 * size     sizeof(struct netfwv6_listener)
 * fetched  receives how many were copied; may be NULL when n is 1
 * Returns  S_OK when n were copied, S_FALSE when fewer were left
 * Errors   E_POINTER, E_INVALIDARG (size)
 */
netfwv6_result netfwv6_listener_enum_next(struct netfwv6_listener_enum *listeners, size_t n,
					  size_t size, struct netfwv6_listener *elements,
					  size_t *fetched) NETFWV6_CHECKED;

/* NULL is allowed. */
void netfwv6_listener_enum_free(struct netfwv6_listener_enum *listeners);

/*
 * Tells whether packets that come in by the connection's device get to sockets that are bound to
 * another: to the same one, or to what stands on it, as a bridge, a bond, a VRF or a VLAN
 * does. Tunnels' packets come in by the tunnel. A device that is not here leads nowhere.
 *
 * ifindex  of the other device, as struct netfwv6_listener has it; 0 for sockets that are bound
 *          to none, to which every device leads
 * leads    receives the answer
 * Errors   E_POINTER, E_OUTOFMEMORY, E_ACCESSDENIED, E_FAIL
 */
netfwv6_result netfwv6_connection_leads_to(struct netfwv6_connection *connection, uint32_t ifindex,
					   bool *leads) NETFWV6_CHECKED;

/* ---- Policies -------------------------------------------------------------- */

/* How many ranges a text of ports can mean: one of each protocol. */
#define NETFWV6_PORTS_TEXT_RANGES 2

/* The size of a range's longest text, NUL included. */
#define NETFWV6_PORTS_TEXT_SIZE 24

/*
 * Reads ports as the command takes them: 443/tcp, 443 (of both protocols), 8000-8100/udp, or a
 * service of /etc/services such as https/tcp.
 *
 * text     UTF-8
 * n        for how many elements there is room: NETFWV6_PORTS_TEXT_RANGES
 * size     sizeof(struct netfwv6_port_range)
 * ranges   receives the ranges
 * count    receives how many they are
 * Errors   E_POINTER, E_INVALIDARG (the text; size; n is too small)
 * Threads  any; it needs no handle
 */
netfwv6_result netfwv6_parse_ports(const char *text, size_t n, size_t size,
				   struct netfwv6_port_range *ranges,
				   size_t *count) NETFWV6_CHECKED;

/*
 * Writes a range as it is read, without a name of a service: "443/tcp", "8000-8100/udp".
 *
 * size     of the text's room: NETFWV6_PORTS_TEXT_SIZE
 * Errors   E_POINTER, E_INVALIDARG (ports or protocol; size is too small)
 * Threads  any
 */
netfwv6_result netfwv6_format_ports(const struct netfwv6_port_range *range, size_t size,
				    char *text) NETFWV6_CHECKED;

/*
 * Reads a mode: auto, native, generic or tc; and names one, "unknown" for a foreign number. Static.
 *
 * mode     receives an enum netfwv6_mode
 * Errors   E_POINTER, E_INVALIDARG (the text)
 * Threads  any
 */
netfwv6_result netfwv6_parse_mode(const char *text, uint32_t *mode) NETFWV6_CHECKED;
const char *netfwv6_mode_name(uint32_t mode);

/*
 * All that is kept of a state but counters and conversations: which ports are open and ignored
 * where, and their names; which are protected; which devices are to be firewalled, and how; who
 * may change ports; what is logged. Or a part of that. Its text is lines of the command, as
 * netfwv6(8) describes it under POLICIES. Opaque; it belongs to no manager. Several threads may
 * read one at a time; none may free it meanwhile.
 */
struct netfwv6_policy;

/*
 * Receives an error of a text: its line and its column, both from 1, the latter in characters;
 * and the sentence, which names the remedy. Called on the calling thread, and valid until it
 * returns.
 */
typedef void (*netfwv6_policy_error_fn)(void *context, size_t line, size_t column,
					const char *sentence);

/*
 * Reads a policy from its text. All lines are read, whatever is wrong with one.
 *
 * text     length bytes, printable UTF-8 with newlines and tabs; need not end with a NUL
 * error    is told every error in the order of the lines; may be NULL
 * policy   receives the policy; the caller frees it with netfwv6_policy_free()
 * Errors   E_POINTER, E_INVALIDARG (the text; the sentence begins with the first error's place),
 *          E_OUTOFMEMORY
 * Threads  any
 */
netfwv6_result netfwv6_policy_parse(const char *text, size_t length, netfwv6_policy_error_fn error,
				    void *context, struct netfwv6_policy **policy) NETFWV6_CHECKED;

/*
 * Prints a policy as a text that netfwv6_policy_parse() reads as the same: in a fixed order, one
 * record a line, neighbours joined.
 *
 * text     receives the text, which ends with a newline and a NUL; the caller frees it with
 *          netfwv6_policy_text_free()
 * Errors   E_POINTER, E_OUTOFMEMORY
 */
netfwv6_result netfwv6_policy_print(const struct netfwv6_policy *policy,
				    char **text) NETFWV6_CHECKED;

/* NULL is allowed. */
void netfwv6_policy_text_free(char *text);

/*
 * Receives a line that one policy has over another: sign '+' for what comes, '-' for what goes.
 * Called on the calling thread, and valid until it returns.
 */
typedef void (*netfwv6_policy_change_fn)(void *context, char sign, const char *line);

/*
 * Tells what would change if a state that is as the one policy says became as the other says.
 * What a policy does not say is closed, not enabled, of nobody, and of the log the default; but
 * protection ends only where the second policy says so.
 *
 * change   is told every change; may be NULL
 * changes  receives how many lines that are; may be NULL
 * Errors   E_POINTER, E_OUTOFMEMORY
 */
netfwv6_result netfwv6_policy_compare(const struct netfwv6_policy *before,
				      const struct netfwv6_policy *after,
				      netfwv6_policy_change_fn change, void *context,
				      size_t *changes) NETFWV6_CHECKED;

/*
 * Lays one policy over another: what the upper one says counts, be it that a port is closed or
 * a device disabled, and of the rest what the lower one says.
 *
 * both     receives a new policy; the caller frees it with netfwv6_policy_free()
 * Errors   E_POINTER, E_INVALIDARG (more than NETFWV6_CONNECTIONS_MAX devices would have ports),
 *          E_OUTOFMEMORY
 */
netfwv6_result netfwv6_policy_lay(const struct netfwv6_policy *under,
				  const struct netfwv6_policy *over,
				  struct netfwv6_policy **both) NETFWV6_CHECKED;

/* NULL is allowed. */
void netfwv6_policy_free(struct netfwv6_policy *policy);

/*
 * Reads the policy of a state, as it is; without a state one that says nothing. What others than
 * root may have written past the library is left out, and the log callback is told so: slots of
 * what is no device's name, names of ports that are not printable UTF-8.
 *
 * policy   receives the policy; the caller frees it with netfwv6_policy_free(). It outlives the
 *          manager.
 * Errors   as netfwv6_mgr_is_port_globally_open()
 */
netfwv6_result netfwv6_mgr_read_policy(struct netfwv6_mgr *mgr,
				       struct netfwv6_policy **policy) NETFWV6_CHECKED;

/*
 * Writes the policy of a state to a file, as netfwv6_policy_print() has it. The file is the old one
 * or the new one at any moment, also when the disk is full; mode and owner stay, and a symbolic link
 * is followed.
 *
 * path     NULL: the file that the policy is kept in
 * Errors   as netfwv6_mgr_read_policy(); E_INVALIDARG (it is no regular file), E_FAIL (it cannot
 *          be written; for NULL also: the policy is kept nowhere), E_OUTOFMEMORY also when the
 *          disk is full; for NULL E_RETRY
 * Needs    root for NULL
 */
netfwv6_result netfwv6_mgr_save_policy(struct netfwv6_mgr *mgr, const char *path) NETFWV6_CHECKED;

/*
 * The file that the policy is kept in: an absolute path, or "" for none, which is so at first, but
 * /etc/netfwv6/policy for the state /run/netfwv6 of the initial network namespace. put writes
 * nothing to it.
 *
 * path     put: printable UTF-8, copied; get: room for size bytes, may be NULL when size is 0
 * size     NETFWV6_PATH_SIZE is enough for this version's longest path
 * needed   receives how many bytes the path takes, NUL included; may be NULL when path is not.
 *          With a size of 0 it is all that the call tells.
 * Errors   E_POINTER, E_ABORT, E_ACCESSDENIED, E_NOTIMPL, E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL;
 *          E_INVALIDARG (path; size is too small, and then nothing is written); put: E_RETRY
 * Needs    root to put
 */
netfwv6_result netfwv6_mgr_get_policy_file(struct netfwv6_mgr *mgr, size_t size, char *path,
					   size_t *needed) NETFWV6_CHECKED;
netfwv6_result netfwv6_mgr_put_policy_file(struct netfwv6_mgr *mgr,
					   const char *path) NETFWV6_CHECKED;

/*
 * Brings the file that the policy is kept in up to date, as the commands of root do when they have
 * changed something. It is left alone, and the call refused, when it has comments, or is not as
 * it was when it last said what the state is: when it was saved, or put in force.
 *
 * Returns  S_OK, or S_FALSE when the policy is kept nowhere
 * Errors   as netfwv6_mgr_save_policy(); E_ABORT also when the file is left alone
 * Needs    root
 */
netfwv6_result netfwv6_mgr_update_policy_file(struct netfwv6_mgr *mgr) NETFWV6_CHECKED;

/* Set sz to sizeof(struct netfwv6_apply_options) and the rest to zero. */
struct netfwv6_apply_options {
	size_t sz;
	netfwv6_policy_change_fn change; /* is told each change, once all are made; or NULL */
	void *context;
	bool dry_run; /* tell what would change, and change nothing; for everybody who may read */
	bool force;   /* close protected ports, too */
	/*
	 * Nothing is taken back: what cannot be done keeps nothing else from being done, and the
	 * first failure is returned in the end, the others are told to the log callback. A device
	 * that cannot have its mode gets mode TC. For a host that boots, where a device that cannot
	 * be firewalled must leave no other open.
	 */
	bool go_on;
	uint8_t reserved[5];
};

/*
 * Makes the state what the policy says, and nothing else: see netfwv6_policy_compare(). Ports
 * open before others close, devices are enabled last, once all of them are recorded as wanted. A device that is not here is enabled ahead;
 * one that is, and is not firewalled although that is wanted, is enabled anew. When a step fails,
 * what was done is taken back. A failure to do that is told to the log callback.
 *
 * options  NULL for the defaults
 * changes  receives how many changes there were, or would be; may be NULL
 * Errors   as netfwv6_mgr_initialize() and netfwv6_connection_enable_firewall(); E_INVALIDARG also
 *          when a device is named by an alternative name; E_ABORT also when a protected port would close; E_OUTOFMEMORY also when names find no room
 * Needs    root, unless it is a dry run
 */
netfwv6_result netfwv6_mgr_apply_policy(struct netfwv6_mgr *mgr,
					const struct netfwv6_policy *policy,
					const struct netfwv6_apply_options *options,
					size_t *changes) NETFWV6_CHECKED;

/*
 * Protects all ports from first to last, both included: the commands and
 * netfwv6_mgr_apply_policy() refuse to close them on any device, unless they are forced. The
 * calls that close or ignore a port do as they are told, so a controller asks with
 * netfwv6_policy_check_protection() first. Nothing that the group may write holds it.
 *
 * Errors   as netfwv6_mgr_initialize(); E_INVALIDARG (ports or protocol); E_ABORT also when a
 *          port is open neither globally nor on a device
 * Needs    root
 */
netfwv6_result netfwv6_mgr_protect_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					 uint32_t protocol) NETFWV6_CHECKED;

/* Takes it back, of ports that are closed, too. Likewise. */
netfwv6_result netfwv6_mgr_unprotect_ports(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					   uint32_t protocol) NETFWV6_CHECKED;

/*
 * Takes a snapshot of the protected ports; the names are those of the globally open ones.
 *
 * Errors   as netfwv6_mgr_enumerate_globally_open_ports()
 */
netfwv6_result
netfwv6_mgr_enumerate_protected_ports(struct netfwv6_mgr *mgr,
				      struct netfwv6_port_enum **ports) NETFWV6_CHECKED;

/*
 * Tells whether a port that the first policy protects passes by it in some scope, and by the
 * second does not.
 *
 * Errors   E_POINTER, E_ABORT (it does; the sentence names the port)
 */
netfwv6_result netfwv6_policy_check_protection(const struct netfwv6_policy *before,
					       const struct netfwv6_policy *after) NETFWV6_CHECKED;

/* ---- Conversations ------------------------------------------------------- */

/*
 * How full a table of conversations is that sockets alone do not show. An array's element.
 */
struct netfwv6_flow_table {
	const char *name; /* "tcp", "tcp_answers", "udp" or "udp_answers"; static */
	uint32_t used;	  /* live entries */
	uint32_t capacity;
};

/*
 * Reads the fill of the flow tables; without state all of them are empty. A full
 * table forgets the conversation that was silent for longest.
 *
 * size     sizeof(struct netfwv6_flow_table)
 * tables   room for n elements; may be NULL when n is 0
 * count    receives how many tables there are; at most n are copied
 * Errors   E_POINTER, E_INVALIDARG (size), E_ACCESSDENIED (who is not root), E_ABORT, E_OUTOFMEMORY,
 *          E_UNEXPECTED, E_FAIL
 */
netfwv6_result netfwv6_mgr_get_flow_tables(struct netfwv6_mgr *mgr, size_t n, size_t size,
					   struct netfwv6_flow_table *tables,
					   size_t *count) NETFWV6_CHECKED;

/* ---- All connections ------------------------------------------------------ */

/*
 * A snapshot of connections: the namespace's devices by ascending ifindex, then names
 * that have settings or were enabled and have no device here, in byte order. Opaque.
 */
struct netfwv6_connection_enum;

/*
 * Takes a snapshot of the connections, firewalled or not, without the loopback.
 *
 * connections  receives the enumerator; the caller frees it with
 *              netfwv6_connection_enum_free(). It may outlive the manager.
 * Errors       E_POINTER, E_ABORT, E_ACCESSDENIED, E_OUTOFMEMORY, E_UNEXPECTED, E_FAIL
 * Source       INetFwV6Mgr::EnumerateConnections, Connections
 */
netfwv6_result
netfwv6_mgr_enumerate_connections(struct netfwv6_mgr *mgr,
				  struct netfwv6_connection_enum **connections) NETFWV6_CHECKED;

/* As the functions of netfwv6_port_enum; the caller frees each fetched element. */
netfwv6_result netfwv6_connection_enum_next(struct netfwv6_connection_enum *connections, size_t n,
					    struct netfwv6_connection **elements,
					    size_t *fetched) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_enum_skip(struct netfwv6_connection_enum *connections, size_t n);
netfwv6_result netfwv6_connection_enum_reset(struct netfwv6_connection_enum *connections);
netfwv6_result
netfwv6_connection_enum_clone(const struct netfwv6_connection_enum *connections,
			      struct netfwv6_connection_enum **clone) NETFWV6_CHECKED;
netfwv6_result netfwv6_connection_enum_count(const struct netfwv6_connection_enum *connections,
					     size_t *count) NETFWV6_CHECKED;
void netfwv6_connection_enum_free(struct netfwv6_connection_enum *connections);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
