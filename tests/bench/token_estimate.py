#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far the estimate of tokens is from what real vocabularies count.

usage: token_estimate.py TOKEN_BENCH FILE...

Needs the packages tiktoken, tokenizers and litellm (which carries the vocabularies, so that nothing is fetched); peers of
the benchmark only. Every file is cut into pieces of 8 KiB, the size of a prompt's part; the error of a piece is
estimate / real - 1. Printed per vocabulary: pieces, mean error, and the errors between which 90 % of the pieces lie.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import litellm

PIECE = 8192
ROOT = pathlib.Path(litellm.__file__).parent / "litellm_core_utils" / "tokenizers"
os.environ["TIKTOKEN_CACHE_DIR"] = str(ROOT)


def vocabularies():
    import tiktoken
    from tokenizers import Tokenizer

    for name in ("cl100k_base", "o200k_base"):
        try:
            encoding = tiktoken.get_encoding(name)
        except Exception as e:  # not carried by the package: another vocabulary is left out, and said so
            print(f"{name}: not at hand ({type(e).__name__})")
            continue
        yield name, lambda text, encoding=encoding: len(encoding.encode(text, disallowed_special=()))
    claude = Tokenizer.from_file(str(ROOT / "anthropic_tokenizer.json"))
    yield "claude", lambda text: len(claude.encode(text).ids)


def pieces(paths):
    for path in paths:
        text = pathlib.Path(path).read_bytes()[: 40 * PIECE]
        for at in range(0, len(text), PIECE):
            piece = text[at : at + PIECE].decode("utf-8", "ignore")
            if len(piece) > PIECE // 4:
                yield piece


def main():
    texts = list(pieces(sys.argv[2:]))
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, text in enumerate(texts):
            names.append(f"{folder}/{i}")
            pathlib.Path(names[-1]).write_text(text, encoding="utf-8")
        out = subprocess.run([sys.argv[1], *names], capture_output=True, text=True, check=True).stdout
    estimates = [int(line) for line in out.split()]
    for name, count in vocabularies():
        errors = sorted(e / count(t) - 1 for e, t in zip(estimates, texts))
        n = len(errors)
        print(f"{name}: {n} pieces, mean error {sum(errors) / n:+.1%}, 90 % between {errors[n // 20]:+.1%} and {errors[-1 - n // 20]:+.1%}")


if __name__ == "__main__":
    main()
