// For linux.uml, by LD_PRELOAD, on a CPU whose registers do not fit its buffer: Linux 6.1 in user mode sets the registers of its processes with
// 2,696 bytes, which holds all up to AVX-512 and the protection keys, and the host refuses every other size than its own, 11,008 with AMX.
// What lies behind the 2,696 bytes is AMX, which no program uses without asking for it first, and the guest's kernel lets none ask.
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PEEK_FIRST = 1, PEEK_LAST = 3, GET_OTHERS = 12, SET_OTHERS = 13, GET_REGISTERS = 0x4204, SET_REGISTERS = 0x4205, XSTATE = 0x202, HEADER = 512 };
static const uint64_t KEPT = 0x3ff; // x87 to protection keys

// the guest's kernel is one thread with small stacks
static char all[65536] __attribute__((aligned(64)));
static size_t size;
// the process whose registers are those in `all`, until it runs again: most are set to what they are, which need not be done
static long last;

static long exchange(long request, long process, struct iovec *given) {
  struct iovec own = { all, sizeof all };
  if (request == GET_REGISTERS || process != last) {
    last = 0;
    long result = syscall(SYS_ptrace, GET_REGISTERS, process, XSTATE, &own);
    if (result < 0) return result;
    size = own.iov_len;
    last = process;
  }
  size_t shared = given->iov_len < size ? given->iov_len : size;
  if (request == GET_REGISTERS) {
    memcpy(given->iov_base, all, shared);
    given->iov_len = shared;
    return 0;
  }
  if (memcmp(all, given->iov_base, shared) == 0) return 0;
  memcpy(all, given->iov_base, shared);
  *(uint64_t *)(all + HEADER) &= KEPT;
  own.iov_len = size;
  return syscall(SYS_ptrace, SET_REGISTERS, process, XSTATE, &own);
}

long ptrace(long request, ...) {
  va_list more;
  va_start(more, request);
  long process = va_arg(more, int);
  void *address = va_arg(more, void *);
  void *data = va_arg(more, void *);
  va_end(more);
  if ((request == GET_REGISTERS || request == SET_REGISTERS) && address == (void *)XSTATE) {
    return exchange(request, process, data);
  }
  if (request != GET_OTHERS && request != SET_OTHERS) last = 0; // it may run
  long peeked = 0;
  int peeks = request >= PEEK_FIRST && request <= PEEK_LAST;
  long result = syscall(SYS_ptrace, request, process, address, peeks ? (void *)&peeked : data);
  if (result >= 0 && peeks) {
    errno = 0;
    return peeked;
  }
  return result;
}
