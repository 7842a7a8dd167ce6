"""A language model of a few kilobytes in llama.cpp's file format, for its real server.

It babbles: the next character hardly depends on the ones before. With a reply's schema to hold it,
the server makes valid JSON of it all the same.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

WIDTH: Final = 32
CONTEXT: Final = 4096
TOKENS: Final = ("<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)))
_KINDS: Final = (2, 3, 3, *(6,) * 256)
"""Unknown, control, byte."""
_UNSIGNED, _SIGNED, _FLOAT, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_ALIGNED: Final = 32


def write(path: Path) -> None:
    """Write the model."""
    tensors = _tensors()
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(_SETTINGS))
    head += b"".join(_string(key) + value for key, value in _SETTINGS.items())
    offset = 0
    for name, tensor in tensors.items():
        sides = tensor.shape[::-1]
        head += _string(name) + struct.pack(f"<I{len(sides)}QIQ", len(sides), *sides, 0, offset)
        offset += _padded(tensor.nbytes)
    data = b"".join(t.tobytes().ljust(_padded(t.nbytes), b"\0") for t in tensors.values())
    path.write_bytes(head.ljust(_padded(len(head)), b"\0") + data)


def _tensors() -> dict[str, npt.NDArray[np.float32]]:
    """One layer that does nothing, between an embedding and an output that differ by token."""
    random = np.random.default_rng(0)
    words = len(TOKENS)
    embedding = random.normal(0.0, 0.1, (words, WIDTH)).astype(np.float32)
    embedding[:, 0] = 1.0
    output = random.normal(0.0, 0.1, (words, WIDTH)).astype(np.float32)
    output[:, 0] = -2.0
    for likely in b'abcdefghijklmnopqrstuvwxyz":{}, ':
        output[3 + likely, 0] = 0.5  # after normalisation the first place is about 5.6
    ones, square = np.ones(WIDTH, np.float32), np.zeros((WIDTH, WIDTH), np.float32)
    norms = {"attn_norm": ones, "ffn_norm": ones}
    layer: dict[str, npt.NDArray[np.float32]] = dict.fromkeys(
        ("attn_q", "attn_k", "attn_v", "attn_output"), square
    )
    layer |= dict.fromkeys(("ffn_gate", "ffn_up", "ffn_down"), square)
    layer |= norms
    return {
        "token_embd.weight": embedding,
        "output_norm.weight": ones,
        "output.weight": output,
        **{f"blk.0.{name}.weight": tensor for name, tensor in layer.items()},
    }


def _padded(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(value: str) -> bytes:
    return struct.pack("<I", _STRING) + _string(value)


def _number(value: int) -> bytes:
    return struct.pack("<II", _UNSIGNED, value)


def _array(kind: int, items: "list[Any]", each: Any) -> bytes:
    return struct.pack("<IIQ", _ARRAY, kind, len(items)) + b"".join(map(each, items))


_SETTINGS: Final[dict[str, bytes]] = {
    "general.architecture": _text("llama"),
    "llama.context_length": _number(CONTEXT),
    "llama.embedding_length": _number(WIDTH),
    "llama.block_count": _number(1),
    "llama.feed_forward_length": _number(WIDTH),
    "llama.attention.head_count": _number(1),
    "llama.rope.dimension_count": _number(WIDTH),
    "llama.attention.layer_norm_rms_epsilon": struct.pack("<If", _FLOAT, 1e-5),
    "tokenizer.ggml.model": _text("llama"),
    "tokenizer.ggml.tokens": _array(_STRING, list(TOKENS), _string),
    "tokenizer.ggml.scores": _array(_FLOAT, [0.0] * len(TOKENS), lambda v: struct.pack("<f", v)),
    "tokenizer.ggml.token_type": _array(_SIGNED, list(_KINDS), lambda v: struct.pack("<i", v)),
    "tokenizer.ggml.bos_token_id": _number(1),
    "tokenizer.ggml.eos_token_id": _number(2),
    "tokenizer.ggml.unknown_token_id": _number(0),
    "tokenizer.ggml.add_bos_token": struct.pack("<I?", _BOOL, False),
    "tokenizer.ggml.add_space_prefix": struct.pack("<I?", _BOOL, False),
}
