#!/usr/bin/env python3
"""Makes tests/data/vectors.json of an export and its journal:

    aiga --ledger LEDGER export --format jsonl LEDGER.jsonl
    make_vectors.py LEDGER.jsonl LEDGER/journal > tests/data/vectors.json

The lines and the bytes of the records are the program's. Roots and proofs are computed as RFC 6962 defines them (2.1,
2.1.1 and 2.1.2), from all leaves each time: another way than that by which verify.py checks them.
"""
import json, sys
from journal import node, records, sha256


def top(size):
    """The greatest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    return node(root(leaves[:top(len(leaves))]), root(leaves[top(len(leaves)):]))


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    half = top(len(leaves))
    if index < half:
        return inclusion(index, leaves[:half]) + [root(leaves[half:])]
    return inclusion(index - half, leaves[half:]) + [root(leaves[:half])]


def consistency(first, leaves, whole=True):
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    half = top(len(leaves))
    if first <= half:
        return consistency(first, leaves[:half], whole) + [root(leaves[half:])]
    return consistency(first - half, leaves[half:], False) + [root(leaves[:half])]


def main(export, folder):
    with open(export, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file][1:-1]
    coded = [record for _, record in records(folder)]
    leaves = [sha256(b"\0" + record) for record in coded]
    n = len(leaves)

    def proof(path, **of):
        return json.dumps(of | {"path": [step.hex() for step in path]})
    parts = {
        "records": [json.dumps({"line": line, "record": record.hex()}, ensure_ascii=False, separators=(",", ":"))
                    for line, record in zip(lines, coded, strict=True)],
        "roots": [json.dumps(root(leaves[:size]).hex()) for size in range(n + 1)],
        "inclusion": [proof(inclusion(sequence - 1, leaves[:size]), sequence=sequence, size=size)
                      for sequence, size in ((1, 1), (5, 7), (17, n), (n, n))],
        "consistency": [proof(consistency(first, leaves[:second]), first=first, second=second)
                        for first, second in ((3, 7), (20, n), (32, n))],
    }
    print('{\n"format": 1,')
    print(",\n".join(f'"{name}": [\n' + ",\n".join(items) + "\n]" for name, items in parts.items()) + "\n}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
