"""Tests of grouping: a call per structure, answers in the order of what was asked."""

from hypothesis import given
from hypothesis import strategies as st

from masklet.runtime.groups import in_groups


@given(st.lists(st.text("ab", max_size=3)))
def test_each_structure_is_called_once_and_answers_keep_their_order(words: list[str]) -> None:
    calls = []

    def call(group, index):
        assert [words[n] for n in index] == list(group)
        assert len({len(word) for word in group}) == 1
        calls.append(len(group[0]))
        return [word.upper() for word in group]

    assert in_groups(words, len, call) == [word.upper() for word in words]
    assert sorted(calls) == sorted({len(word) for word in words})
