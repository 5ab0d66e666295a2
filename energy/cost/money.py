"""Exact money: integers of 1e-9 EUR, rounded to cents only where people read them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.int64]

NANO = 1_000_000_000
CENT = 10_000_000
_WHOLE = 100_000_000  # 100 %, in millionths of a percent


def percent(of: Amounts, price: int) -> Amounts:
    """A share of each amount, rounded half up; `price` in millionths of a percent."""
    whole, rest = np.divmod(of, _WHOLE)
    shares: Amounts = whole * price + (rest * price + _WHOLE // 2) // _WHOLE
    return shares


def percents(of: Sequence[Amounts], price: int) -> list[Amounts]:
    """The same of several parts of an amount: they sum to the share of their sum, each within 1e-9 EUR."""
    edges = percent(np.cumsum([np.zeros_like(of[0]), *of], axis=0), price)
    return list(np.diff(edges, axis=0))


def split(amounts: Amounts, weights: Sequence[Amounts]) -> list[Amounts]:
    """Each amount shared by its own weights into whole units that sum to it: largest remainder.

    At equal remainders the earlier comes first; a weight below zero counts as none; without any, all is the last one's.
    """
    if len(weights) == 1:
        return [amounts]
    weight = np.maximum(np.stack(weights, axis=1), 0)
    bits = np.frexp(weight.sum(axis=1).astype(np.float64))[1].astype(np.int64)  # each row's own: others are not asked
    weight >>= np.maximum(bits - 31, 0)[:, None]  # products fit 64 bits
    weight[weight.sum(axis=1) == 0, -1] = 1
    total = weight.sum(axis=1)
    whole, rest = np.divmod(np.abs(amounts), total)
    parts = whole[:, None] * weight + rest[:, None] * weight // total[:, None]
    remainder = rest[:, None] * weight % total[:, None]
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1)
    parts += rank < (np.abs(amounts) - parts.sum(axis=1))[:, None]
    return list((parts * np.sign(amounts)[:, None]).T)


def yearly(price: int, day: Amounts, of_year: Amounts) -> Amounts:
    """What days 1, 2, … of a year of so many days are charged of a price for the year: they sum to it exactly."""
    return price * day // of_year - price * (day - 1) // of_year


def cents(amounts: Sequence[int]) -> list[int]:
    """Amounts as they are shown: in cents that sum to their sum, rounded half up; each is at most a cent away."""
    total = (sum(amounts) + CENT // 2) // CENT
    down = [amount // CENT for amount in amounts]
    order = sorted(range(len(amounts)), key=lambda index: -(amounts[index] % CENT))
    for index in order[: total - sum(down)]:
        down[index] += 1
    return down


def cents_by(keys: Sequence[str], amounts: Sequence[int]) -> list[int]:
    """The same of each key's own amounts: a carrier's cents do not depend on what else was used."""
    found: dict[str, list[int]] = {}
    for key, amount in zip(keys, amounts, strict=True):
        found.setdefault(key, []).append(amount)
    shown = {key: iter(cents(own)) for key, own in found.items()}
    return [next(shown[key]) for key in keys]


def euros(amount_cents: int) -> str:
    """Cents as a decimal number of EUR."""
    whole, rest = divmod(abs(amount_cents), 100)
    return f"{'-' if amount_cents < 0 else ''}{whole}.{rest:02}"


def decimal(millionths: int) -> str:
    """Millionths as a decimal number, without zeros that say nothing."""
    whole, rest = divmod(abs(millionths), 1_000_000)
    part = f"{rest:06}".rstrip("0")
    return f"{'-' if millionths < 0 else ''}{whole}{'.' if part else ''}{part}"
