"""What a weights layout is: one table between masklet's names and another project's, read in both directions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

import torch
from torch import Tensor

from ..config import NetworkConfig

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


class LayoutError(ValueError):
    """Tensors are not what the layout holds. The text is one line, without the file's name."""


@dataclass(frozen=True)
class Piece:
    """One of masklet's tensors, and where its numbers lie in the other layout.

    ours, shape: its name and shape. theirs: one name; or several whose tensors, joined along the first axis, make it;
    or, when `copies`, several that hold the same (the first is read). their_shape: of each of them.
    """

    ours: str
    shape: Shape
    theirs: tuple[str, ...]
    their_shape: Shape
    copies: bool = False


@dataclass(frozen=True)
class Rule:
    r"""Names that match `ours` (a regular expression over the whole name) are called `theirs` (its expansion, or a
    function of the match that gives one name or several). reshape: our shape -> their shape, where they differ.
    copies: the several names hold the same numbers, rather than parts."""

    ours: str
    theirs: str | Callable[[re.Match[str]], str | Sequence[str]]
    reshape: Callable[[Shape], Shape] | None = None
    copies: bool = False

    def piece(self, ours: str, shape: Shape) -> Piece | None:
        """The piece of that name, if the rule is about it."""
        match = re.fullmatch(self.ours, ours)
        if match is None:
            return None
        theirs = match.expand(self.theirs) if isinstance(self.theirs, str) else self.theirs(match)
        names = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        part = shape if self.copies or len(names) == 1 else (shape[0] // len(names), *shape[1:])
        return Piece(ours, shape, names, self.reshape(part) if self.reshape else part, self.copies)


@dataclass(frozen=True)
class Layout:
    """How one project names the weights of the networks it has.

    name: for the command line. title: for people. marker: a name that files of this layout hold. rules: the first
    that matches counts; a name of ours without a rule is an error. wrapper: the key under which a pickled
    checkpoint keeps its tensors, if any. suffix: of files written. networks: the presets that occur in it.
    """

    name: str
    title: str
    marker: str
    rules: tuple[Rule, ...]
    networks: Callable[[], Sequence[NetworkConfig]]
    wrapper: str | None = None
    suffix: str = ".safetensors"
    parts: tuple[str, ...] = field(default=())  # prefixes that may stand before every name

    def pieces(self, shapes: Shapes) -> tuple[Piece, ...]:
        """The table for a network of ours with these names and shapes. Raises LayoutError for names without a rule."""
        found = []
        for ours, shape in shapes.items():
            piece = next((p for rule in self.rules if (p := rule.piece(ours, shape)) is not None), None)
            if piece is None:
                raise LayoutError(f"{self.title} has no place for {ours}")
            found.append(piece)
        return tuple(found)

    def shapes(self, ours: Shapes) -> dict[str, Shape]:
        """Their names and shapes for a network of ours."""
        return {name: piece.their_shape for piece in self.pieces(ours) for name in piece.theirs}

    def to_ours(self, tensors: Mapping[str, Tensor], ours: Shapes) -> dict[str, Tensor]:
        """Our tensors from theirs, of the same dtype. Raises LayoutError when one is missing or two copies differ."""
        return {piece.ours: _join(piece, tensors) for piece in self.pieces(ours)}

    def from_ours(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Their tensors from ours, of the same dtype; `to_ours` gives back the same bits."""
        out: dict[str, Tensor] = {}
        for piece in self.pieces({name: tuple(value.shape) for name, value in tensors.items()}):
            whole = tensors[piece.ours]
            several = len(piece.theirs) > 1 and not piece.copies
            parts = whole.chunk(len(piece.theirs)) if several else (whole,) * len(piece.theirs)
            out.update((n, p.reshape(piece.their_shape)) for n, p in zip(piece.theirs, parts, strict=True))
        return out

    def faults(self, found: Shapes, ours: Shapes) -> list[str]:
        """What keeps a file with these names and shapes from being that network; empty when nothing does."""
        out = []
        for piece in self.pieces(ours):
            present = [name for name in piece.theirs if name in found]
            if len(present) < len(piece.theirs) and not (piece.copies and present):
                out += [f"lacks {name}" for name in piece.theirs if name not in found]
            out += [f"{n} is {found[n]}, not {piece.their_shape}" for n in present if found[n] != piece.their_shape]
        known = self.shapes(ours)
        out += [f"has the unknown {name:.60}" for name in found if name not in known]
        return sorted(out, key=lambda fault: (not fault.startswith("lacks"), fault))


def _join(piece: Piece, tensors: Mapping[str, Tensor]) -> Tensor:
    present = [tensors[name] for name in piece.theirs if name in tensors]
    if not present or (not piece.copies and len(present) < len(piece.theirs)):
        missing = next(name for name in piece.theirs if name not in tensors)
        raise LayoutError(f"lacks {missing}")
    if piece.copies:
        if any(not torch.equal(present[0], other) for other in present[1:]):
            raise LayoutError(f"{' and '.join(piece.theirs)} should hold the same numbers and do not")
        present = present[:1]
    joined = present[0] if len(present) == 1 else torch.cat([p.reshape(piece.their_shape) for p in present])
    if joined.numel() != prod(piece.shape):
        raise LayoutError(f"{piece.theirs[0]} is {tuple(joined.shape)}, not {piece.their_shape}")
    return joined.reshape(piece.shape)


def pictures_only(config: NetworkConfig) -> NetworkConfig:
    """The same network without its memory: what files of picture models hold."""
    return replace(config, memory=None)
