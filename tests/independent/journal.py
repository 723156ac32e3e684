"""The files of a journal, the Merkle tree over it, and proofs. Made from docs/journal-format.md and RFC 6962 alone."""
import hashlib, os, struct, zlib
from records import Wrong


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\1" + left + right)


def leaf_of(record):
    return sha256(b"\0" + record)


class Tree:
    """The Merkle tree, as the roots of its full subtrees."""

    def __init__(self):
        self.size, self.frontier = 0, []

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf, size = node(self.frontier.pop(), leaf), size >> 1
        self.frontier.append(leaf)
        self.size += 1

    def root(self):
        if not self.frontier:
            return sha256(b"")
        right = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            right = node(left, right)
        return right


def records(folder, marked=lambda *mark: None):
    """The records of a journal, each with where it stands; blocks, links and roots are verified on the way. What a block says
    about states is shown to `marked` when its last record has been taken: the size, whether a state was taken, the entry
    whose state is named, and the hash."""
    tree = Tree()
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".seg")):
        at = 0
        try:
            if name != f"{tree.size + 1:020}.seg":
                raise Wrong("a segment is missing or out of place")
            with open(os.path.join(folder, name), "rb") as file:
                while (header := file.read(64)).strip(b"\0"):
                    yield from block(header, file, tree, f"{name}, offset {at}", marked)
                    at = file.tell()
                while header:
                    if header.strip(b"\0"):
                        raise Wrong("there is something behind the zeros")
                    header = file.read(1 << 20)
        except (Wrong, struct.error) as wrong:
            raise Wrong(f"{name}, offset {at}, sequence {tree.size + 1}: {wrong}") from None


def block(header, file, tree, where, marked):
    magic, version, length, first, count, durable, previous, check = struct.unpack("<2sHIQIQ32sI", header)
    if magic != b"AL" or zlib.crc32(header[:60]) != check:
        raise Wrong("the header of the block is damaged")
    if version not in (1, 2):
        raise Wrong(f"format version {version} is not known")
    mark = file.read(44) if version == 2 else b""
    if not 1 <= count <= 65536 or 108 + len(mark) + length > 1 << 25:
        raise Wrong("the block is too large")
    rest = file.read(length + 44)
    size, root, check = struct.unpack("<Q32sI", rest[length:])
    if zlib.crc32(rest[:-4], zlib.crc32(header + mark)) != check:
        raise Wrong("the block is damaged")
    if first != tree.size + 1 or durable >= first or previous != tree.root() or size != first + count - 1:
        raise Wrong("the block does not follow the one before")
    at, found = 0, []
    while at < length:
        end, shift, start = 0, 0, at
        while True:
            byte, at = rest[at], at + 1
            end, shift = end | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        if not 1 <= end <= 65535 or at + end > length or (byte == 0 and at - start > 1):
            raise Wrong("the length of a record does not fit")
        found.append(rest[at:at + end])
        at += end
        tree.add(leaf_of(found[-1]))
    if len(found) != count or tree.size != size or tree.root() != root:
        raise Wrong("the root is not that of the records")
    for sequence, record in enumerate(found, first):
        yield f"{where}, sequence {sequence}", record
    if mark:
        taken, form, named, state = struct.unpack("<HHQ32s", mark)
        if taken > 1 or not (taken or form) or (not 1 <= named < first if form else named or any(state)):
            raise Wrong("what the block says about states cannot be")
        marked(size, taken, named if form == 1 else 0, state)


# Proofs of RFC 6962, checked as RFC 9162 says (2.1.3.2 and 2.1.4.2)

def included(leaf, index, size, path):
    """The root that a proof of inclusion leads to; the index of the first leaf is 0."""
    last = size - 1
    for step in path:
        if index & 1 or index == last:
            leaf = node(step, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = node(leaf, step)
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else None


def consistent(first, second, old_root, path):
    """The old and the new root that a proof of consistency leads to."""
    path = ([old_root] if first & (first - 1) == 0 else []) + path
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if index & 1 or index == last:
            old, new = node(step, old), node(step, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node(new, step)
        index, last = index >> 1, last >> 1
    return (old, new) if last == 0 else None
