# What no ordinary client does, by libnbd: run by odd-sequences.ts in nbdsh, with URI set.
import errno
import nbd

MIB = 2**20
SIZE = 10 * 2**30
done = 0


def handle(flags=3, structured=True, contexts=(), strict=0):
    one = nbd.NBD()
    one.set_strict_mode(strict)
    one.set_handshake_flags(flags)
    one.set_request_structured_replies(structured)
    for context in contexts:
        one.add_meta_context(context)
    return one


def connected(**how):
    one = handle(**how)
    one.connect_uri(URI)
    return one


def haggling(**how):
    one = handle(**how)
    one.set_opt_mode(True)
    one.connect_uri(URI)
    return one


def fails(number, call, *argv, **named):
    """Fails as it should, and what comes next works."""
    global done
    try:
        call(*argv, **named)
    except nbd.Error as error:
        assert error.errnum == number, f'{call}: {error} rather than {errno.errorcode[number]}'
        done += 1
        return
    raise AssertionError(f'{call}{argv[1:]} was done')


# Options, in any order and again.
h = haggling()
names = []
assert h.opt_list(lambda name, description: names.append((name, description))) == 1
assert names == [('disk', 'Curve volume /disk of alice')], names
h.set_export_name('none')
fails(errno.ENOENT, h.opt_info)
fails(errno.ENOENT, h.opt_go)
h.set_export_name('disk')
h.set_full_info(True)
for _ in range(3):
    h.opt_info()
    assert (h.get_size(), h.get_canonical_export_name()) == (SIZE, 'disk')
    assert h.get_export_description() == 'Curve volume /disk of alice'
for queries in [[], ['base:'], ['base:allocation'], ['other:', 'base:allocation']]:
    h.clear_meta_contexts()
    for query in queries:
        h.add_meta_context(query)
    found = []
    h.opt_list_meta_context(lambda name: found.append(name))
    assert found == ['base:allocation'], (queries, found)
h.clear_meta_contexts()
h.add_meta_context('qemu:dirty-bitmap:x')
assert h.opt_list_meta_context(lambda name: None) == 0
h.opt_go()
assert not h.can_meta_context('base:allocation')
fails(errno.EINVAL, h.block_status, MIB, 0, lambda *status: None)
h.pwrite(b'x', 12345)
assert bytes(h.pread(3, 12344)) == b'\0x\0'
h.shutdown()

h = haggling()
h.opt_abort()
assert h.aio_is_closed()

# Each kind of handshake that there is; without fixed newstyle there are no structured replies.
for flags in range(4):
    for structured in (False, True):
        h = connected(flags=flags, structured=structured, contexts=['base:allocation'])
        assert h.get_size() == SIZE
        assert h.get_structured_replies_negotiated() == (structured and flags & 1 == 1)
        assert bytes(h.pread(3, 12344)) == b'\0x\0'
        h.shutdown()

# What is wrong is refused, with and without structured replies, and the connection lives on.
for structured in (False, True):
    h = connected(structured=structured)
    fails(errno.EINVAL, h.pread, 0, 0)
    fails(errno.EINVAL, h.pread, 1, SIZE)
    fails(errno.EINVAL, h.pread, 4096, 2**63 - 4096)
    fails(errno.EINVAL, h.pread, 32 * MIB + 1, 0)
    fails(errno.ENOSPC, h.pwrite, b'xx', SIZE - 1)
    fails(errno.EINVAL, h.pwrite, bytes(32 * MIB + 1), 0)
    fails(errno.ENOSPC, h.zero, 4096, SIZE)
    fails(errno.EINVAL, h.trim, 4096, SIZE)
    fails(errno.EINVAL, h.trim, 0, 0)
    fails(errno.EINVAL, h.cache, 4096, SIZE)
    fails(errno.EINVAL, h.block_status, MIB, 0, lambda *status: None)
    for flags in (2, 8, 16, 0x8000):
        fails(errno.EINVAL, h.pwrite, b'x', 0, flags=flags)
        fails(errno.EINVAL, h.flush, flags=flags)
    if not structured:
        fails(errno.EINVAL, h.pread, 512, 0, flags=nbd.CMD_FLAG_DF)
    else:
        h.pread(512, 0, flags=nbd.CMD_FLAG_DF)
    h.cache(MIB, 0)
    h.pwrite(b'y', SIZE - 1, flags=nbd.CMD_FLAG_FUA)
    h.zero(MIB, 2 * 2**30, flags=nbd.CMD_FLAG_NO_HOLE | nbd.CMD_FLAG_FUA)
    h.zero(MIB, 2 * 2**30, flags=nbd.CMD_FLAG_FAST_ZERO)
    fails(errno.ENOTSUP, h.zero, MIB, 0, flags=nbd.CMD_FLAG_FAST_ZERO)
    h.trim(MIB, MIB, flags=nbd.CMD_FLAG_FUA)
    big = bytes(range(256)) * (32 * MIB // 256)
    h.pwrite(big, 3)
    assert bytes(h.pread(32 * MIB, 3)) == big
    h.shutdown()

# Extents begin where they were asked for, and end there.
h = connected(contexts=['base:allocation'])
for length, offset, flags in [(SIZE - 3, 3, 0), (2**30, 2**30 - 1, 0), (1, 5, 0), (3 * 2**30, 7, nbd.CMD_FLAG_REQ_ONE)]:
    length = min(length, 2**32 - 2**16)
    seen = []
    h.block_status(length, offset, lambda name, at, entries, error: seen.append((name, at, entries)), flags=flags)
    (name, at, entries), = seen
    assert (name, at) == ('base:allocation', offset)
    if flags == 0:
        assert sum(entries[0::2]) == length, entries
    else:
        assert len(entries) == 2 and 0 < entries[0] <= length, entries
h.shutdown()

# Many at once, in ranges that share blocks, from several connections; what one has flushed another reads.
handles = [connected() for _ in range(8)]
assert all(one.can_multi_conn() for one in handles)
cookies = []
for index in range(1024):
    one = handles[index % 8]
    cookies.append((one, one.aio_pwrite(bytes([index % 256]) * 100, MIB + 100 * index)))
for one, cookie in cookies:
    while not one.aio_command_completed(cookie):
        one.poll(-1)
handles[0].flush()
for index in range(1024):
    assert bytes(handles[(index + 1) % 8].pread(100, MIB + 100 * index)) == bytes([index % 256]) * 100

# Goodbye while requests are under way: they are answered first.
one = handles[0]
cookies = [one.aio_pread(nbd.Buffer(MIB), 0) for _ in range(32)]
one.aio_disconnect()
while not (one.aio_is_closed() or one.aio_is_dead()):
    one.poll(-1)
assert all(one.aio_command_completed(cookie) for cookie in cookies)

# Who leaves in the middle of a request harms nobody.
for _ in range(10):
    gone = connected()
    gone.aio_pwrite(big, 0)
    gone.poll(1)
    del gone
assert bytes(handles[1].pread(1, SIZE - 1)) == b'y'
print(f'{done} refusals')
