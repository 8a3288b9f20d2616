"""Fitting a cascade of two readers."""

from hypothesis import given
from hypothesis import strategies as st

from qa.ranking.calibration import Calibration
from qa.reading.cascade import Stage, Stages
from qa.training.calibrate.cascade import PASSAGES, SHARES, choose, least_nearly_best
from qa.training.calibrate.confidence import NEARLY

CALIBRATION = Calibration(0, 1, 0, 0, 0.5, 0)


def two_readers(passages: int = 3, before: float = 0.5) -> Stages:
    """Stages whose names are all that is used of them."""
    stages = Stage("first"), Stage("second", passages, before)
    return Stages(stages, CALIBRATION, (CALIBRATION,))


def test_of_values_that_earn_nearly_the_same_the_least_is_taken() -> None:
    assert least_nearly_best({0.0: 0.5, 8.0: 0.698, 16.0: 0.7, 32.0: 0.701}) == 8.0


earned = st.floats(0, 1)


@given(
    st.dictionaries(st.sampled_from(SHARES), earned),
    st.dictionaries(st.sampled_from(PASSAGES), earned),
)
def test_the_best_weight_and_the_fewest_passages_that_earn_nearly_the_most(
    by_share: dict[float, float], by_passages: dict[int, float]
) -> None:
    def mean_f1(stages: Stages) -> float:
        last = stages.stages[-1]
        assert stages.stages[0] == Stage("first")
        return by_share.get(last.first_weight, 0) + by_passages.get(last.passages or 0, 0)

    choice = choose(two_readers(), mean_f1)
    assert choice.shares[choice.stage.first_weight] == max(choice.shares.values())
    most = max(choice.passages.values())
    assert choice.stage.passages is not None
    assert choice.passages[choice.stage.passages] >= most - NEARLY / 2
    fewer = [count for count in PASSAGES if count < choice.stage.passages]
    assert all(choice.passages[count] < most - NEARLY / 2 for count in fewer)
