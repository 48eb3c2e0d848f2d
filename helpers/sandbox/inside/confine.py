"""Linux's walls around one process, by system calls that Python does not offer: namespaces, limits, a filter.

Sources: the manual pages namespaces(7), user_namespaces(7), capabilities(7), seccomp(2), prctl(2).
"""

import contextlib
import ctypes
import errno
import os
import platform
import re
import resource
import struct

MEGABYTE = 1 << 20
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, REMOUNT, BIND = 1, 2, 4, 0x20, 0x1000
RECURSIVE, PRIVATE, DETACH = 0x4000, 0x40000, 2
RELATIVE_TIMES, KEPT = 0x200000, os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME
DEVICES = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "pts"))
SET_DUMPABLE, SET_SECCOMP, CAPBSET_DROP, SET_NO_NEW_PRIVS, SET_PDEATHSIG = 4, 22, 24, 38, 1
CAPABILITIES = 64
MOST_THREADS = 512
COPIED = ("/proc/cpuinfo", "/proc/meminfo")
"""What TensorFlow reads of `/proc`; beside these, which program this is; the rest is not to be seen."""

# Number of each system call on x86-64 and on 64-bit ARM; None where there is none of it.
REFUSED = {
    # other processes, programs, and looking into them
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    # other views of the system
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "chroot": (161, 51),
    "pivot_root": (155, 41), "fsopen": (430, 430), "fsmount": (432, 432), "move_mount": (429, 429),
    "open_tree": (428, 428), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "personality": (135, 92),
    # the network, and memory that no limit counts
    "socket": (41, 198), "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    # the kernel's own tools
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "quotactl": (179, 60), "swapon": (167, 224), "reboot": (169, 142),
    "fanotify_init": (300, 262), "syslog": (103, 116), "quotactl_fd": (443, 443),
    "process_madvise": (440, 440), "process_mrelease": (448, 448),
    # how others are run
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
}  # fmt: skip
OF_ITSELF = {"prlimit64": (302, 261), "sched_setaffinity": (203, 122)}
"""Allowed for the process that asks, which is number 0; else an answer could starve what watches over it."""
CLONE, CLONE3 = (56, 220), (435, 435)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
OF_A_THREAD = 0x10000
X32_CALLS = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def can_filter() -> bool:
    """Whether the filter of system calls knows this machine's numbers."""
    return platform.machine() in MACHINES


def enter_own_namespaces() -> None:
    """Leave all that this process shares with others: from its next child on, it is alone in its world."""
    user, group = os.getuid(), os.getgid()
    proc, program = {name: _beginning(name) for name in COPIED}, os.readlink("/proc/self/exe")
    _done(_libc.unshare(NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_IPC | NEW_NETWORK), "unshare")
    for name, text in {
        "setgroups": "deny",
        "uid_map": f"{user} {user} 1",
        "gid_map": f"{group} {group} 1",
    }.items():
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    _done(_libc.mount(None, b"/", None, RECURSIVE | PRIVATE, None), "making mounts private")
    mount_tmpfs("/proc", "size=1m,mode=755")
    for name, text in proc.items():
        with open(name, "wb") as file:
            file.write(text)
    os.mkdir("/proc/self")
    os.symlink(program, "/proc/self/exe")
    with open("/proc/self/cmdline", "wb") as file:
        file.write(program.encode() + b"\0")
    # What one exercise writes down no other may find. The devices are the machine's own, and root's where
    # root grades: nobody may change who can use them.
    for place in ("/proc", *DEVICES):
        if os.path.exists(place):
            _make_read_only(place)


def _make_read_only(place: str) -> None:
    has = os.statvfs(place).f_flag
    flags = REMOUNT | BIND | READ_ONLY | (has & KEPT) | (RELATIVE_TIMES if has & os.ST_RELATIME else 0)
    _done(_libc.mount(None, place.encode(), None, flags, None), f"making {place} read-only")


def _beginning(name: str) -> bytes:
    with open(name, "rb") as file:
        return file.read(100_000)


def mount_tmpfs(place: str, options: str) -> None:
    kinds = (b"tmpfs", place.encode(), b"tmpfs")
    _done(_libc.mount(*kinds, NO_SUID | NO_DEVICES, options.encode()), f"mounting {place}")


def unmount(place: str) -> None:
    _done(_libc.umount2(place.encode(), DETACH), f"unmounting {place}")


def end_with_parent() -> None:
    _done(_libc.prctl(SET_PDEATHSIG, 9, 0, 0, 0), "prctl")


def be_unreadable() -> None:
    """Keep processes of the same user from looking into this one's memory."""
    _done(_libc.prctl(SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def address_space() -> int:
    """Bytes of this process's address space."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def limit(memory: int, disk: int) -> None:
    """Set this process's limits.

    Args:
        memory: bytes of address space.
        disk: bytes of a single file.
    """
    for what, most in {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }.items():
        resource.setrlimit(what, (most, most))
    if _counts_threads_by_namespace():
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))


def _counts_threads_by_namespace() -> bool:
    """Since Linux 5.14; before, all that the user runs on this machine would count. Root's never do."""
    major, minor = (int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
    return (major, minor) >= (5, 14)


def be_first_to_go() -> None:
    """Where memory runs out, the kernel ends this process before others."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def give_up_privileges() -> None:
    """Drop every capability, and refuse the system calls of `REFUSED`: threads are all it may start."""
    for number in range(CAPABILITIES):
        _libc.prctl(CAPBSET_DROP, number, 0, 0, 0)  # beyond the last there is nothing to drop
    header = struct.pack("Ii", 0x20080522, 0)
    _done(_libc.capset(header, b"\0" * 24), "capset")
    _done(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    program = _filter()
    steps = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    whole = Program(len(program), ctypes.addressof(steps))
    _done(_libc.prctl(SET_SECCOMP, 2, ctypes.byref(whole), 0, 0), "seccomp")


def _filter() -> list[bytes]:
    """The filter as steps of the kernel's small machine: (code, jump if true, jump if false, constant)."""
    column, architecture = MACHINES[platform.machine()]

    def step(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, constant)

    load, equal, at_least, any_bit, say = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, kill, no = 0x7FFF0000, 0x80000000, 0x00050000
    number, kind, first_argument = 0, 4, 16
    program = [step(load, kind), step(equal, architecture, 1), step(say, kill), step(load, number)]
    program += [step(at_least, X32_CALLS, 0, 1), step(say, no | errno.EPERM)]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            program += [step(equal, numbers[column], 0, 1), step(say, no | errno.EPERM)]
    for numbers in OF_ITSELF.values():
        program += [step(equal, numbers[column], 0, 4), step(load, first_argument)]
        program += [step(equal, 0, 0, 1), step(say, allow), step(say, no | errno.EPERM)]
    # The C library then asks by the older call, whose flags can be read.
    program += [step(equal, CLONE3[column], 0, 1), step(say, no | errno.ENOSYS)]
    program += [step(equal, CLONE[column], 0, 3), step(load, first_argument)]
    program += [step(any_bit, OF_A_THREAD, 1), step(say, no | errno.EPERM)]
    return [*program, step(say, allow)]


def _done(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
