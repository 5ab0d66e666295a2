"""Rows side by side are as a store gives them back, so that what is right already is not written again."""

import numpy as np

from energy.flows.columns import columns
from energy.meters.steps import Steps


def test_guess_rounded_to_all_of_it() -> None:
    """Of 1 Wh, nine tenths estimated are 1 Wh: nothing of it is measured, and so it comes back."""
    small = Steps(np.array([0]), np.array([1]), np.array([0.9]))
    found = columns([(0, small)])

    assert ([1], [True]) == (found.guessed.tolist(), found.blank.tolist())
    assert [column.tolist() for column in found] == [column.tolist() for column in columns([(0, found.of(0))])]
