from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.companion.sources.tree import branches

names = st.sampled_from("abcdefgh")


def test_the_way_to_the_last_node_is_current_and_the_rest_is_not_lost() -> None:
    parents = {"r": None, "q": "r", "a": "q", "q2": "r", "a2": "q2"}
    found = branches(parents, {}, "a2")
    assert found.current == ("r", "q2", "a2")
    assert found.others == ("q", "a")


def test_a_parent_that_is_missing_is_found_by_its_children() -> None:
    found = branches({"r": None, "q": "gone", "a": None}, {"r": ["q"], "q": ["a"]}, "a")
    assert found.current == ("r", "q", "a")


def test_without_an_end_the_last_leaf_is_taken() -> None:
    assert branches({"r": None, "a": "r", "b": "r"}, {}, None).current == ("r", "b")
    assert branches({"r": None, "a": "r"}, {}, "nobody").current == ("r", "a")
    assert branches({}, {}, "nobody").current == ()


@given(
    st.dictionaries(names, st.none() | names | st.just("nobody")),
    st.dictionaries(names, st.lists(names, max_size=4)),
    st.none() | names,
)
def test_every_node_is_in_one_of_the_two_whatever_the_file_says(
    parents: dict[str, str | None], children: dict[str, list[str]], last: str | None
) -> None:
    found = branches(parents, children, last)
    assert sorted(found.current + found.others) == sorted(parents)
    if last in parents:
        assert found.current[-1] == last
    place = {node: n for n, node in enumerate(found.current)}
    for node, above in found.parents.items():
        if node in place and above in place and node != found.current[0]:
            assert place[above] == place[node] - 1


def test_a_chain_of_a_hundred_thousand_is_no_trouble() -> None:
    count = 100_000
    parents = {str(n): str(n - 1) if n else None for n in range(count)}
    assert len(branches(parents, {}, str(count - 1)).current) == count
    assert len(branches(parents, {}, "0").others) == count - 1
